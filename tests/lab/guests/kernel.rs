//! Kernels out of Debian's suites, kept below `target/`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Suites that give a kernel; the newest of theirs is taken.
pub(super) struct Kernel(&'static [&'static str]);

/// 5.10, the oldest that Debian's archive has.
pub(super) const OLDEST: Kernel = Kernel(&["bullseye"]);

/// 6.1.
pub(super) const BOOKWORM: Kernel = Kernel(&["bookworm"]);

/// 6.12.
pub(super) const TRIXIE: Kernel = Kernel(&["trixie"]);

/// The newest there is: which suite is ahead of the other changes.
pub(super) const NEWEST: Kernel = Kernel(&["sid", "trixie-backports"]);

/// Begins the name of the package that depends on a suite's kernel.
const PACKAGE: &str = "linux-image-cloud-";

/// What a kernel's packages hold.
pub(super) struct Fetched {
    /// The kernel itself.
    pub(super) image: PathBuf,
    /// The folder that their files are laid in.
    pub(super) tree: PathBuf,
    /// As `uname -r` prints it.
    pub(super) release: String,
}

impl Kernel {
    /// Takes it from the archive, where it has not been taken already.
    pub(super) fn fetched(&self, architecture: &str) -> Result<Fetched, String> {
        let mut newest: Result<Fetched, String> = Err(String::new());
        for suite in self.0 {
            let other = fetched(suite, architecture);
            let newer = match (&newest, &other) {
                (Ok(one), Ok(other)) => version(&other.release) > version(&one.release),
                (one, _) => one.is_err(),
            };
            if newer {
                newest = other;
            }
        }
        newest
    }
}

fn fetched(suite: &str, architecture: &str) -> Result<Fetched, String> {
    let package = format!("{PACKAGE}{architecture}");
    let folder = packages(suite, architecture, &[&package])?;
    let image = found(&folder, "vmlinuz*").ok_or("no kernel in the package")?;
    let mut releases = std::fs::read_dir(folder.join("usr/lib/modules"))
        .map_err(|e| e.to_string())?
        .filter_map(|e| e.ok()?.file_name().into_string().ok());
    let release = releases.next().ok_or("no modules in the package")?;
    Ok(Fetched {
        image,
        tree: folder,
        release,
    })
}

/// The numbers that a release begins with.
fn version(release: &str) -> Vec<u32> {
    let parts = release.split(['.', '-', '+']);
    parts.map_while(|part| part.parse().ok()).collect()
}

/// Packages of a Debian suite, laid below a folder; the error says what is not to be had.
pub(super) fn packages(suite: &str, architecture: &str, names: &[&str]) -> Result<PathBuf, String> {
    let folder = super::contents::kept(&format!("{suite}-{architecture}/{}", names.join("+")));
    if !folder.exists() {
        let output = Command::new("sh")
            .args(["tests/lab/guests/packages.sh", suite, architecture])
            .arg(&folder)
            .args(names)
            .output()
            .map_err(|e| e.to_string())?;
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            let why = why.lines().next().unwrap_or_default();
            return Err(format!("{} of {suite}: {why}", names.join(" ")));
        }
    }
    Ok(folder)
}

fn found(below: &Path, name: &str) -> Option<PathBuf> {
    let mut find = Command::new("find");
    let output = find.arg(below).args(["-name", name]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next().map(PathBuf::from)
}
