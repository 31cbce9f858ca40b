//! The execution probe: with all capabilities, with none, and in a user namespace, always
//! with the state before beside the state after.

use std::process::Command;

use serde_json::Value;

/// State that the calls could change, as other programs and the kernel show it.
const STATE: &str = "
hostname; cat /proc/sys/kernel/domainname; cat /proc/self/mountinfo | cut -d' ' -f2-; ulimit -a;
cat /proc/sys/kernel/printk /proc/sys/kernel/modprobe /proc/sys/kernel/tainted /proc/swaps;
cat /proc/sys/vm/overcommit_memory; cut -d' ' -f1 /proc/modules; cat /proc/key-users;
ipcs -q -m -s | grep -v '^$'; cat /proc/self/personality; umask; stty -a < /dev/tty 2>/dev/null;
cat /proc/self/timens_offsets; readlink /proc/self/ns/uts /proc/self/ns/mnt /proc/self/ns/ipc;
cat /proc/self/status | grep -E '^(Cap|Groups|Uid|Gid|NoNewPrivs|Seccomp)'; echo /proc/[0-9]*
";

/// Runs the probe in namespaces of its own, started by `start` there; gives the matrix.
/// Asserts that the state before is the state after.
fn executed(start: &str) -> Option<Value> {
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        "state() {{ {STATE} }}; state > $1/before 2>&1; {start} $0 syscalls --execute --format json > $1/found; code=$?; state > $1/after 2>&1; exit $code"
    );
    let output = Command::new("unshare")
        .args([
            "--mount",
            "--uts",
            "--ipc",
            "--net",
            "--pid",
            "--fork",
            "--mount-proc",
        ])
        .args(["sh", "-c", &script, env!("CARGO_BIN_EXE_amiconfined")])
        .arg(folder.path())
        .output()
        .unwrap();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!nix::unistd::geteuid().is_root(), "{errors}");
        println!("SKIPPED: root, for namespaces of its own: {errors}");
        return None;
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("before").lines().count() > 30);
    assert_eq!(read("before"), read("after"));
    Some(serde_json::from_str(&read("found")).unwrap())
}

/// Name, what was executed, and the cause, of each native call.
fn calls(found: &Value) -> Vec<(&str, &Value, &Value)> {
    let rows = found["syscalls"].as_array().unwrap().iter();
    rows.flat_map(|row| {
        let cells = row["abis"].as_array().unwrap().iter();
        let native = cells.filter(|cell| cell["abi"] == "x86_64");
        native.map(|cell| {
            (
                row["name"].as_str().unwrap(),
                &cell["executed"],
                &cell["cause"],
            )
        })
    })
    .collect()
}

/// What is never executed, whoever asks: it would end, suspend, or change something.
const NEVER: &[&str] = &[
    "exit",
    "exit_group",
    "vhangup",
    "sync",
    "pause",
    "fork",
    "vfork",
    "rt_sigreturn",
    "setsid",
    "kexec_load",
    "uretprobe",
    "uprobe",
    "umount2",
    "syslog",
    "userfaultfd",
];

#[test]
fn with_all_capabilities_each_cleared_call_is_reached() {
    let Some(found) = executed("") else { return };
    let mut reached = 0;
    for (name, executed, cause) in calls(&found) {
        if NEVER.contains(&name) {
            assert!(executed.get("not_executed").is_some(), "{name}: {executed}");
        }
        if *executed == "succeeded" || executed.get("reached").is_some() {
            reached += 1;
            assert!(cause.is_null(), "{name}: {cause}");
        }
        if let Some(refused) = executed.get("refused") {
            // Full root: only what the kernel does not have is refused.
            assert_eq!(refused["name"], "ENOSYS", "{name}");
            assert_eq!(cause["layer"], "not_implemented", "{name}");
        }
    }
    println!("{reached} calls reached");
    assert!(reached > 250, "{reached}");
}

#[test]
fn with_no_capability_the_kernel_names_the_one_it_asks_for() {
    let Some(found) = executed("setpriv --reuid 1000 --clear-groups --inh-caps=-all") else {
        return;
    };
    let all = calls(&found);
    for (call, capability) in [
        ("settimeofday", "CAP_SYS_TIME"),
        ("acct", "CAP_SYS_PACCT"),
        ("mount", "CAP_SYS_ADMIN"),
        ("swapoff", "CAP_SYS_ADMIN"),
        ("chroot", "CAP_SYS_CHROOT"),
    ] {
        let (_, executed, cause) = all.iter().find(|(name, ..)| *name == call).unwrap();
        if executed.get("not_executed").is_some() {
            continue;
        }
        assert_eq!(executed["refused"]["name"], "EPERM", "{call}: {executed}");
        assert_eq!(cause["layer"], "capability", "{call}: {cause}");
        assert_eq!(cause["name"], capability, "{call}: {cause}");
        assert_eq!(cause["asked"], true, "{call}: {cause}");
    }
    let asked = all.iter().filter(|(_, _, cause)| cause["asked"] == true);
    assert!(asked.count() > 5);
}

#[test]
fn in_a_user_namespace_a_capability_counts_only_where_it_is_owned() {
    let Some(found) = executed("unshare --user --map-root-user") else {
        return;
    };
    let all = calls(&found);
    let cause = |call: &str| all.iter().find(|(name, ..)| *name == call).unwrap().2;
    assert_eq!(cause("settimeofday")["layer"], "user_namespace");
    assert_eq!(cause("settimeofday")["capability"], "CAP_SYS_TIME");
    assert!(cause("unshare").is_null(), "{}", cause("unshare"));
}
