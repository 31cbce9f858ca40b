//! firejail on the machine's own root: Debian turns its chroot off.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::over::Over;
use super::{Container, Lab, Runtime, Up};
use crate::cell::Seen;
use crate::seccomp::{ABIS, Declared, Told};
use crate::settings::{Setting, Tongue};

/// firejail without a profile.
pub(crate) struct Firejail;

impl Runtime for Firejail {
    fn name(&self) -> &'static str {
        "firejail"
    }

    fn tongue(&self) -> Tongue {
        Tongue::Firejail
    }

    fn sandbox(&self) -> &'static str {
        "firejail"
    }

    /// What it is told to drop it drops in the native ABI. It lets i386 be, for which there is
    /// another option, and does to all of x32 what it is told to do by default.
    fn declared(&self, setting: &Setting, _: &Seen) -> Option<Declared> {
        let told = setting.told(Tongue::Firejail)?;
        if told.contains(&"--seccomp") {
            let shipped = ["seccomp.32", "seccomp"].map(|name| {
                let program = std::fs::read(Path::new(SHIPPED).join(name));
                Told::program(program.unwrap())
            });
            return Some(Declared {
                filters: shipped.to_vec(),
                by: SHIPPED,
            });
        }
        let log = told.contains(&"--seccomp-error-action=log");
        let x32 = if log { "logged" } else { "errno 1" };
        Some(Declared {
            filters: vec![Told {
                elsewhere: ABIS.map(|abi| match abi.name {
                    "i386" => Some("allowed"),
                    "x32" => Some(x32),
                    _ => None,
                }),
                ..Told::plain(setting.profile.clone()?)
            }],
            by: "the setting",
        })
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["firejail", "setpriv"])
    }

    fn up(&self, lab: &Lab) -> Result<Box<dyn Up>, String> {
        let home = lab.folder.join("firejail");
        std::fs::create_dir(&home).map_err(|e| e.to_string())?;
        chown(&home, Some(USER), Some(USER)).map_err(|e| e.to_string())?;
        let (id, at) = (USER, home.display());
        let lines = [
            ("/etc/passwd", format!("lab:x:{id}:{id}::{at}:/bin/sh\n")),
            ("/etc/group", format!("lab:x:{id}:\n")),
        ];
        let _over = Over::with(&lab.folder, &lines)?;
        Ok(Box::new(Ready { home, _over }))
    }
}

/// Where Debian's package has the programs of its default list.
const SHIPPED: &str = "/usr/lib/x86_64-linux-gnu/firejail";

/// Who starts it where the setting says so.
const USER: u32 = 1000;

/// The user's home, and the files that tell of the user.
struct Ready {
    home: PathBuf,
    _over: Over,
}

impl Up for Ready {
    fn container(&self, lab: &Lab, setting: &Setting, told: &[&str], id: &str) -> Container {
        let (user, options): (Vec<&str>, Vec<&str>) =
            told.iter().partition(|word| **word == "as=1000");
        let mut command = match user.is_empty() {
            true => Command::new("firejail"),
            false => as_user(&self.home),
        };
        let at = |name: &str| lab.rootfs.join(name).display().to_string();
        command.args(["--quiet", "--noprofile"]).args(options);
        if setting.entry > 0 {
            command.args([at("entry"), at("entry.bpf"), setting.entry.to_string()]);
        }
        let script = crate::truth::script(&lab.rootfs.display().to_string());
        command.args([at("bin/sh"), "-c".into(), script, id.into()]);
        Container::of(command)
    }
}

fn as_user(home: &Path) -> Command {
    let mut command = Command::new("setpriv");
    let id = USER.to_string();
    command
        .args(["--reuid", &id, "--regid", &id, "--clear-groups", "firejail"])
        .current_dir(home)
        .env("HOME", home);
    command
}
