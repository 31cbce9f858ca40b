//! The renderers, on a report that holds something of everything.

pub(crate) mod fixture;

use amiconfined::confinement::{Denial, Errno, NamespaceKind, Reading, Report, SeccompMethod};
use amiconfined::report::{JsonReport, Options, SyscallList, amicontained, json, schema, text};

fn written(report: &Report, options: &Options) -> String {
    let mut out = Vec::new();
    json(report.clone(), options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn text_of_a_docker_like_container() {
    insta::assert_snapshot!(text(&fixture::report(), &Options::default()));
}

#[test]
fn text_explained_narrow_and_in_colour() {
    let options = Options {
        colour: true,
        width: 60,
        explain: true,
        syscalls: SyscallList::Summary,
    };
    let shown = text(&fixture::report(), &options);
    insta::assert_snapshot!(shown.replace('\x1b', "ESC"));
    let plain = anstyle_free(&shown);
    for line in plain.lines() {
        // Only what cannot be broken may be wider: a path, a set in hexadecimal.
        assert!(
            line.chars().count() <= 60 || line.split_whitespace().count() <= 2,
            "{line:?} is wider than 60 columns"
        );
    }
}

fn anstyle_free(text: &str) -> String {
    let mut out = String::new();
    let mut parts = text.split('\x1b');
    out.push_str(parts.next().unwrap());
    for part in parts {
        out.push_str(part.split_once('m').unwrap().1);
    }
    out
}

#[test]
fn json_reads_back_and_satisfies_its_types_without_unknown_fields() {
    let report = fixture::report();
    let options = Options {
        syscalls: SyscallList::All,
        explain: true,
        ..Options::default()
    };
    let document = written(&report, &options);
    let back: JsonReport = serde_json::from_str(&document).unwrap();
    assert_eq!(back.report, report);
    assert_eq!(serde_json::from_str::<Report>(&document).unwrap(), report);
    // What the types do not know would be lost on the way back.
    let again = serde_json::to_value(&back).unwrap();
    assert_eq!(
        again,
        serde_json::from_str::<serde_json::Value>(&document).unwrap()
    );
    assert!(!document.chars().any(|c| c.is_control() && c != '\n'));
    insta::assert_snapshot!(document);
}

/// Every number and word that a text line shows of a fact is in the JSON too.
#[test]
fn nothing_that_text_shows_is_missing_from_json() {
    let report = fixture::report();
    let options = Options {
        width: 100_000,
        explain: true,
        syscalls: SyscallList::All,
        ..Options::default()
    };
    let document = written(&report, &options);
    // Text has units where JSON has bytes.
    assert!(document.contains("\"known\": 268435456"));
    let shown = text(&report, &options).replace("256 MiB", "268435456");
    for (section, line) in lines_with_section(&shown) {
        // Numbers of three and more digits, paths and capitals are facts, not wording.
        for word in line.split([' ', ';', ',', '(', ')', ':', '=']) {
            let fact = word.starts_with('/')
                || word.starts_with("CAP_")
                || (word.len() > 2 && word.bytes().all(|b| b.is_ascii_digit()));
            if fact {
                let escaped = serde_json::to_string(word).unwrap();
                assert!(
                    document.contains(escaped.trim_matches('"')) || word == "0022",
                    "{section}: {word} of {line:?} is not in the JSON"
                );
            }
        }
    }
}

fn lines_with_section(text: &str) -> Vec<(&str, &str)> {
    let mut section = "";
    let mut out = Vec::new();
    for line in text.lines() {
        if !line.starts_with(' ') {
            section = line;
        } else if !section.is_empty() {
            out.push((section, line));
        }
    }
    out
}

#[test]
fn the_schema_in_the_repository_is_the_one_of_the_types() {
    crate::schemas::is_of_the_types("report.v1.json", &schema());
}

#[test]
fn amicontained_of_a_docker_like_container() {
    insta::assert_snapshot!(amicontained(&fixture::report()));
}

#[test]
fn amicontained_says_what_it_could_not_ask() {
    let mut report = fixture::report();
    let c = &mut report.confinement;
    c.seccomp.abis.clear();
    c.seccomp.method = SeccompMethod::NotProbed {
        why: "--no-probe".to_owned(),
    };
    for namespace in &mut c.namespaces.namespaces {
        if namespace.kind == NamespaceKind::Pid {
            namespace.initial = Reading::Denied(Denial {
                syscall: "readlinkat".to_owned(),
                path: "/proc/1/ns/pid".into(),
                errno: Some(Errno::EACCES),
                lifted_by: "CAP_SYS_PTRACE".to_owned(),
            });
        }
    }
    let shown = amicontained(&report);
    assert!(shown.contains(
        "\tpid: error -> denied: readlinkat(/proc/1/ns/pid): EACCES; lifted by CAP_SYS_PTRACE\n"
    ));
    assert!(shown.contains("Blocked Syscalls (unknown): not probed: --no-probe\n"));
}

#[test]
fn lists_as_many_syscalls_as_asked() {
    let shown = |syscalls| {
        text(
            &fixture::report(),
            &Options {
                syscalls,
                ..Options::default()
            },
        )
    };
    let all = shown(SyscallList::All);
    let blocked = shown(SyscallList::Blocked);
    let summary = shown(SyscallList::Summary);
    assert!(all.contains("1: read\n"), "{all}");
    assert!(!blocked.contains("1: read\n") && blocked.contains("1: mount"));
    // What is let through with some arguments only is never among what is plainly allowed.
    for text in [&all, &blocked] {
        assert!(text.contains("allowed in part  1: socket"), "{text}");
    }
    assert!(!summary.contains("1: mount"));
    for text in [&all, &blocked] {
        assert!(text.contains("allowed, except AF_ALG, AF_VSOCK (errno EAFNOSUPPORT)"));
    }
    for text in [&all, &blocked, &summary] {
        assert!(text.contains("470 to 1023, unknown to this tool's table: errno(ENOSYS)"));
    }
}
