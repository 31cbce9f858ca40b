//! Whole reports of views that were captured from real containers, `tests/proc`.
//!
//! What each archive holds, and how it is taken anew, says `tests/proc/README.md`.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The views, and the sandbox and the manager that each was captured in.
const VIEWS: [(&str, &str, Option<&str>); 10] = [
    ("apparmor", "runc_like", Some("docker")),
    ("bare-host", "none", None),
    ("docker-default", "runc_like", Some("docker")),
    ("docker-privileged", "runc_like", Some("docker")),
    ("gvisor", "gvisor", None),
    ("kubernetes-privileged", "runc_like", Some("crio")),
    ("kubernetes-restricted", "runc_like", Some("crio")),
    ("runc-defaults", "runc_like", None),
    ("selinux", "runc_like", None),
    ("user-namespace", "runc_like", None),
];

/// An archive laid out as a file tree, and the process it is about.
pub(crate) struct Tree {
    pub(crate) root: tempfile::TempDir,
    pub(crate) pid: String,
}

fn archive(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/proc/{name}.txt"));
    std::fs::read_to_string(file).unwrap()
}

/// Lays out `tests/proc/NAME.txt`.
pub(crate) fn unpack(name: &str) -> Tree {
    let archive = archive(name);
    let root = tempfile::tempdir().unwrap();
    let mut pid = None;
    let mut modes: Vec<(PathBuf, u32)> = Vec::new();
    let mut lines = archive.lines().peekable();
    while let Some(head) = lines.next() {
        let mut words = head.splitn(3, ' ');
        let (kind, second, third) = (words.next(), words.next().unwrap(), words.next().unwrap());
        let inside = if kind == Some("link") { second } else { third };
        let path = root.path().join(inside.trim_start_matches('/'));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mode = || u32::from_str_radix(second, 8).unwrap();
        match kind {
            Some("link") => symlink(third, &path).unwrap(),
            Some("dir") => {
                std::fs::create_dir_all(&path).unwrap();
                modes.push((path, mode()));
            }
            // A device cannot be made by everyone; where one masks a file, mounts tell.
            Some("file" | "other") => {
                let mut content = Vec::new();
                while let Some(line) = lines.next_if(|line| line.starts_with(' ')) {
                    content.extend_from_slice(line.as_bytes().get(1..).unwrap());
                    content.push(if inside.ends_with("/cmdline") {
                        0
                    } else {
                        b'\n'
                    });
                }
                if inside.ends_with("/status") {
                    pid = inside.split('/').nth(2).map(str::to_owned);
                }
                std::fs::write(&path, content).unwrap();
                modes.push((path, mode()));
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    // The deepest first: a directory may not be searchable.
    for (path, mode) in modes.iter().rev() {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(*mode)).unwrap();
    }
    Tree {
        root,
        pid: pid.unwrap(),
    }
}

/// What the built binary says of a tree.
fn report(tree: &Tree, options: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_amiconfined"))
        .args(["--captured".as_ref(), tree.root.path().as_os_str()])
        .args(["--pid", &tree.pid])
        .args(options)
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    assert_eq!(
        output.stderr,
        b"",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let text = text.replace(&tree.root.path().display().to_string(), "TREE");
    // The time of this run, in the second line.
    match text.split_once(", 20") {
        Some((before, after)) if before.lines().count() <= 2 => {
            let rest = after.split_once('\n').unwrap().1;
            format!("{before}, (time)\n{rest}")
        }
        _ => text,
    }
}

pub(crate) fn object(tree: &Tree) -> Value {
    serde_json::from_str(&report(tree, &["--format", "json"])).unwrap()
}

/// A line of the captured status, after its name.
fn status<'a>(archive: &'a str, name: &str) -> Option<&'a str> {
    archive
        .lines()
        .find_map(|line| line.strip_prefix(&format!(" {name}:")))
        .map(str::trim)
}

#[test]
fn each_view_is_reported_as_it_was() {
    for (name, sandbox, manager) in VIEWS {
        let tree = unpack(name);
        let archive = archive(name);
        let seen = &object(&tree)["confinement"];
        assert_eq!(seen["runtime"]["sandbox"]["value"], sandbox, "{name}");
        assert_eq!(
            seen["runtime"]["manager"]["value"].as_str(),
            manager,
            "{name}"
        );
        for (set, line) in [
            ("effective", "CapEff"),
            ("permitted", "CapPrm"),
            ("inheritable", "CapInh"),
            ("bounding", "CapBnd"),
            ("ambient", "CapAmb"),
        ] {
            let raw = seen["capabilities"][set]["known"]["raw"].as_str();
            assert_eq!(raw, status(&archive, line), "{name} {set}");
        }
        let no_new_privs = status(&archive, "NoNewPrivs").map(|on| on == "1");
        let said = seen["identity"]["no_new_privs"]["known"].as_bool();
        assert_eq!(said, no_new_privs, "{name}");
        let mode = match status(&archive, "Seccomp").unwrap() {
            "0" => "disabled",
            _ => "filter",
        };
        assert_eq!(seen["seccomp"]["mode"]["known"], mode, "{name}");
        let uids = status(&archive, "Uid").unwrap().split_whitespace();
        for (uid, which) in uids.zip(["real", "effective", "saved", "filesystem"]) {
            let said = seen["identity"]["uid"]["known"][which].as_u64().unwrap();
            assert_eq!(said.to_string(), uid, "{name} {which}");
        }
        let mounts = archive.lines().filter(|line| line.contains(" - ")).count() as u64;
        let said = seen["filesystem"]["mount_count"]["known"].as_u64();
        assert_eq!(said, Some(mounts), "{name}");
        assert!(seen["kernel"]["release"]["known"].is_string(), "{name}");
    }
}

#[test]
fn text_of_each_view() {
    for (name, ..) in VIEWS {
        let tree = unpack(name);
        insta::assert_snapshot!(format!("text_of_{}", name), report(&tree, &[]));
    }
}

#[test]
fn amicontained_of_each_view() {
    for (name, ..) in VIEWS {
        let tree = unpack(name);
        let text = report(&tree, &["--format", "amicontained"]);
        insta::assert_snapshot!(format!("amicontained_of_{}", name), text);
    }
}

#[test]
fn json_of_each_view() {
    for (name, ..) in VIEWS {
        let tree = unpack(name);
        let mut report = object(&tree);
        for redacted in ["time", "tool_version"] {
            if let Some(value) = report.get_mut(redacted) {
                *value = Value::from("(of this run)");
            }
        }
        insta::assert_json_snapshot!(format!("json_of_{}", name), report);
    }
}
