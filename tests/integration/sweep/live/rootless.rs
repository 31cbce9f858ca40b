//! Podman of a user who is not root, known to the arena alone.

use std::os::unix::fs::chown;
use std::process::Command;

use super::arena::{Arena, must};
use super::engines::{Told, inspected};
use super::managed::by_podman;

/// Above the ids that Debian gives to people and services.
const ID: u32 = 60_124;

/// Starts a container as that user, with the runtime directory that a login would make.
pub(super) fn podman(arena: &Arena) -> Result<Told, String> {
    let home = arena.path("home");
    let run = std::path::PathBuf::from(format!("/run/user/{ID}"));
    for dir in [&home, &run] {
        std::fs::create_dir_all(dir).map_err(|e| e.to_string())?;
        chown(dir, Some(ID), Some(ID)).map_err(|e| e.to_string())?;
    }
    let own = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    std::fs::set_permissions(&run, own).map_err(|e| e.to_string())?;
    let lines = [
        (
            "passwd",
            format!("sweeper:x:{ID}:{ID}::{}:/bin/sh\n", home.display()),
        ),
        ("group", format!("sweeper:x:{ID}:\n")),
        ("subuid", "sweeper:400000:65536\n".to_owned()),
        ("subgid", "sweeper:400000:65536\n".to_owned()),
    ];
    for (name, line) in lines {
        let (file, copy) = (format!("/etc/{name}"), arena.path(&format!("etc-{name}")));
        let old = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(&copy, old + &line).map_err(|e| e.to_string())?;
        must(Command::new("mount").arg("--bind").arg(copy).arg(file))?;
    }
    let podman = || {
        let mut command = Command::new("setpriv");
        command.args([
            "--reuid",
            &ID.to_string(),
            "--regid",
            &ID.to_string(),
            "--clear-groups",
        ]);
        command.arg("podman");
        command
            .current_dir(&home)
            .env("HOME", &home)
            .env("XDG_RUNTIME_DIR", &run);
        command.env_remove("DBUS_SESSION_BUS_ADDRESS");
        command
    };
    let said = by_podman(arena, "rootless", podman, &[])?;
    let mut told = inspected("rootless", &said, said["ImageName"].as_str());
    told.manager = Some("podman");
    Ok(told)
}
