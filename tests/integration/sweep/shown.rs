//! What a sweep shows: columns, their order, and how far it is.

use std::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_amiconfined");

/// The lines of a table of this machine's own processes, which there are always some of.
fn table(args: &[&str]) -> Vec<String> {
    let output = Command::new(BINARY)
        .args(["sweep", "--all"])
        .args(args)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    // Nobody waits at a terminal: no progress.
    assert!(output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines().map(str::to_owned);
    let heading = lines
        .by_ref()
        .find(|line| line.to_ascii_lowercase().starts_with("container") || line.starts_with("NODE"))
        .unwrap_or_else(|| panic!("no heading: {text}"));
    let rows = lines.take_while(|line| !line.is_empty());
    [heading].into_iter().chain(rows).collect()
}

#[test]
fn chosen_columns_are_shown_and_sorted_by_the_one_that_is_asked_for() {
    let lines = table(&["--columns", "container,processes", "--sort", "processes"]);
    let words: Vec<&str> = lines[0].split_whitespace().collect();
    assert_eq!(words, ["CONTAINER", "PROCESSES"]);
    let counts: Vec<u32> = lines[1..]
        .iter()
        .map(|line| line.split_whitespace().last().unwrap().parse().unwrap())
        .collect();
    assert!(!counts.is_empty());
    let descending = counts.is_sorted_by(|a, b| a >= b);
    assert!(counts.is_sorted() || descending, "{counts:?}");
}

#[test]
fn progress_is_shown_where_a_terminal_waits() {
    let command = format!("{BINARY} sweep --format ndjson > /dev/null");
    let output = match Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .output()
    {
        Ok(output) => output,
        Err(error) => {
            println!("SKIPPED: script, of bsdutils: {error}");
            return;
        }
    };
    assert!(output.status.success(), "{output:?}");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        shown.contains(" of ") && shown.contains("processes"),
        "{shown:?}"
    );
    // The line goes in the end.
    assert!(
        shown.trim_end().ends_with("\x1b[2K") || shown.ends_with('\r'),
        "{shown:?}"
    );
}
