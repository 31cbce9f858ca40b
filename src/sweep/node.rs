//! What holds for the whole node, read once a sweep.

use std::os::unix::ffi::OsStrExt;

use nix::sys::stat::SFlag;

use crate::confinement::{Errno, Kernel, Node, Reading, RuntimeSocket, Sysctl, Text, Writable};
use crate::observe::{ProcRoot, ReadError, active_modules};

/// A setting that decides how well the kernel isolates.
struct Setting {
    name: &'static str,
    /// The values that weaken isolation.
    weak: &'static [&'static [u8]],
    /// What they give away.
    weakens: &'static str,
}

/// Kernel settings from `Documentation/admin-guide/sysctl/{kernel,user}.rst`; the first
/// is Debian's, the second Ubuntu's own.
#[rustfmt::skip]
const SETTINGS: [Setting; 8] = [
    Setting { name: "kernel.unprivileged_userns_clone", weak: &[b"1"], weakens: "any user may create user namespaces and reach kernel code behind capabilities" },
    Setting { name: "kernel.apparmor_restrict_unprivileged_userns", weak: &[b"0"], weakens: "unconfined programs may create user namespaces with capabilities" },
    Setting { name: "kernel.yama.ptrace_scope", weak: &[b"0"], weakens: "a process may trace every process of its own user" },
    Setting { name: "kernel.kptr_restrict", weak: &[b"0"], weakens: "kernel addresses are shown to whoever may read the log or has CAP_SYSLOG" },
    Setting { name: "kernel.dmesg_restrict", weak: &[b"0"], weakens: "the kernel log is shown to every user" },
    Setting { name: "kernel.unprivileged_bpf_disabled", weak: &[b"0"], weakens: "every user may load BPF programs" },
    Setting { name: "kernel.modules_disabled", weak: &[b"0"], weakens: "whoever has CAP_SYS_MODULE may load kernel modules" },
    Setting { name: "user.max_user_namespaces", weak: &[], weakens: "" },
];

/// Where the runtimes put their control sockets.
const SOCKETS: [(&str, &str); 8] = [
    ("run/docker.sock", "docker"),
    ("run/containerd/containerd.sock", "containerd"),
    ("run/docker/containerd/containerd.sock", "containerd"),
    ("run/k3s/containerd/containerd.sock", "containerd"),
    ("run/crio/crio.sock", "cri-o"),
    ("run/podman/podman.sock", "podman"),
    ("run/cri-dockerd.sock", "docker"),
    ("var/snap/microk8s/common/run/containerd.sock", "containerd"),
];

/// Reads it.
pub(super) fn node(proc: &ProcRoot, root: &ProcRoot, name: Reading<Text>, kernel: Kernel) -> Node {
    Node {
        name,
        kernel,
        all_processes: all_processes(proc),
        lsm: active_modules(root),
        sysctls: SETTINGS
            .iter()
            .map(|setting| sysctl(proc, setting))
            .collect(),
        runtime_sockets: SOCKETS
            .iter()
            .filter_map(|(path, runtime)| socket(root, path, runtime))
            .collect(),
    }
}

/// kthreadd is process 2 of the machine's first pid namespace and of no other. `Kthread:`
/// tells it since Linux 6.8; before, having no memory and being no zombie.
fn all_processes(proc: &ProcRoot) -> Reading<bool> {
    let status = proc.process(2).and_then(|dir| {
        let mut bytes = Vec::new();
        dir.read("status", &mut bytes).map(|()| bytes)
    });
    let has = |bytes: &[u8], line: &[u8]| bytes.split(|b| *b == b'\n').any(|l| l.starts_with(line));
    match status {
        Ok(bytes)
            if has(&bytes, b"Kthread:\t1")
                || !["Kthread:", "VmSize:", "State:\tZ"]
                    .map(str::as_bytes)
                    .iter()
                    .any(|line| has(&bytes, line)) =>
        {
            Reading::Known(true)
        }
        _ => Reading::denied(
            "none",
            proc.path().as_os_str().as_bytes(),
            None,
            "hostPID in a Pod, or --host-proc of a /proc of the machine's first pid namespace",
        ),
    }
}

fn sysctl(proc: &ProcRoot, setting: &Setting) -> Sysctl {
    let value = value(proc, &format!("sys/{}", setting.name.replace('.', "/")));
    let weak = value
        .known()
        .is_some_and(|value| setting.weak.contains(&value.as_bytes()));
    Sysctl {
        name: setting.name.to_owned(),
        value,
        weakens: weak.then(|| setting.weakens.to_owned()),
    }
}

fn value(proc: &ProcRoot, path: &str) -> Reading<Text> {
    match proc.read(path) {
        Ok(bytes) => Reading::Known(bytes.trim_ascii().into()),
        Err(error) if error.errno == Errno::ENOENT && proc.stat("sys/kernel").is_ok() => {
            Reading::absent("this kernel, or this build of it, has no such setting")
        }
        Err(error) => error.denied(lifted_by(&error)),
    }
}

fn lifted_by(error: &ReadError) -> &'static str {
    match error.errno {
        Errno::EACCES | Errno::EPERM => "the permission to read it: CAP_SYS_ADMIN for some",
        _ => "procfs with its sys directory mounted there",
    }
}

/// A socket that is there, and whom its permission bits let connect (`unix(7)`: writing
/// is what counts). It is never connected to.
fn socket(root: &ProcRoot, path: &str, runtime: &str) -> Option<RuntimeSocket> {
    let stat = match root.stat(path) {
        Ok(stat) => stat,
        Err(error) if error.is_missing() => return None,
        Err(error) => {
            return Some(RuntimeSocket {
                path: format!("/{path}").into(),
                runtime: runtime.to_owned(),
                connectable: error.denied("CAP_DAC_READ_SEARCH"),
            });
        }
    };
    if SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT != SFlag::S_IFSOCK {
        return None;
    }
    let mode = stat.st_mode & 0o777;
    Some(RuntimeSocket {
        path: format!("/{path}").into(),
        runtime: runtime.to_owned(),
        connectable: Reading::Known(Writable {
            writable: mode & 0o002 != 0,
            decided_by: format!(
                "mode {mode:04o}, user {}, group {}: {} may connect",
                stat.st_uid,
                stat.st_gid,
                match mode & 0o022 {
                    0 => "the user alone",
                    0o020 => "the user and the group",
                    _ => "every user",
                }
            ),
        }),
    })
}
