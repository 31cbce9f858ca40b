//! The same under a containerd of its own, whose client is given the `config.json`.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::bundle::private;
use super::missing;
use super::oci::Runtime;

/// The daemon, ended when dropped.
struct Daemon(Child);

impl Daemon {
    /// Starts it with its state in a folder, where mounts stay its own, and waits for it.
    fn start(folder: &Path) -> Self {
        let at = folder.display();
        let config = format!(
            "version = 2\nroot = \"{at}/root\"\nstate = \"{at}/state\"\n\
            disabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n\
            [grpc]\naddress = \"{at}/sock\"\n[ttrpc]\naddress = \"{at}/ttrpc\"\n"
        );
        let file = folder.join("config.toml");
        std::fs::write(&file, config).unwrap();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let child = private(&["containerd", "--config"])
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let daemon = Self(child);
        let up = (0..300).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            let mut asked = Command::new("ctr");
            asked
                .arg("--address")
                .arg(folder.join("sock"))
                .arg("version");
            asked.output().unwrap().status.success()
        });
        let log = std::fs::read_to_string(folder.join("log")).unwrap();
        assert!(up, "{log}");
        daemon
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let pid = nix::unistd::Pid::from_raw(self.0.id().cast_signed());
        let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
        let _ = self.0.wait();
    }
}

#[test]
fn containerd_containers_are_as_declared_and_one_change_is_one_finding() {
    if let Some(what) = missing(&["containerd", "ctr", "runc", "unshare"]) {
        println!("SKIPPED: {what}");
        return;
    }
    // Sockets have short names.
    let folder = tempfile::Builder::new().prefix("amic-").tempdir().unwrap();
    let daemon = Daemon::start(folder.path());
    let socket = folder.path().join("sock");
    let containerd = Runtime {
        name: "containerd",
        run: &[
            "ctr",
            "--address",
            socket.to_str().unwrap(),
            "run",
            "--rm",
            "--config",
            "config.json",
        ],
        base: &[],
        without: &[],
        unobserved: &[],
        half_told: false,
    };
    let wrong = containerd.rows();
    drop(daemon);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
