//! The probe as root with all capabilities, outside any container, changes nothing; neither
//! does the execution of what the tables clear.
//!
//! These tests are apart from the others, which start containers: those give the machine
//! network interfaces, terminals, keys and modules, and this program has to find it at rest.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod execute;

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use libseccomp::{ScmpAction, ScmpFilterContext};

/// What the supervisor of the asking child refuses every call with: no kernel's own number.
const REFUSED: &str = "= -1 (errno 3333)";
/// What the own filter answers that is added last, for what it outranks and where it is tried.
const OUTRANKED: &str = "= -1 (errno 3335)";

/// A filter that lets everything through, in every ABI, so that there is something to ask.
/// It is on this test's thread and on what that starts.
fn allow_all() {
    let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    filter.set_act_badarch(ScmpAction::Allow).unwrap();
    filter.load().unwrap();
}

fn is_root() -> bool {
    let root = nix::unistd::geteuid().is_root();
    if !root {
        println!("SKIPPED: root");
    }
    root
}

/// State that a call could change, as the kernel and other programs show it.
const STATE: &str = "
hostname; cat /proc/sys/kernel/domainname; cut -d' ' -f2- /proc/self/mountinfo; cat /proc/swaps;
cut -d' ' -f1 /proc/modules; cat /proc/sys/kernel/tainted; cat /proc/self/timens_offsets;
readlink /proc/self/ns/time /proc/self/ns/uts /proc/self/ns/mnt /proc/self/ns/user;
cat /proc/tty/drivers; ls -ln --time-style=+ /dev/pts; ps -e -o pid,ppid,pgid,sid,tty,stat,comm | grep -vE ' (ps|grep|sh)$';
ipcs; sysctl -a 2>/dev/null | grep -vE '^(fs|kernel\\.random|kernel\\.ns_last_pid|kernel\\.(pty|perf_event_max_sample_rate)|net\\.netfilter|vm\\.)';
ulimit -a; ip link 2>/dev/null; cat /proc/sys/kernel/core_pattern /proc/sysvipc/shm /proc/keys
";

#[test]
fn the_state_of_the_machine_before_is_the_state_after() {
    if !is_root() {
        return;
    }
    allow_all();
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "state() {{ {STATE} }}; state > $1/before 2>&1; $0 --format json > $1/report; \
         code=$?; state > $1/after 2>&1; exit $code"
    );
    // The other test starts processes: those are kept out of sight, and nothing that the
    // probe could do is.
    let status = Command::new("unshare")
        .args(["--mount", "--pid", "--fork", "--mount-proc", "sh", "-c"])
        .args([&script, env!("CARGO_BIN_EXE_amiconfined")])
        .arg(folder.path())
        .status()
        .unwrap();
    assert!(status.success());
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let report: serde_json::Value = serde_json::from_str(&read("report")).unwrap();
    assert_eq!(
        report["confinement"]["seccomp"]["method"]["method"],
        "notify"
    );
    let before = read("before");
    println!("{} lines of state", before.lines().count());
    assert!(before.lines().count() > 100, "{before}");
    // What lists processes, settings and mounts was there to list them.
    for seen in [" PPID ", "kernel.ostype = Linux", " / / "] {
        assert!(before.contains(seen), "{seen:?} is not in {before}");
    }
    let after = read("after");
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (gone, come) = (lines(&before), lines(&after));
    let changed: Vec<_> = gone.symmetric_difference(&come).collect();
    assert!(before == after, "{changed:#?}");
}

/// What strace shows of every process that asked: each question ends with the supervisor's
/// refusal and none with an answer of the kernel's own body. What else these processes call
/// comes from one instruction, which asks nothing.
#[test]
fn no_probed_call_returns_from_its_body() {
    if !is_root() {
        return;
    }
    allow_all();
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("strace")
        .args(["-ff", "-i", "-qq", "-o"])
        .arg(folder.path().join("trace"))
        .args([env!("CARGO_BIN_EXE_amiconfined"), "--format", "json"])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let mut seen = Seen::default();
    for trace in std::fs::read_dir(folder.path()).unwrap() {
        let path = trace.unwrap().path();
        if after_listener(&read(&path)).is_some() {
            seen.child(folder.path(), &path);
        }
    }
    println!("{} calls, each refused by the supervisor", seen.refused);
    assert!(seen.refused > 1000, "{}", seen.refused);
    assert!(seen.children >= 2, "{}", seen.children);
    assert_eq!(seen.exempt.len(), 1, "{:?}", seen.exempt);
    let both = seen.asked_from.intersection(&seen.exempt).next();
    assert_eq!(both, None, "a question from the exempt instruction");
}

fn read(trace: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(trace).unwrap()).into_owned()
}

/// The lines from where the process has its listener on.
fn after_listener(text: &str) -> Option<Vec<&str>> {
    let mut lines = text.lines();
    lines
        .find(|line| line.contains("SECCOMP_FILTER_FLAG_NEW_LISTENER") && !line.contains("= -1"))?;
    Some(lines.collect())
}

/// What was seen of the processes under the own filter.
#[derive(Default)]
struct Seen {
    refused: usize,
    children: usize,
    /// Where the calls came from that were not refused, and those that were.
    exempt: BTreeSet<String>,
    asked_from: BTreeSet<String>,
}

/// The calls by which processes under the own filter start and end each other and leave its
/// listener to who supervises it, and by which the first of them has the 32-bit vDSO in its
/// own memory; and the one that shows whether x32 is offered. One place makes them all.
const EXEMPT: [&str; 15] = [
    "seccomp(SECCOMP_SET_MODE_FILTER, 0, ",
    "sched_getaffinity(",
    "sched_setaffinity(",
    "clone(",
    "close(",
    "getppid(",
    "getpid(",
    "wait4(",
    "exit(",
    "exit_group(",
    "prctl(PR_SET_PDEATHSIG, SIGKILL)",
    "mmap(NULL, ",
    "munmap(0x",
    "mremap(0x",
    "arch_prctl(ARCH_MAP_VDSO_32, ",
];

impl Seen {
    /// Takes note of a process that has a listener, and of those that it and they started.
    fn child(&mut self, folder: &Path, trace: &Path) {
        self.children += 1;
        let text = read(trace);
        let mut started = self.lines(after_listener(&text).unwrap());
        while let Some(pid) = started.pop() {
            let text = read(&folder.join(format!("trace.{pid}")));
            started.extend(self.lines(text.lines().collect()));
        }
    }

    /// Gives the ids of the processes that they start.
    fn lines(&mut self, lines: Vec<&str>) -> Vec<String> {
        let mut started = Vec::new();
        for line in lines {
            let place = line
                .strip_prefix('[')
                .and_then(|line| line.split_once("] "));
            let Some((from, call)) = place else {
                panic!("{line}");
            };
            let from = from.trim_start_matches('0');
            let never_filtered = ["uretprobe(", "uprobe(", "syscall_0x14f(", "syscall_0x150("];
            let starts = |names: &[&str]| names.iter().any(|name| call.starts_with(name));
            if call.ends_with(REFUSED) || call.ends_with(OUTRANKED) {
                self.refused += 1;
                self.asked_from.insert(from.to_owned());
            } else if starts(&EXEMPT) && !call.ends_with("= ?") || starts(&["exit"]) {
                self.exempt.insert(from.to_owned());
                if let Some((_, pid)) = call.rsplit_once(" = ").filter(|_| starts(&["clone("])) {
                    started.push(pid.to_owned());
                }
            } else {
                // A signal, a kill, or a change of the ABI that strace shows.
                let other = starts(&["---", "+++", "strace:", "Process PID", " Process PID"])
                    || call.ends_with("= ?")
                    || line.contains("runs in");
                assert!(other || starts(&never_filtered), "{line}");
            }
        }
        started
    }
}
