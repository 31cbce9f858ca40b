//! The command line: what it takes, what it refuses, and how it says so.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn amiconfined(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
    command.args(args).env_remove("COLUMNS");
    command
}

fn run(args: &[&str]) -> Output {
    amiconfined(args).output().unwrap()
}

/// Asserts one line on standard error with these words, nothing on standard output, and the code.
fn refused(output: &Output, code: i32, words: &[&str]) {
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(output.stdout.is_empty());
    assert_eq!(stderr.lines().count(), 1, "{stderr:?}");
    assert!(stderr.starts_with("amiconfined: "), "{stderr:?}");
    for word in words {
        assert!(stderr.contains(word), "{word:?} is not in {stderr:?}");
    }
    assert!(
        !stderr.trim_end().chars().any(char::is_control),
        "{stderr:?}"
    );
}

#[test]
fn bad_usage_is_one_line_and_exit_code_2() {
    for (args, words) in [
        (&["--bogus"][..], &["'--bogus'"][..]),
        (&["--pid", "0"], &["--pid", "'0'"]),
        (&["--pid", "x"], &["--pid", "'x'"]),
        (
            &["--format", "yaml"],
            &["--format", "'yaml'", "amicontained"],
        ),
        (&["--syscalls", "none"], &["--syscalls", "summary"]),
        (&["inspect", "extra"], &["'extra'"]),
        (&["--a\x1b[2Jb\nc"], &["unexpected argument '--a"]),
    ] {
        refused(&run(args), 2, words);
    }
}

#[test]
fn a_process_that_does_not_exist_is_an_input_error() {
    // Above the largest pid_max that a kernel allows.
    refused(&run(&["--pid", "4194305"]), 2, &["4194305"]);
}

#[test]
fn an_output_that_cannot_be_written_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no/such/report.json");
    let missing = missing.to_str().unwrap();
    refused(
        &run(&["--no-probe", "--output", missing]),
        2,
        &[missing, "ENOENT"],
    );
    let itself = folder.path().to_str().unwrap();
    refused(
        &run(&["--no-probe", "--output", itself]),
        2,
        &[itself, "EISDIR"],
    );
    // No file can be made there, whoever asks: the part's own name is nobody's concern.
    let output = run(&["--no-probe", "--output", "/sys/report.json"]);
    refused(&output, 2, &["/sys/report.json", "(E"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains(".amiconfined-"), "{stderr}");
    refused(
        &run(&["--no-probe", "--output", "/dev/full"]),
        2,
        &["/dev/full", "ENOSPC"],
    );
    assert!(is_device(Path::new("/dev/full")), "/dev/full was replaced");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

fn is_device(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path)
        .unwrap()
        .file_type()
        .is_char_device()
}

#[test]
fn a_full_disk_leaves_the_old_report_whole_and_no_part_of_the_new() {
    let script = format!(
        "d=$(mktemp -d) && mount -t tmpfs -o size=8k none $d && echo old > $d/report &&
         {} --no-probe --format json --output $d/report; code=$?
         ls -A $d; cat $d/report; umount $d; rmdir $d; exit $code",
        env!("CARGO_BIN_EXE_amiconfined")
    );
    let output = Command::new("unshare")
        .args(["-m", "sh", "-c", &script])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    if stderr.contains("unshare:") || stderr.contains("mount:") {
        println!("SKIPPED: a mount namespace of its own");
        return;
    }
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "report\nold\n");
    assert!(
        stderr.contains("ENOSPC") && stderr.lines().count() == 1,
        "{stderr}"
    );
}

#[test]
fn standard_output_that_is_full_is_an_error_and_one_that_is_closed_is_not() {
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = amiconfined(&["--no-probe"]).stdout(full).output().unwrap();
    refused(&output, 2, &["standard output", "ENOSPC"]);

    let mut child = amiconfined(&["--no-probe", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{stderr}");
    assert_eq!(stderr, "");
}

#[test]
fn output_goes_to_the_file_whole_through_a_link_with_the_usual_mode() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("report"), folder.path().join("link"));
    std::fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let output = run(&[
        "--no-probe",
        "--format",
        "json",
        "--output",
        link.to_str().unwrap(),
    ]);
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty() && output.stderr.is_empty());
    let report = std::fs::read_to_string(&file).unwrap();
    serde_json::from_str::<amiconfined::report::JsonReport>(&report).unwrap();
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0, "{mode:o}");

    // Who may read it stays as it was decided.
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    let output = run(&["--no-probe", "--output", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0));
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{mode:o}");
}

#[test]
fn version_and_help_go_to_standard_output() {
    for args in [&["--version"][..], &["--help"], &["inspect", "--help"]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty() && output.stderr.is_empty());
    }
}

/// A terminal gets colour and its width; a pipe, `NO_COLOR` and a file do not.
#[test]
fn colour_and_width_follow_the_terminal() {
    let on_terminal = |environment: &str| {
        let command = format!(
            "stty cols 70 rows 40; {environment} {} --no-probe",
            env!("CARGO_BIN_EXE_amiconfined")
        );
        Command::new("script")
            .args(["-qec", &command, "/dev/null"])
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .env_remove("COLUMNS")
            .stdin(Stdio::null())
            .output()
    };
    let Ok(coloured) = on_terminal("") else {
        println!("SKIPPED: script(1)");
        return;
    };
    let coloured = String::from_utf8(coloured.stdout).unwrap();
    assert!(coloured.contains("\x1b[1m"), "{coloured}");
    let plain = String::from_utf8(on_terminal("NO_COLOR=1").unwrap().stdout).unwrap();
    assert!(!plain.contains('\x1b'), "{plain}");
    for line in plain.lines() {
        let words = line.split_whitespace().count();
        assert!(
            line.trim_end().chars().count() <= 70 || words <= 2,
            "{line:?}"
        );
    }
    let piped = String::from_utf8(run(&["--no-probe"]).stdout).unwrap();
    assert!(!piped.contains('\x1b'));
}

#[test]
fn the_report_of_another_process_has_no_verdicts_and_says_why() {
    let mut sleeper = Command::new("sleep").arg("60").spawn().unwrap();
    let pid = sleeper.id().to_string();
    let output = run(&["--pid", &pid, "--format", "json"]);
    sleeper.kill().unwrap();
    sleeper.wait().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let report: amiconfined::confinement::Report = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report.confinement.process.pid.to_string(), pid);
    assert!(!report.confinement.process.is_self);
    let asked = report.confinement.seccomp.method;
    assert!(
        !matches!(
            asked,
            amiconfined::confinement::SeccompMethod::Notify { .. }
                | amiconfined::confinement::SeccompMethod::TraceWithoutTracer { .. }
        ),
        "{asked:?}"
    );
}
