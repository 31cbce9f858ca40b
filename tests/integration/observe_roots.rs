//! Trees that lie: links out of them, and a `/proc` that is not there or not the kernel's.

use std::sync::Arc;

use amiconfined::confinement::Reading;
use amiconfined::observe::{Observe, ObserveError, ProcRoot, Target, observe};

/// This process, live.
fn own() -> Observe {
    Observe {
        target: Target::own(),
        root: Arc::new(ProcRoot::open("/")),
        live: true,
    }
}

#[test]
fn a_link_leads_nowhere_outside_its_tree() {
    let tree = tempfile::tempdir().unwrap();
    let outside = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(outside.path(), "outside").unwrap();
    std::fs::create_dir(tree.path().join("dir")).unwrap();
    std::fs::write(tree.path().join("dir/file"), "inside").unwrap();
    let link = |target: &std::path::Path, name: &str| {
        std::os::unix::fs::symlink(target, tree.path().join(name)).unwrap();
    };
    link(outside.path(), "absolute");
    link(std::path::Path::new("../../../../dir/file"), "climbing");
    link(std::path::Path::new("/dir/file"), "rooted");
    link(std::path::Path::new("ring"), "ring");
    nix::unistd::mkfifo(&tree.path().join("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let root = ProcRoot::open(tree.path());
    assert_eq!(
        root.read("absolute").unwrap_err().errno.to_string(),
        "ENOENT"
    );
    assert_eq!(root.read("climbing").unwrap(), b"inside");
    assert_eq!(root.read("rooted").unwrap(), b"inside");
    assert_eq!(root.read("ring").unwrap_err().errno.to_string(), "ELOOP");
    assert_eq!(root.read("fifo").unwrap_err().errno.to_string(), "EINVAL");
    let names: Vec<String> = root
        .entries("dir")
        .unwrap()
        .into_iter()
        .map(|n| String::from_utf8(n).unwrap())
        .collect();
    assert_eq!(names, ["file"]);
}

#[test]
fn without_proc_each_fact_is_denied_with_its_errno() {
    let options = own();
    let found = observe(&ProcRoot::open("/nonexistent/proc"), &options).unwrap();
    let denial = found.identity.umask.denial().unwrap();
    assert_eq!(denial.errno.unwrap().to_string(), "ENOENT");
    assert!(
        found
            .namespaces
            .namespaces
            .iter()
            .all(|n| n.inode.denial().is_some())
    );
    let said = &found.runtime.manager.evidence;
    let unseen = "could not be looked for: cgroup path, mount".to_owned();
    assert!(said.contains(&unseen), "{said:?}");
    // The kernel tells the process its own ids and sets all the same.
    let with = observe(&ProcRoot::open("/proc"), &options).unwrap();
    assert!(with.identity.uid.known().is_some());
    assert_eq!(found.identity.uid, with.identity.uid);
    assert_eq!(found.identity.gid, with.identity.gid);
    assert_eq!(found.identity.groups, with.identity.groups);
    assert_eq!(found.capabilities.effective, with.capabilities.effective);
    let other = observe(
        &ProcRoot::open("/nonexistent/proc"),
        &Observe {
            target: Target {
                pid: 1,
                is_self: false,
            },
            ..options
        },
    );
    assert!(matches!(other, Err(ObserveError::Proc(_))), "{other:?}");
}

#[test]
fn a_proc_that_anyone_could_have_written_is_refused() {
    let fake = tempfile::tempdir().unwrap();
    std::fs::create_dir(fake.path().join("self")).unwrap();
    std::fs::write(fake.path().join("self/status"), "State:\tS\nSeccomp:\t0\n").unwrap();
    let options = own();
    let found = observe(&ProcRoot::open(fake.path()), &options).unwrap();
    assert!(
        matches!(&found.seccomp.mode, Reading::Denied(d) if d.syscall == "fstatfs"),
        "{:?}",
        found.seccomp
    );
}
