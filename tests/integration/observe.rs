//! `observe` on the running machine, against what other programs say of the same processes.

use std::process::Command;

use amiconfined::confinement::{Confinement, NamespaceKind};
use amiconfined::observe::{Observe, ObserveError, ProcRoot, Target, observe};

fn live(target: Target) -> Result<Confinement, ObserveError> {
    let options = Observe {
        target,
        root: std::sync::Arc::new(ProcRoot::open("/")),
        live: true,
    };
    observe(&ProcRoot::open("/proc"), &options)
}

fn output(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// What `awk` and the kernel make of one line of the test's own status.
fn status_line(name: &str) -> String {
    let pid = std::process::id();
    output(
        "awk",
        &[
            "-F:\t",
            &format!("$1==\"{name}\"{{print $2}}"),
            &format!("/proc/{pid}/status"),
        ],
    )
}

#[test]
fn own_facts_are_those_that_other_programs_read() {
    let found = live(Target::own()).unwrap();
    println!("{}", serde_json::to_string_pretty(&found).unwrap());
    let uid = found.identity.uid.known().unwrap();
    assert_eq!(uid.real.to_string(), output("id", &["-ru"]));
    assert_eq!(uid.effective.to_string(), output("id", &["-u"]));
    for (name, set) in [
        ("CapInh", &found.capabilities.inheritable),
        ("CapPrm", &found.capabilities.permitted),
        ("CapEff", &found.capabilities.effective),
        ("CapBnd", &found.capabilities.bounding),
        ("CapAmb", &found.capabilities.ambient),
    ] {
        assert_eq!(
            set.known().unwrap().to_string(),
            status_line(name),
            "{name}"
        );
    }
    let groups: Vec<String> = found
        .identity
        .groups
        .known()
        .unwrap()
        .iter()
        .map(u32::to_string)
        .collect();
    assert_eq!(groups.join(" "), status_line("Groups").trim());
    let pid = std::process::id();
    for kind in NamespaceKind::ALL {
        let link = output("readlink", &[&format!("/proc/{pid}/ns/{kind}")]);
        let inode = found.namespaces.get(kind).unwrap().inode.known().unwrap();
        assert_eq!(link, format!("{kind}:[{inode}]"));
    }
    let lines = output("wc", &["-l", &format!("/proc/{pid}/mountinfo")]);
    let count = found.filesystem.mount_count.known().unwrap();
    assert_eq!(lines.split(' ').next().unwrap(), count.to_string());
    assert_eq!(
        found.kernel.release.known().unwrap().to_string(),
        output("uname", &["-r"])
    );
}

#[test]
fn another_process_is_told_from_the_reader() {
    let mut child = Command::new("sleep").arg("60").spawn().unwrap();
    // The name changes at execve; the child may still be between fork and that.
    std::thread::sleep(std::time::Duration::from_millis(50));
    let found = live(Target::other(child.id()));
    child.kill().unwrap();
    child.wait().unwrap();
    let found = found.unwrap();
    assert!(!found.process.is_self);
    assert_eq!(found.process.comm.known().unwrap().to_string(), "sleep");
    assert!(found.process.parent.is(&std::process::id()));
    // prctl tells these to the process itself alone.
    assert!(found.identity.securebits.denial().is_some());
    assert!(found.identity.dumpable.denial().is_some());
    let gone = live(Target::other(child.id()));
    assert!(
        matches!(gone, Err(ObserveError::NoProcess { .. })),
        "{gone:?}"
    );
}

#[test]
fn own_namespaces_are_told_from_the_machines() {
    let script = "echo ready; exec sleep 60";
    let flags = [
        "--user",
        "--map-root-user",
        "--uts",
        "--ipc",
        "--cgroup",
        "--time",
        "--net",
        "--mount",
    ];
    let child = Command::new("unshare")
        .args(flags)
        .args(["sh", "-c", script])
        .stdout(std::process::Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        println!("SKIPPED: no unshare(1)");
        return;
    };
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(child.stdout.take().unwrap()),
        &mut line,
    )
    .unwrap();
    let found = (line == "ready\n").then(|| live(Target::other(child.id())));
    let pid = child.id();
    let depth = std::fs::File::open(format!("/proc/{pid}/ns/user")).map(|namespace| {
        let initial = NamespaceKind::User.initial_inode();
        amiconfined::probe::user_namespace_depth(std::os::fd::AsFd::as_fd(&namespace), initial)
    });
    let outside: Vec<(NamespaceKind, String, String)> = NamespaceKind::ALL
        .into_iter()
        .map(|kind| {
            let link = |pid: &str| output("readlink", &[&format!("/proc/{pid}/ns/{kind}")]);
            (
                kind,
                link(&std::process::id().to_string()),
                link(&pid.to_string()),
            )
        })
        .collect();
    child.kill().unwrap();
    child.wait().unwrap();
    let Some(found) = found else {
        println!("SKIPPED: user namespaces are not to be had");
        return;
    };
    let found = found.unwrap();
    let here = live(Target::own()).unwrap();
    if here.namespaces.user_depth.is(&0) {
        assert_eq!(depth.unwrap(), Ok(1));
    }
    for (kind, readers, childs) in outside {
        let namespace = found.namespaces.get(kind).unwrap();
        assert_eq!(
            format!("{kind}:[{}]", namespace.inode.known().unwrap()),
            childs
        );
        let readers_initial = here
            .namespaces
            .get(kind)
            .unwrap()
            .initial
            .known()
            .map(|i| i.initial);
        if let (Some(initial), Some(readers_initial)) = (namespace.initial.known(), readers_initial)
        {
            assert_eq!(
                initial.initial,
                readers_initial && readers == childs,
                "{kind}"
            );
        }
    }
    let map = found.identity.uid_map.known().unwrap();
    assert_eq!((map.len(), map[0].inside, map[0].count), (1, 0, 1));
    // A user namespace's uid 0 that is the machine's root outside is root to sysctls as well.
    let core_pattern = found
        .filesystem
        .sensitive
        .iter()
        .find(|s| s.path.ends_with("core_pattern"));
    let writable = core_pattern.unwrap().writable.known().map(|w| w.writable);
    assert_eq!(writable, Some(output("id", &["-u"]) == "0"));
    assert_eq!(
        found.runtime.sandbox.value,
        Some(amiconfined::confinement::Sandbox::Namespaces),
        "{:?}",
        found.runtime
    );
}
