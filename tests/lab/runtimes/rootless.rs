//! A user who may map many ids, known to this program's own mount namespace alone.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::over::Over;

/// Below the user ids that Debian gives to people, above those it gives to services.
const ID: u32 = 60_123;

/// The ids that the user may map besides.
const SUBORDINATE: &str = "lab:300000:65536\n";

/// The user, and the files that tell of it while this value lives.
pub(super) struct User {
    folder: PathBuf,
    _over: Over,
}

impl User {
    /// Makes the user known, and gives a folder to it.
    pub(super) fn new(folder: &Path) -> Result<Self, String> {
        let home = folder.display();
        let lines = [
            ("/etc/passwd", format!("lab:x:{ID}:{ID}::{home}:/bin/sh\n")),
            ("/etc/group", format!("lab:x:{ID}:\n")),
            ("/etc/subuid", SUBORDINATE.to_owned()),
            ("/etc/subgid", SUBORDINATE.to_owned()),
        ];
        let over = Over::with(folder, &lines)?;
        for name in ["root", "run", "xdg", "tmp", "."] {
            let folder = folder.join(name);
            std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
            chown(&folder, Some(ID), Some(ID)).map_err(|e| e.to_string())?;
        }
        Ok(Self {
            folder: folder.to_owned(),
            _over: over,
        })
    }

    /// A program that the user runs.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        let id = ID.to_string();
        command
            .args(["--reuid", &id, "--regid", &id, "--clear-groups", program])
            .current_dir(&self.folder)
            .env("HOME", &self.folder)
            .env("XDG_RUNTIME_DIR", self.folder.join("xdg"))
            .env("TMPDIR", self.folder.join("tmp"))
            .env_remove("DBUS_SESSION_BUS_ADDRESS");
        command
    }
}
