//! A malformed row ends the build itself, with the file and the line.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

/// What the copy has of its own.
const OWN: [&str; 4] = ["target", "syscall-tables", "Cargo.toml", "Cargo.lock"];

/// This package but for one table, whose line 26 lacks its name. Its version is another one, so
/// that cargo keeps it apart from this package.
fn malformed(folder: &Path) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["Cargo.toml", "Cargo.lock"] {
        let text = std::fs::read_to_string(here.join(name)).unwrap();
        let version = concat!(
            "name = \"amiconfined\"\nversion = \"",
            env!("CARGO_PKG_VERSION")
        );
        assert!(text.contains(version), "{name}");
        let other = text.replacen(version, &format!("{version}-malformed"), 1);
        std::fs::write(folder.join(name), other).unwrap();
    }
    for entry in std::fs::read_dir(here).unwrap() {
        let name = entry.unwrap().file_name();
        if !OWN.iter().any(|own| name == *own) {
            symlink(here.join(&name), folder.join(&name)).unwrap();
        }
    }
    let tables = folder.join("syscall-tables");
    std::fs::create_dir(&tables).unwrap();
    for entry in std::fs::read_dir(here.join("syscall-tables")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), tables.join(entry.file_name())).unwrap();
    }
    let file = tables.join("i386.tbl");
    let text = std::fs::read_to_string(&file).unwrap();
    let lines = text.lines().enumerate();
    let lines = lines.map(|(at, line)| match at + 1 {
        26 => line.split('\t').next().unwrap(),
        _ => line,
    });
    std::fs::write(&file, lines.collect::<Vec<_>>().join("\n")).unwrap();
}

/// Everything else is built already: the same target folder, and the same features.
#[test]
fn a_malformed_row_fails_the_build_and_is_named_by_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    malformed(folder.path());
    let target = Path::new(env!("CARGO_BIN_EXE_amiconfined"))
        .ancestors()
        .nth(3);
    let output = Command::new(env!("CARGO"))
        .args(["test", "--no-run", "--lib", "--offline", "--locked"])
        .env("CARGO_TARGET_DIR", target.unwrap())
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(101), "{said}");
    let what = "syscall-tables/i386.tbl:26: expected 2 columns parted by tabs, found 1";
    assert!(said.contains(what), "{said}");
}
