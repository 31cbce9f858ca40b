//! `amiconfined seccomp`: what it dumps is what was loaded.

use std::process::{Command, Output};

use libseccomp::{ScmpAction, ScmpFilterContext, ScmpSyscall};

use crate::filtered::{compiled, confined, ended};

pub(crate) fn seccomp(args: &[&str]) -> Output {
    patiently(|| {
        let mut agent = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
        agent.arg("seccomp").args(args).output().unwrap()
    })
}

/// Runs it until the process came to its stop: on a busy machine it may not in the time that
/// the agent gives it, and is then let go.
pub(crate) fn patiently(run: impl Fn() -> Output) -> Output {
    const ATTEMPTS: u32 = 20;
    let late = |output: &Output| String::from_utf8_lossy(&output.stderr).contains("did not stop");
    let mut output = run();
    for _ in 1..ATTEMPTS {
        if !late(&output) {
            break;
        }
        output = run();
    }
    output
}

/// Whether the kernel lets this process dump; `None` was said already.
pub(crate) fn allowed(output: &Output) -> bool {
    let denied = output.status.code() == Some(3);
    if denied {
        println!(
            "SKIPPED: {}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    !denied
}

#[test]
fn the_dump_is_what_was_loaded_byte_for_byte() {
    let filter = compiled();
    let Some((child, pid)) = confined(&filter, "--seccomp 3") else {
        return;
    };
    let dumped = seccomp(&["dump", "--pid", &pid]);
    let text = seccomp(&["disassemble", "--pid", &pid]);
    ended(child, &pid);
    if !allowed(&dumped) {
        return;
    }
    let loaded = std::fs::read(filter.path()).unwrap();
    assert_eq!(dumped.stdout, loaded, "{dumped:?}");
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.starts_with("filter 0, "), "{text}");
    assert_eq!(text.lines().count(), 1 + loaded.len() / 8, "{text}");
    let of_file = seccomp(&["disassemble", filter.path().to_str().unwrap()]);
    assert_eq!(String::from_utf8(of_file.stdout).unwrap(), text);
}

#[test]
fn of_several_filters_one_is_asked_for() {
    let filter = compiled();
    let both = "--add-seccomp-fd 3 --add-seccomp-fd 4";
    let Some((child, pid)) = confined(&filter, both) else {
        return;
    };
    let any = seccomp(&["dump", "--pid", &pid]);
    let second = seccomp(&["dump", "--pid", &pid, "--filter", "1"]);
    let third = seccomp(&["dump", "--pid", &pid, "--filter", "2"]);
    ended(child, &pid);
    if !allowed(&any) {
        return;
    }
    assert_eq!((any.status.code(), third.status.code()), (Some(2), Some(2)));
    let said = String::from_utf8(any.stderr).unwrap();
    assert!(
        said.contains("has 2 filters, expected --filter 0 to 1"),
        "{said}"
    );
    assert_eq!(second.stdout, std::fs::read(filter.path()).unwrap());
}

#[test]
fn what_is_no_filter_is_refused_in_one_line() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, b"not a filter").unwrap();
    let own = std::process::id().to_string();
    for args in [
        vec!["disassemble", file.path().to_str().unwrap()],
        vec!["disassemble", "/nowhere"],
        vec!["disassemble"],
        vec!["dump", "--pid", "2147483647"],
        vec!["dump", "--pid", "0"],
    ] {
        let output = seccomp(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?} {output:?}");
        assert_eq!(output.stdout, b"", "{args:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    let none = seccomp(&["dump", "--pid", &own]);
    assert_ne!(none.status.code(), Some(0), "{none:?}");
}

/// The threads of this very process have no filter, but one.
#[test]
fn that_other_threads_have_other_filters_is_said() {
    let (send, thread) = std::sync::mpsc::channel();
    let (end, ended) = std::sync::mpsc::channel::<()>();
    let filtered = std::thread::spawn(move || {
        let mut context = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
        let keyctl = ScmpSyscall::from_name("keyctl").unwrap();
        context.add_rule(ScmpAction::Errno(99), keyctl).unwrap();
        context.load().unwrap();
        send.send(nix::unistd::gettid().to_string()).unwrap();
        let _ = ended.recv();
    });
    let (thread, process) = (thread.recv().unwrap(), std::process::id().to_string());
    let shown = seccomp(&["show", "--pid", &thread, "--format", "json"]);
    let of_process = seccomp(&["show", "--pid", &process, "--format", "json"]);
    drop(end);
    filtered.join().unwrap();
    if !allowed(&shown) {
        return;
    }
    let said = String::from_utf8(shown.stderr).unwrap();
    assert!(said.contains("the filters of thread"), "{said}");
    assert!(said.contains(&process), "{said}");
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown["filters"].as_array().unwrap().len(), 1);

    let said = String::from_utf8(of_process.stderr).unwrap();
    assert!(said.contains("have other ones"), "{said}");
    let shown: serde_json::Value = serde_json::from_slice(&of_process.stdout).unwrap();
    assert_eq!(shown["filters"].as_array().unwrap().len(), 0);
}

#[test]
fn a_process_without_filters_is_said_to_have_none() {
    let mut child = Command::new("sleep").arg("60").spawn().unwrap();
    let pid = child.id().to_string();
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let shown = seccomp(&["show", "--pid", &pid, "--format", "json"]);
    child.kill().unwrap();
    child.wait().unwrap();
    if !status.contains("Seccomp:\t0\n") {
        println!("SKIPPED: a process without a filter, which the tests themselves are not");
        return;
    }
    assert_eq!(shown.status.code(), Some(0), "{shown:?}");
    assert_eq!(shown.stderr, b"");
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(shown["method"]["method"], "no_filter", "{shown:#}");
}
