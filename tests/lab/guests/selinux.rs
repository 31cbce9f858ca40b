//! SELinux with the lab's own policy, `selinux.cil`: Debian 12's knows no containers.

use std::path::Path;
use std::process::{Command, Stdio};

use super::archive::Archive;
use crate::runtimes::{must, programs};

/// Where the kernel takes policies and tells of itself.
const SELINUXFS: &str = "/sys/fs/selinux";
/// The policy in the guest.
const POLICY: &str = "/etc/selinux/lab/policy";
/// The newest form that Linux 5.10 and later take.
const FORM: &str = "33";
/// Whose files the containers may read.
const CONTAINERS: &str = "system_u:object_r:container_file_t:s0";
/// A container with categories.
const CONTAINER: &str = "system_u:system_r:container_t:s0:c1,c2";

/// Packs the policy, and what podman and docker label containers with.
pub(super) fn files(archive: &mut Archive) -> Result<(), String> {
    programs(&["secilc"])?;
    let source = archive.own.path().join("policy.cil");
    let text = categories() + include_str!("selinux.cil");
    std::fs::write(&source, text).map_err(|e| e.to_string())?;
    let policy = archive.place(POLICY)?;
    let mut secilc = Command::new("secilc");
    secilc
        .args(["-c", FORM, "-M", "true", "-f", "/dev/null", "-o"])
        .arg(policy)
        .arg(&source);
    must(&mut secilc)?;
    let config = "SELINUX=permissive\nSELINUXTYPE=lab\n";
    archive.write("etc/selinux/config", config.as_bytes())?;
    let contexts = format!(
        "process = \"system_u:system_r:container_t:s0\"\nfile = \"{CONTAINERS}\"\n\
        ro_file = \"{CONTAINERS}\"\n"
    );
    archive.write("etc/selinux/lab/contexts/lxc_contexts", contexts.as_bytes())
}

/// All that engines choose from for a container.
fn categories() -> String {
    let names: Vec<String> = (0..1024).map(|number| format!("c{number}")).collect();
    let each = names.iter().map(|name| format!("(category {name})\n"));
    each.collect::<String>() + &format!("(categoryorder ({}))\n", names.join(" "))
}

/// Loads the policy in one write, as the kernel wants it, labels the lab's files, and makes
/// sure that the policy stops what it shall where it is enforced, and nothing elsewhere.
pub(super) fn prepare() -> Result<(), String> {
    let mut mount = Command::new("mount");
    must(mount.args(["-t", "selinuxfs", "selinuxfs", SELINUXFS]))?;
    let policy = std::fs::read(POLICY).map_err(|e| e.to_string())?;
    let load = Path::new(SELINUXFS).join("load");
    std::fs::write(load, policy).map_err(|e| format!("the policy: {e}"))?;
    must(Command::new("chcon").args([CONTAINERS, "/mnt"]))?;
    // The programs of the guest are not the container's to run.
    std::fs::copy("/bin/busybox", "/mnt/busybox").map_err(|e| e.to_string())?;
    let enforced = enforced()?;
    for (file, label, readable) in [
        ("/mnt/own", CONTAINERS, true),
        (
            "/mnt/others",
            "system_u:object_r:container_file_t:s0:c3,c4",
            false,
        ),
        ("/mnt/hosts", "system_u:object_r:host_file_t:s0", false),
    ] {
        std::fs::write(file, "").map_err(|e| e.to_string())?;
        must(Command::new("chcon").args([label, file]))?;
        let read = contained(&["/mnt/busybox", "cat", file]).status();
        if read.map_err(|e| e.to_string())?.success() != (readable || !enforced) {
            return Err(format!("{CONTAINER} reads {file}: {}", !readable));
        }
    }
    Ok(())
}

/// Whether the kernel enforces, by its own word.
pub(crate) fn enforced() -> Result<bool, String> {
    let file = Path::new(SELINUXFS).join("enforce");
    let word = std::fs::read_to_string(file).map_err(|e| format!("enforce: {e}"))?;
    Ok(word.trim() == "1")
}

/// A command in a container's domain and nothing else of one.
fn contained(words: &[&str]) -> Command {
    let mut command = Command::new("runcon");
    command.arg(CONTAINER).args(words).stderr(Stdio::null());
    command
}
