//! Processes that bubblewrap puts under a filter.

use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use libseccomp::{ScmpAction, ScmpFilterContext, ScmpSyscall};

/// A filter as libseccomp compiles it.
pub(crate) fn compiled() -> tempfile::NamedTempFile {
    let mut context = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    let keyctl = ScmpSyscall::from_name("keyctl").unwrap();
    context.add_rule(ScmpAction::Errno(99), keyctl).unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    context.export_bpf(file.as_file()).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file
}

/// How often the binary is run where time was up: on a busy machine that is right to say, and
/// no answer to compare.
const ATTEMPTS: u32 = 5;

/// What the binary prints once it had time to ask everything.
pub(crate) fn with_time(command: &mut Command) -> Output {
    for _ in 0..ATTEMPTS {
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let words: Vec<&str> = text.split_whitespace().collect();
        if !words.join(" ").contains("time was up") {
            return output;
        }
    }
    panic!("time was up {ATTEMPTS} times");
}

/// What the binary prints in a container under the filter, with these options of bubblewrap.
pub(crate) fn inside(filter: &Path, options: &str, args: &[&str]) -> Option<Output> {
    let script =
        format!("exec bwrap --dev-bind / / {options} --seccomp 3 \"$0\" \"$@\" 3<\"$FILTER\"");
    let mut command = Command::new("sh");
    command
        .args(["-c", &script, env!("CARGO_BIN_EXE_amiconfined")])
        .args(args)
        .env("FILTER", filter)
        .env("COLUMNS", "400");
    let output = with_time(&mut command);
    let refused = output.stderr.starts_with(b"bwrap:");
    if refused || output.status.code() == Some(127) {
        println!("SKIPPED: bubblewrap, and the right to start it");
        return None;
    }
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    Some(output)
}

/// A shell under the filter, and its process id.
pub(crate) fn confined(filter: &tempfile::NamedTempFile, options: &str) -> Option<(Child, String)> {
    let script = format!(
        "exec bwrap --dev-bind / / {options} sh -c 'echo $$; exec sleep 60' 3<{0} 4<{0}",
        filter.path().display()
    );
    let mut child = Command::new("sh")
        .args(["-c", &script])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pid = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut pid)
        .unwrap();
    if pid.is_empty() {
        child.wait().unwrap();
        println!("SKIPPED: bubblewrap, and the right to start it");
        return None;
    }
    Some((child, pid.trim().to_owned()))
}

pub(crate) fn ended(mut child: Child, pid: &str) {
    // It went on: a process that a tracer holds would stay there.
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    assert!(status.contains("TracerPid:\t0\n"), "{status}");
    Command::new("kill").arg(pid).status().unwrap();
    child.wait().unwrap();
}
