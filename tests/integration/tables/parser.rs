//! The parser that the build script and this test share: what is malformed is named by file and line.

#[path = "../../../build/agree.rs"]
mod agree;
#[path = "../../../build/fields.rs"]
mod fields;
#[path = "../../../build/rows.rs"]
mod rows;

/// The message of the parser for a text that must not pass.
fn refusal<T: std::fmt::Debug>(parsed: Result<T, rows::Malformed>) -> String {
    parsed.expect_err("a malformed table").to_string()
}

#[test]
fn a_malformed_number_row_is_named_by_file_and_line() {
    let parse = |body: &str| {
        let text = format!("# kernel: 7.1.5 (July 2026)\n{body}");
        refusal(rows::numbers("t.tbl", &text))
    };
    assert_eq!(
        parse("0\tread\n1\n"),
        "t.tbl:3: expected 2 columns parted by tabs, found 1"
    );
    assert_eq!(
        parse("0\tread\tsys_read\n"),
        "t.tbl:2: expected 2 columns parted by tabs, found 3"
    );
    assert_eq!(
        parse("zero\tread\n"),
        "t.tbl:2: expected a decimal syscall number, found \"zero\""
    );
    assert_eq!(
        parse("-1\tread\n"),
        "t.tbl:2: expected a decimal syscall number, found \"-1\""
    );
    assert_eq!(
        parse("1\twrite\n\n1\tread\n"),
        "t.tbl:4: number 1 is not above the one before it"
    );
    assert_eq!(
        parse("0\tread\n1\tread\n"),
        "t.tbl:3: read is named in line 2 already"
    );
    assert_eq!(
        parse("0\tRead\n"),
        "t.tbl:2: expected a syscall name of a-z, 0-9 and _, found \"Read\""
    );
    assert_eq!(parse("0\t\n"), "t.tbl:2: column 2 is empty");
    assert_eq!(parse("# nothing\n"), "t.tbl:1: the table has no rows");
    assert_eq!(
        refusal(rows::numbers("t.tbl", "0\tread\n")),
        "t.tbl:1: expected a line `# kernel: RELEASE (DATE)`"
    );
}

#[test]
fn a_malformed_semantics_row_is_named_by_file_and_line() {
    let parse = |body: &str| refusal(rows::semantics("s.tsv", body));
    assert_eq!(
        parse("read\t1.0\t-\tnever\n"),
        "s.tsv:1: expected 5 columns parted by tabs, found 4"
    );
    assert_eq!(
        parse("read\told\t-\tnever\twhy\n"),
        "s.tsv:1: expected a kernel release such as 5.3 or 2.6.16, found \"old\""
    );
    assert_eq!(
        parse("read\t5.3..2.6\t-\tnever\twhy\n"),
        "s.tsv:1: expected FIRST..GONE with FIRST the older, found \"5.3..2.6\""
    );
    assert_eq!(
        parse("read\t1.0\tCAP_SYS_GOD@initial\tnever\twhy\n"),
        "s.tsv:1: expected a capability's name, found \"CAP_SYS_GOD\""
    );
    assert_eq!(
        parse("read\t1.0\tCAP_CHOWN@home\tnever\twhy\n"),
        "s.tsv:1: expected @initial or @owner, found \"home\""
    );
    assert!(parse("read\t1.0\t-\thope(1)\twhy\n").starts_with("s.tsv:1: expected a recipe of"));
    assert_eq!(
        parse("read\t1.0\t-\tbad_value(1,two)\twhy\n"),
        "s.tsv:1: expected a number, found \"two\""
    );
    assert_eq!(
        parse("read\t1.0\t-\tbad_value(1,2,3,4,5,6,7)\twhy\n"),
        "s.tsv:1: expected at most 6 arguments, found 7"
    );
    assert_eq!(
        parse("# head\nwrite\t1.0\t-\tnever\twhy\nread\t1.0\t-\tnever\twhy\n"),
        "s.tsv:3: read does not sort after write"
    );
}

#[test]
fn a_malformed_arguments_row_is_named_by_file_and_line() {
    let parse = |body: &str| refusal(rows::arguments("a.tsv", body));
    assert_eq!(
        parse("bpf\tload\t-\t*\twhy\n"),
        "a.tsv:1: no argument is meant: all are *"
    );
    assert_eq!(
        parse("bpf\tload\t-\t1\twhy\nbpf\tload\t-\t2\twhy\n"),
        "a.tsv:2: bpf has the label \"load\" already"
    );
    assert_eq!(
        parse("bpf\ta\t-\t1\twhy\nclone\ta\t-\t2\twhy\nbpf\tb\t-\t2\twhy\n"),
        "a.tsv:3: the rows of bpf do not stand together"
    );
    assert_eq!(
        parse("bpf\ta\t-\t0xg\twhy\n"),
        "a.tsv:1: expected a number, found \"0xg\""
    );
}

#[test]
fn tables_that_do_not_agree_are_named_by_file_and_line() {
    let numbers = |date: &str, body: &str| {
        rows::numbers("t", &format!("# kernel: 7.1.5 ({date})\n{body}")).unwrap()
    };
    let table = || ("a.tbl", numbers("July 2026", "0\tread\n1\twrite\n"));
    let semantics =
        rows::semantics("s", "read\t1.0\t-\tnever\twhy\nwrite\t1.0\t-\tnever\twhy\n").unwrap();
    let vectors = |name: &str| rows::arguments("v", &format!("{name}\tl\t-\t1\twhy\n")).unwrap();
    let read = vectors("read");
    let agree = |tables: &[_], semantics: &[_], vectors: &[_]| {
        agree::agree(tables, ("s.tsv", semantics), ("v.tsv", vectors))
            .map_err(|wrong| wrong.to_string())
    };
    assert_eq!(agree(&[table()], &semantics, &read), Ok(()));
    let refused = |what: &str| Err(what.to_owned());
    assert_eq!(
        agree(&[table()], &semantics[..1], &read),
        refused("a.tbl:3: write has no row in s.tsv")
    );
    let fewer = ("b.tbl", numbers("July 2026", "0\tread\n"));
    assert_eq!(
        agree(&[fewer], &semantics, &read),
        refused("s.tsv:2: no number table has write")
    );
    assert_eq!(
        agree(&[table()], &semantics, &vectors("bpf")),
        refused("v.tsv:1: no number table has bpf")
    );
    let older = ("b.tbl", numbers("June 2026", "0\tread\n"));
    let other = agree(&[table(), older], &semantics, &read).unwrap_err();
    assert!(other.starts_with("b.tbl:1: the tables are of"), "{other}");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_parsers_panic(text in "(# kernel: 1 \\(x\\)\n)?([-a-z0-9@(),.*:| \t]{0,40}\n){0,6}") {
        let _ = rows::numbers("t", &text);
        let _ = rows::semantics("t", &text);
        let _ = rows::arguments("t", &text);
    }
}
