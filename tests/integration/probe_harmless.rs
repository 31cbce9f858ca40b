//! The probe as root with all capabilities, outside any container, changes nothing.

use std::path::Path;
use std::process::Command;

use libseccomp::{ScmpAction, ScmpFilterContext};

use crate::probe::in_own_process;

/// What the supervisor of the asking child refuses every call with: no kernel's own number.
const REFUSED: &str = "= -1 (errno 3333)";

/// A filter that lets everything through, in every ABI, so that there is something to ask.
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
cat /proc/tty/drivers; ls -l /dev/pts; ps -e -o pid,ppid,pgid,sid,tty,stat,comm | grep -vE ' (ps|grep|sh)$';
ipcs; sysctl -a 2>/dev/null | grep -vE '^(fs|kernel\\.random|kernel\\.ns_last_pid|kernel\\.pty|net\\.netfilter|vm\\.)';
ulimit -a; ip link 2>/dev/null; cat /proc/sys/kernel/core_pattern /proc/sysvipc/shm /proc/keys
";

#[test]
fn the_state_of_the_machine_before_is_the_state_after() {
    if !is_root() {
        return;
    }
    in_own_process(
        "probe_harmless::the_state_of_the_machine_before_is_the_state_after",
        || {
            allow_all();
            let folder = tempfile::tempdir().unwrap();
            let script = format!(
                "state() {{ {STATE} }}; state > $1/before 2>&1; $0 --format json > $1/report; \
                 code=$?; state > $1/after 2>&1; exit $code"
            );
            // Other tests start processes and mount: what they do is kept out of sight, and
            // nothing that the probe could do is.
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
            assert_eq!(before, read("after"));
        },
    );
}

/// What strace shows of every process that asked: from its listener on, each call ends with
/// the supervisor's refusal, and none with an answer of the kernel's own body.
#[test]
fn no_probed_call_returns_from_its_body() {
    if !is_root() {
        return;
    }
    in_own_process(
        "probe_harmless::no_probed_call_returns_from_its_body",
        || {
            allow_all();
            let folder = tempfile::tempdir().unwrap();
            let output = Command::new("strace")
                .args(["-ff", "-qq", "-o"])
                .arg(folder.path().join("trace"))
                .args([env!("CARGO_BIN_EXE_amiconfined"), "--format", "json"])
                .output()
                .unwrap();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{errors}");
            let mut refused = 0;
            for trace in std::fs::read_dir(folder.path()).unwrap() {
                refused += refused_calls(&trace.unwrap().path());
            }
            println!("{refused} calls, each refused by the supervisor");
            assert!(refused > 1000, "{refused}");
        },
    );
}

/// Counts the calls that were refused after the listener was there, and asserts that no
/// other call came back.
fn refused_calls(trace: &Path) -> usize {
    let text = String::from_utf8_lossy(&std::fs::read(trace).unwrap()).into_owned();
    let mut lines = text.lines();
    if !lines
        .any(|line| line.contains("SECCOMP_FILTER_FLAG_NEW_LISTENER") && !line.contains("= -1"))
    {
        return 0;
    }
    let mut refused = 0;
    for line in lines {
        let returned = line
            .rsplit_once(") ")
            .map_or("", |(_, result)| result.trim());
        let never_filtered = line.starts_with("uretprobe(")
            || line.starts_with("uprobe(")
            || line.starts_with("syscall_0x14f(")
            || line.starts_with("syscall_0x150(");
        match returned {
            _ if line.ends_with(REFUSED) => refused += 1,
            // A signal, a kill, or a change of the ABI that strace shows.
            "" | "= ?" => {}
            _ if line.starts_with("---") || line.starts_with("+++") => {}
            _ if line.starts_with('[') || line.starts_with("strace:") => {}
            _ if never_filtered => {}
            // A finished child's last try to end itself: the supervisor is gone, and the kernel
            // answers so where no listener is left. The body of exit never comes back.
            "= -1 ENOSYS (Function not implemented)" if line.starts_with("exit(") => {}
            other => panic!("{line}: {other}"),
        }
    }
    refused
}
