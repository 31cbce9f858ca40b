//! What a sweep asks of the kernel: to look, and nothing else.

use std::fs;
use std::process::Command;

use super::arena::{Arena, must};
use super::engines::{bundle, run};

const TEST: &str = "sweep::live::traced::a_sweep_looks_and_does_nothing_else";

/// Calls that read, and those by which a program has memory and threads of its own: none
/// enters a namespace, starts a program, makes or changes a file, or opens a connection.
const LOOKS: [&str; 45] = [
    "arch_prctl",
    "brk",
    "capget",
    "clock_nanosleep",
    "close",
    "exit",
    "exit_group",
    "faccessat2",
    "fcntl",
    "fstat",
    "fstatfs",
    "futex",
    "getcwd",
    "getdents64",
    "geteuid",
    "getpid",
    "getrandom",
    "gettid",
    "ioctl",
    "lseek",
    "madvise",
    "mmap",
    "mprotect",
    "mremap",
    "munmap",
    "newfstatat",
    "poll",
    "pread64",
    "prlimit64",
    "read",
    "readlink",
    "readlinkat",
    "restart_syscall",
    "rseq",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sched_getaffinity",
    "sched_yield",
    "set_robust_list",
    "set_tid_address",
    "sigaltstack",
    "statx",
    "syscall_0x1cd",
    "uname",
];

/// Why a call is none that only looks, by its line of strace.
fn objection(line: &str, dumps: bool) -> Option<&'static str> {
    let (name, args) = line.split_once('(')?;
    match name {
        "openat" | "openat2" => {
            let writes = ["WRONLY", "RDWR", "CREAT", "TRUNC", "APPEND", "TMPFILE"];
            writes
                .into_iter()
                .find(|word| args.contains(&format!("O_{word}")))
        }
        // What it says; and memory that libseccomp writes a profile's program to.
        "write" if args.starts_with("1<") || args.contains("</memfd:seccomp-profile") => None,
        "memfd_create" => None,
        "clone3" if args.contains("CLONE_THREAD") => None,
        // Its own thread alone, while it holds a process.
        "sched_setscheduler" if dumps && args.starts_with("0, ") => None,
        "wait4" if dumps => None,
        // libseccomp asks what the kernel knows, with no filter to be set.
        "seccomp" if args.contains(", NULL") || args.starts_with("SECCOMP_GET") => None,
        "ptrace" if dumps => {
            let held = ["SEIZE", "INTERRUPT", "DETACH", "SECCOMP_GET_FILTER"];
            let asked = args.split(',').next().unwrap_or_default();
            let known = held.iter().any(|word| asked == format!("PTRACE_{word}"));
            (!known).then_some("a request of ptrace that changes")
        }
        name if LOOKS.contains(&name) => None,
        _ => Some("no call that looks"),
    }
}

#[test]
fn a_sweep_looks_and_does_nothing_else() {
    let Some(arena) = Arena::enter(TEST, &["runc", "strace"]) else {
        return;
    };
    let sleep = ["/bin/sleep", "1000"].map(str::to_owned);
    let filter = serde_json::json!({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
        {"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"},
    ]});
    let dir = bundle(&arena, "sweep-traced", &sleep, |config| {
        config["linux"]["seccomp"] = filter;
    });
    run("runc", &dir, "sweep-traced").unwrap();
    let socket = std::os::unix::net::UnixListener::bind("/run/docker.sock").unwrap();
    for dumps in [false, true] {
        let trace = arena.path("trace");
        let depth = if dumps { "dump" } else { "mode" };
        let mut command = Command::new("strace");
        command.args(["-f", "-y", "-qq", "-o"]).arg(&trace);
        command.arg(env!("CARGO_BIN_EXE_amiconfined"));
        let more = ["--wide", "--all", "--seccomp", depth];
        let printed = must(command.arg("sweep").args(more)).unwrap();
        assert!(printed.contains("sweep-traced"), "{printed}");
        let text = fs::read(&trace).unwrap();
        let text = String::from_utf8_lossy(&text);
        let calls = text.lines().filter_map(|line| {
            let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
            let tells = call.starts_with(['<', '-', '+']);
            (!tells).then_some(call)
        });
        let mut calls: Vec<&str> = calls.collect();
        assert!(calls.remove(0).starts_with("execve("));
        for call in &calls {
            assert_eq!(objection(call, dumps), None, "{depth}: {call}");
        }
        let held = calls
            .iter()
            .filter(|call| call.starts_with("ptrace(PTRACE_DETACH"));
        assert_eq!(held.count(), usize::from(dumps), "{depth}");
        println!("{depth}: {} calls", calls.len());
    }
    // Looked at, and nobody came to it.
    socket.set_nonblocking(true).unwrap();
    assert!(socket.accept().is_err());
}
