//! The runtimes: one file each, or one row where two are driven alike.

mod bubblewrap;
mod containerd;
pub(crate) mod cri;
mod docker;
mod firejail;
mod groups;
mod gvisor;
mod image;
mod lacking;
mod lxc;
mod nsjail;
mod nspawn;
mod oci;
mod over;
mod podman;
mod rootless;
pub(crate) mod tree;

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::cell::Seen;
use super::seccomp::{self, Declared, Told};
use super::settings::{Setting, Tongue};
use groups::Groups;
use image::IMAGE;
pub(crate) use image::{Parts, make};

/// What starts containers.
pub(crate) trait Runtime: Sync {
    /// Its name in the table and in `RUNTIME=`.
    fn name(&self) -> &'static str;
    /// How it is told a setting.
    fn tongue(&self) -> Tongue;
    /// The name of the sandbox that it makes, in the report's words.
    fn sandbox(&self) -> &'static str;
    /// The name of what manages its containers, where it may be told.
    fn manager(&self) -> Option<&'static str> {
        None
    }
    /// The uid of the Pod, where it makes Pods.
    fn pod_uid(&self) -> Option<&'static str> {
        None
    }
    /// Whether it is runc that installs the filters, which adds a stub to them.
    fn stub(&self) -> bool {
        false
    }
    /// The profiles that its filters come from, where no config.json tells them: those of
    /// the setting, stacked as often as it says.
    fn declared(&self, setting: &Setting, _: &Seen) -> Option<Declared> {
        let profile = setting.profile.as_ref()?;
        let filters = (0..setting.stacked).map(|_| Told::plain(profile.clone()));
        Some(Declared {
            filters: filters.collect(),
            by: "the setting",
        })
    }
    /// Whether a user runs it, in a user namespace that no config.json tells of.
    fn rootless(&self) -> bool {
        false
    }
    /// Whether its containers run on a kernel of its own, which carries less than Linux.
    fn own_kernel(&self) -> bool {
        false
    }
    /// Names of settings that it is known to fail at.
    fn fails_at(&self) -> &'static [&'static str] {
        &[]
    }
    /// What is missing, if anything is.
    fn available(&self) -> Result<(), String>;
    /// Makes it ready: daemons run and images are there until what is returned is dropped.
    fn up(&self, lab: &Lab) -> Result<Box<dyn Up>, String>;
}

/// A runtime that is ready.
pub(crate) trait Up {
    /// The container of one cell, to be started.
    fn container(&self, lab: &Lab, setting: &Setting, told: &[&str], id: &str) -> Container;
}

/// Where the lab's files are.
pub(crate) struct Lab {
    /// A folder for all that runtimes write.
    pub(crate) folder: PathBuf,
    /// A root filesystem with busybox and the binary.
    pub(crate) rootfs: PathBuf,
    /// The same as an archive that engines load.
    image: PathBuf,
    /// What tells filters.
    pub(crate) seccomp: seccomp::Tools,
}

/// A container to be started.
pub(crate) struct Container {
    /// Runs it in the foreground, its input and output attached.
    pub(crate) command: Command,
    /// A folder below which its config.json is, once it runs.
    pub(crate) configs: Option<PathBuf>,
    /// The manifest of the Pod that it is of.
    pub(crate) declared: Option<String>,
    /// The same with one field that it does not keep, and the findings that come of it.
    pub(crate) changed: Vec<cri::Changed>,
    /// Prints what the engine says of it, once it runs.
    pub(crate) inspect: Option<Command>,
    /// Removes it.
    pub(crate) after: Option<Command>,
    /// Files that it inherits by their numbers.
    pub(crate) _inherited: Vec<OwnedFd>,
}

impl Container {
    fn of(command: Command) -> Self {
        Self {
            command,
            configs: None,
            declared: None,
            changed: Vec::new(),
            inspect: None,
            after: None,
            _inherited: Vec::new(),
        }
    }

    /// One that a client of docker or podman runs, which take the same words.
    fn in_engine(
        client: impl Fn() -> Command,
        lab: &Lab,
        setting: &Setting,
        told: &[&str],
        id: &str,
    ) -> Self {
        let mut run = client();
        run.args(["run", "--rm", "--interactive", "--name", id]);
        if !told.iter().any(|flag| flag.starts_with("--network")) {
            run.args(["--network", "none"]);
        }
        if let Some(file) = profile_file(lab, setting) {
            run.arg(format!("--security-opt=seccomp={}", file.display()));
        }
        run.args(told).arg(IMAGE).args(command(setting.entry, id));
        let mut inspect = client();
        inspect.args(["container", "inspect", id]);
        Self {
            inspect: Some(inspect),
            ..Self::of(run)
        }
    }
}

/// Every runtime of the host matrix. youki is in no package: it runs where it is on the path.
pub(crate) const ALL: &[&dyn Runtime] = &[
    &oci::Oci("runc"),
    &oci::Oci("crun"),
    &oci::Oci("youki"),
    &podman::Podman { rootless: false },
    &podman::Podman { rootless: true },
    &docker::Docker { remapped: false },
    &docker::Docker { remapped: true },
    &containerd::Containerd { options: false },
    &containerd::Containerd { options: true },
    &cri::Cri,
    &gvisor::Gvisor,
    &lxc::Lxc,
    &bubblewrap::Bubblewrap,
    &nspawn::Nspawn,
    &firejail::Firejail,
    &nsjail::Nsjail,
];

/// That these programs are on the path.
pub(crate) fn programs(names: &[&str]) -> Result<(), String> {
    for name in names {
        let found = Command::new("sh")
            .args(["-c", "command -v \"$0\"", name])
            .stdout(Stdio::null())
            .status();
        if !found.is_ok_and(|s| s.success()) {
            return Err((*name).to_owned());
        }
    }
    Ok(())
}

/// What a container runs: the truth script, whose last word is the container's, by which its
/// process is found from outside. With filters of its own an entrypoint starts it.
fn command(entry: u32, id: &str) -> Vec<String> {
    let script = super::truth::script("");
    let shell = ["/bin/sh".into(), "-c".into(), script, id.into()];
    let entry = (entry > 0).then(|| ["/entry".into(), "/entry.bpf".into(), entry.to_string()]);
    entry.into_iter().flatten().chain(shell).collect()
}

/// A setting's seccomp profile as a file, for those that take it by name.
fn profile_file(lab: &Lab, setting: &Setting) -> Option<PathBuf> {
    let profile = setting.profile.as_ref()?;
    let file = lab.folder.join(format!("{}.json", setting.name));
    std::fs::write(&file, profile.to_string()).unwrap();
    Some(file)
}

/// Runs a command that has to succeed.
pub(crate) fn must(command: &mut Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|e| e.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

/// A program in the background, which ends with this value.
struct Daemon(std::process::Child);

impl Daemon {
    /// Starts it and waits until `answers` succeeds.
    fn start(mut command: Command, log: &Path, answers: &mut Command) -> Result<Self, String> {
        let file = || std::fs::File::create(log).unwrap();
        command.stdin(Stdio::null()).stdout(file()).stderr(file());
        let mut daemon = Self(command.spawn().map_err(|e| e.to_string())?);
        answers
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        for _ in 0..300 {
            if answers.status().is_ok_and(|s| s.success()) {
                return Ok(daemon);
            }
            if daemon.0.try_wait().is_ok_and(|ended| ended.is_some()) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        Err(std::fs::read_to_string(log).unwrap_or_default())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let pid = nix::unistd::Pid::from_raw(self.0.id().cast_signed());
        let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
        let _ = self.0.wait();
    }
}
