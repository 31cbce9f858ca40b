//! Docker's daemon, apart from the machine's own.

use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Namespaces that keep an engine's mounts and interfaces off the machine.
pub(super) fn apart() -> Vec<String> {
    let script = "ip link set lo up; umount /sys/fs/cgroup/unified 2>/dev/null; exec \"$@\"";
    [
        "unshare",
        "-n",
        "-m",
        "--propagation",
        "private",
        "sh",
        "-c",
        script,
        "x",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// A dockerd of its own, ended when dropped.
pub(super) struct Dockerd(Child);

impl Dockerd {
    /// Starts it with its state in this folder.
    pub(super) fn start(folder: &Path, socket: &str) -> Self {
        let mut command = apart();
        let at = |name: &str| folder.join(name).display().to_string();
        command.extend(["dockerd".to_owned(), "-H".to_owned(), socket.to_owned()]);
        for (flag, name) in [
            ("--data-root", "root"),
            ("--exec-root", "exec"),
            ("--pidfile", "pid"),
        ] {
            command.extend([flag.to_owned(), at(name)]);
        }
        let (program, args) = command.split_first().unwrap();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let child = Command::new(program)
            .args(args)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Self(child)
    }
}

impl Drop for Dockerd {
    fn drop(&mut self) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.0.id()).unwrap());
        let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
        let _ = self.0.wait();
    }
}
