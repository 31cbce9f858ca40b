//! A node inside the node: private namespaces in which runtimes keep their state at its
//! usual places, and whose end is the end of everything in it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;

use super::groups::{self, Before};

/// Set in the second start, which is inside: the file for the control groups in use.
const INSIDE: &str = "AMICONFINED_SWEEP_ARENA";

/// Mounts that keep what runtimes write off the machine; and what firejail takes for the
/// kernel's first thread: where there is none among the first processes it takes this for
/// a container, and runs what it is given without a sandbox.
const SCRIPT: &str = concat!(
    "mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /var/log || exit 1
    ln -s /bin/sleep /run/kthreadd || exit 1
    /run/kthreadd infinity &
    ip link set lo up
    for d in docker containers containerd lxc; do
        mkdir -p /var/lib/$d && mount -t tmpfs tmpfs /var/lib/$d || exit 1
    done\n",
    include_str!("../../../own-cgroups.sh"),
    "\"$@\"; exit $?"
);

static ALONE: Mutex<()> = Mutex::new(());

/// What is inside.
pub(super) struct Arena {
    /// A folder for all that is made.
    pub(super) dir: tempfile::TempDir,
}

impl Arena {
    /// Runs the test of this name once more, inside, where all of these programs are there;
    /// `None` where this is outside, and the test is over.
    pub(super) fn enter(test: &str, programs: &[&str]) -> Option<Self> {
        if !nix::unistd::geteuid().is_root() {
            println!("SKIPPED: root");
            return None;
        }
        if let Some(missing) = programs.iter().find(|program| !has(program)) {
            println!("SKIPPED: {missing}");
            return None;
        }
        if std::env::var_os(INSIDE).is_some() {
            return Some(Self::new());
        }
        // One after the other: what is measured in one is not to be the other's load.
        let _alone = ALONE
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = Before::now();
        let groups = tempfile::NamedTempFile::new().unwrap();
        let status = Command::new("unshare")
            .args([
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "-n",
                "-m",
                "-u",
            ])
            .args(["--propagation", "private", "sh", "-c", SCRIPT, "arena"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(INSIDE, groups.path())
            .env("PATH", path())
            .status()
            .unwrap();
        before.restore(&fs::read_to_string(groups.path()).unwrap());
        assert!(status.success(), "inside: {status}");
        None
    }

    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(dir.path(), open).unwrap();
        let arena = Self { dir };
        arena.rootfs("rootfs");
        fs::create_dir(arena.path("beat")).unwrap();
        // A container of a user beats as that user.
        let all = std::os::unix::fs::PermissionsExt::from_mode(0o777);
        fs::set_permissions(arena.path("beat"), all).unwrap();
        let exe = std::env::current_exe().unwrap();
        // A copy, since the original's directory is not to be seen in containers.
        fs::copy(exe, arena.path("beat/exe")).unwrap();
        arena
    }

    /// A path in its folder.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Makes a root filesystem with a shell.
    pub(super) fn rootfs(&self, name: &str) -> PathBuf {
        let root = self.path(name);
        for dir in [
            "bin", "usr", "proc", "sys", "dev", "tmp", "etc", "run", "root", "beat",
        ] {
            fs::create_dir_all(root.join(dir)).unwrap();
        }
        fs::copy("/bin/busybox", root.join("bin/busybox")).unwrap();
        for applet in ["sh", "sleep", "cat", "mount", "mkdir"] {
            symlink("busybox", root.join("bin").join(applet)).unwrap();
        }
        fs::write(root.join("etc/os-release"), "ID=lab\n").unwrap();
        fs::write(root.join("etc/passwd"), "root:x:0:0::/:/bin/sh\n").unwrap();
        root
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        if let Some(file) = std::env::var_os(INSIDE) {
            fs::write(file, groups::of_all()).unwrap();
        }
    }
}

/// The path, and after it the folders of what is in no package.
fn path() -> std::ffi::OsString {
    let lab = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let built = ["nsjail/nsjail/bin", "youki/bin"].map(|folder| lab.join(folder));
    let folders = std::env::split_paths(&path).chain(built);
    std::env::join_paths(folders).unwrap()
}

/// Whether a program is on the path.
pub(super) fn has(program: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", "command -v \"$0\"", program])
        .output();
    found.is_ok_and(|output| output.status.success())
}

/// Runs a command that has to succeed, and gives what it printed.
pub(super) fn must(command: &mut Command) -> Result<String, String> {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .stdin(Stdio::null())
        .output()
        .map_err(|e| e.to_string())?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&stdout).into_owned());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&stderr)))
}

/// Runs a command in the background, its output in a file. It ends with the arena.
#[allow(clippy::zombie_processes)] // the arena's first process takes what ends
pub(super) fn background(command: &mut Command, log: &Path) {
    let file = || fs::File::create(log).unwrap();
    command
        .stdin(Stdio::null())
        .stdout(file())
        .stderr(file())
        .spawn()
        .unwrap();
}

/// Asks until there is an answer.
pub(super) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> Result<T, String> {
    for _ in 0..250 {
        if let Some(answer) = ask() {
            return Ok(answer);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(format!("{what}: nothing within five seconds"))
}

/// Runs the sweep and gives the lines that it prints.
pub(super) fn sweep(more: &[&str]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
    let printed = must(command.args(["sweep", "--format", "ndjson"]).args(more));
    let printed = printed.unwrap();
    printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
