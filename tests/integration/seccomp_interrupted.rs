//! A process whose filters are dumped goes on, whatever becomes of the agent; and threads
//! with filters of their own.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use libseccomp::{ScmpAction, ScmpFilterContext, ScmpSyscall};

use crate::bpf::programs::Random;
use crate::seccomp_cli::{patiently, seccomp};

const MARK: &str = "AMICONFINED_TEST_TARGET";
/// How many filters are stacked, so that a dump takes a while.
const FILTERS: usize = 32;
/// The calls of ptrace(2) that a dump makes: seize, interrupt, one for each filter and one
/// that finds no more, detach.
const CALLS: usize = FILTERS + 4;
/// How often the agent is killed at each of them.
const ROUNDS: usize = 6;
/// How often it is killed at any moment.
const KILLS: u64 = 200;

fn filter(names: &[&str]) {
    let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    for name in names {
        let call = ScmpSyscall::from_name(name).unwrap();
        filter.add_rule(ScmpAction::Errno(99), call).unwrap();
    }
    filter.load().unwrap();
}

/// A process under test: this same program, which tells the ids of its threads and then
/// answers each line.
struct Target {
    process: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
    threads: Vec<u32>,
}

impl Target {
    fn start(test: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture", "--test-threads=1"])
            .env(MARK, test)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let asks = process.stdin.take().unwrap();
        let mut answers = BufReader::new(process.stdout.take().unwrap());
        let mut threads = None;
        while threads.is_none() {
            let mut line = String::new();
            assert_ne!(answers.read_line(&mut line).unwrap(), 0, "the target ended");
            let told = line.split_once("threads ").map(|(_, ids)| ids.to_owned());
            threads = told.map(|ids| {
                ids.split_whitespace()
                    .map(|id| id.parse().unwrap())
                    .collect()
            });
        }
        Self {
            process,
            asks,
            answers,
            threads: threads.unwrap(),
        }
    }

    /// Whether it goes on: no thread is held, and the first one answers.
    fn goes_on(&mut self, after: &str) {
        let began = Instant::now();
        while self.threads.iter().any(|thread| held(*thread)) {
            assert!(began.elapsed() < Duration::from_secs(5), "held {after}");
            std::thread::yield_now();
        }
        writeln!(self.asks, "{after}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        assert_eq!(line.trim_end(), after);
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs in the target: never comes back while its standard input is open.
fn serve(threads: &[i32]) {
    let ids: Vec<String> = threads.iter().map(ToString::to_string).collect();
    println!("threads {}", ids.join(" "));
    for line in std::io::stdin().lines() {
        println!("{}", line.unwrap());
    }
}

/// Whether a thread has a tracer, or stands still for one.
fn held(thread: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{thread}/status")).unwrap();
    !status.contains("\nTracerPid:\t0\n") || status.contains("\nState:\tt")
}

/// Whether this process may dump; what it lacks is said.
fn may_dump(thread: u32) -> bool {
    let output = patiently(|| agent(Command::new("env"), thread));
    if output.status.code() == Some(3) {
        println!(
            "SKIPPED: {}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
        return false;
    }
    assert!(output.status.success(), "{output:?}");
    true
}

#[test]
fn a_process_goes_on_whenever_the_agent_is_killed() {
    const TEST: &str = "seccomp_interrupted::a_process_goes_on_whenever_the_agent_is_killed";
    if std::env::var_os(MARK).is_some_and(|mark| mark == TEST) {
        for _ in 0..FILTERS {
            filter(&["keyctl", "add_key", "acct", "swapon", "bpf"]);
        }
        for _ in 0..2 {
            std::thread::spawn(|| {
                loop {
                    std::thread::sleep(Duration::from_micros(10));
                }
            });
        }
        serve(&[nix::unistd::gettid().as_raw()]);
        return;
    }
    let mut target = Target::start(TEST);
    let thread = target.threads[0];
    if !may_dump(thread) {
        return;
    }
    let whole = |_| {
        let began = Instant::now();
        let output = patiently(|| agent(Command::new("env"), thread));
        assert!(output.status.success(), "{output:?}");
        u64::try_from(began.elapsed().as_micros()).unwrap()
    };
    let whole = (0..10).map(whole).min().unwrap();
    for round in 0..ROUNDS {
        for call in 1..=CALLS {
            let inject = format!("inject=ptrace:signal=SIGKILL:when={call}");
            let output = patiently(|| {
                let mut strace = Command::new("strace");
                strace.args(["-f", "-qq", "-o", "/dev/null", "-e", &inject]);
                agent(strace, thread)
            });
            assert!(killed(&output), "at call {call}: {output:?}");
            target.goes_on(&format!("round {round}, killed at call {call} of {CALLS}"));
        }
    }
    let mut random = Random(1);
    let mut kills = 0;
    for turn in 0..KILLS {
        let moment = Duration::from_micros(whole * (random.next() % 1000) / 1000);
        let mut limit = Command::new("timeout");
        limit.args([
            "-s",
            "KILL",
            &format!("{:.6}", moment.as_secs_f64().max(1e-6)),
        ]);
        kills += usize::from(killed(&agent(limit, thread)));
        target.goes_on(&format!("turn {turn}"));
    }
    let held = ROUNDS * CALLS;
    println!("{held} kills at a call, {kills} of {KILLS} at any moment");
    assert!(may_dump(thread), "it can be dumped afterwards");
}

/// Runs the agent by another program.
fn agent(mut by: Command, thread: u32) -> Output {
    by.arg(env!("CARGO_BIN_EXE_amiconfined"))
        .args(["seccomp", "dump", "--filter", "0", "--pid"])
        .arg(thread.to_string())
        .output()
        .unwrap()
}

/// Whether it was killed; strace and timeout then end in the same way.
fn killed(output: &Output) -> bool {
    output.status.signal() == Some(9) || output.status.code() == Some(128 + 9)
}

#[test]
fn each_thread_has_filters_of_its_own() {
    const TEST: &str = "seccomp_interrupted::each_thread_has_filters_of_its_own";
    if std::env::var_os(MARK).is_some_and(|mark| mark == TEST) {
        filter(&["keyctl"]);
        let (send, id) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            filter(&["acct", "swapon"]);
            send.send(nix::unistd::gettid().as_raw()).unwrap();
            loop {
                std::thread::park();
            }
        });
        serve(&[nix::unistd::gettid().as_raw(), id.recv().unwrap()]);
        return;
    }
    let mut target = Target::start(TEST);
    let [first, second] = target.threads[..] else {
        panic!("{:?}", target.threads);
    };
    if !may_dump(first) {
        return;
    }
    let shown = |thread: u32| {
        let output = seccomp(&["show", "--format", "json", "--pid", &thread.to_string()]);
        assert!(output.status.success(), "{output:?}");
        let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let native = shown["abis"][0]["syscalls"].as_array().unwrap().clone();
        let stopped = |name: &str| {
            let call = native.iter().find(|call| call["name"] == name).unwrap();
            call["verdict"] != "allowed"
        };
        let names = ["keyctl", "acct", "swapon"].map(stopped);
        (shown["filters"].as_array().unwrap().len(), names)
    };
    assert_eq!(shown(first), (1, [true, false, false]));
    assert_eq!(shown(second), (2, [true, true, true]));
    target.goes_on("after both");
}
