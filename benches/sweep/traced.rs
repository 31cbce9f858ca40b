//! The files that a program reads, as strace sees it: what `read.c` then reads as well.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const CALLS: &str = "trace=openat,openat2,readlinkat,getdents64,newfstatat,close,read";

/// What is done with a name, the weightiest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Look,
    Link,
    List,
    Read,
}

/// Names by the directory that they are reached from.
type Names = BTreeMap<String, BTreeMap<String, Act>>;

/// Runs the command under strace and writes each name that it reads, lists or looks at,
/// once; gives how many.
pub(crate) fn list(folder: &Path, command: &[&str], to: &Path) -> usize {
    let dir = folder.join("traces");
    fs::create_dir(&dir).unwrap();
    let status = Command::new("strace")
        .args(["-ff", "-y", "-s", "4096", "-e", CALLS, "-o"])
        .arg(dir.join("t"))
        .args(command)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "strace: {status}");
    let mut names = Names::new();
    for entry in fs::read_dir(&dir).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        thread(&text, &mut names);
    }
    let mut text = String::new();
    let mut count = 0;
    for (base, names) in &names {
        let _ = writeln!(text, "b {base}");
        for (name, act) in names {
            let letter = ["s", "l", "d", "r"][*act as usize];
            let _ = writeln!(text, "{letter} {name}");
            count += 1;
        }
    }
    fs::write(to, text).unwrap();
    fs::remove_dir_all(&dir).unwrap();
    count
}

/// Gathers the names of one thread. What a magic link led to has another path for strace:
/// it is followed by its descriptor, which no other thread uses.
fn thread(text: &str, names: &mut Names) {
    let mut trees: HashMap<&str, String> = HashMap::new();
    let mut opened: HashMap<&str, (String, String)> = HashMap::new();
    for line in text.lines() {
        let Some((call, rest)) = line.split_once('(') else {
            continue;
        };
        let (fd, path) = descriptor(rest);
        match call {
            "close" => {
                trees.remove(fd);
                opened.remove(fd);
            }
            "openat" | "openat2" | "readlinkat" => {
                let Some(name) = rest.split('"').nth(1) else {
                    continue;
                };
                let (base, name) = match (trees.get(fd), path) {
                    (Some(tree), _) => (tree.clone(), name),
                    (None, Some(path)) => (path.to_owned(), name),
                    (None, None) => continue,
                };
                let (base, name) = apart(&base, name);
                let answer = line.rsplit(" = ").next().unwrap_or_default();
                let (new, _) = descriptor(answer);
                let act = if call == "readlinkat" {
                    Act::Link
                } else {
                    Act::Look
                };
                let failed = answer.starts_with('-');
                let tree = rest.contains("O_PATH") && name == "root" && call == "openat";
                if tree && !failed {
                    trees.insert(new, format!("{base}/root"));
                    continue;
                }
                if name.is_empty() || name == "." {
                    continue;
                }
                note(names, &base, &name, act);
                if !failed && act == Act::Look {
                    opened.insert(new, (base, name));
                }
            }
            "read" | "getdents64" => {
                if let Some((base, name)) = opened.get(fd) {
                    let act = if call == "read" { Act::Read } else { Act::List };
                    note(names, base, name, act);
                }
            }
            _ => {}
        }
    }
}

/// A number, and the path that strace puts behind it.
fn descriptor(text: &str) -> (&str, Option<&str>) {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let path = rest
        .strip_prefix('<')
        .and_then(|rest| rest.split('>').next());
    if text.starts_with("AT_FDCWD") {
        return ("cwd", Some("/"));
    }
    (number, path)
}

/// A process's names are read from its own directory, as the sweep does.
fn apart(base: &str, name: &str) -> (String, String) {
    let whole = match name.strip_prefix('/') {
        Some(_) if base == "/" => name.to_owned(),
        _ => format!(
            "{}/{}",
            base.trim_end_matches('/'),
            name.trim_start_matches('/')
        ),
    };
    if base.ends_with("/root") {
        return (base.to_owned(), name.trim_start_matches('/').to_owned());
    }
    let mut parts = whole.splitn(4, '/').skip(1);
    match (parts.next(), parts.next(), parts.next()) {
        (Some("proc"), Some(pid), Some(rest)) if pid.bytes().all(|b| b.is_ascii_digit()) => {
            (format!("/proc/{pid}"), rest.to_owned())
        }
        _ => ("/".to_owned(), whole.trim_start_matches('/').to_owned()),
    }
}

fn note(names: &mut Names, base: &str, name: &str, act: Act) {
    let known = names.entry(base.to_owned()).or_default();
    let noted = known.entry(name.to_owned()).or_insert(act);
    *noted = act.max(*noted);
}
