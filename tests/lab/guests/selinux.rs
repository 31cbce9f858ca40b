//! SELinux with the lab's own policy, `selinux.cil`: Debian 12's knows no containers.

use std::path::Path;
use std::process::{Command, Stdio};

use nix::libc;
use serde_json::Value;

use super::MADE;
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
/// A privileged one.
const PRIVILEGED: &str = "system_u:system_r:spc_t:s0";

/// How often something is executed that there was no time for.
const ATTEMPTS: u32 = 8;

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
    stops(CONTAINER, enforced)?;
    stops(PRIVILEGED, false)
}

/// That the layer which stops a syscall is told to be a security module where it is one: the
/// policy denies a container `CAP_SYS_ADMIN` that the kernel lets it have. By a direct call
/// the kernel says EPERM, and else it objects to the arguments.
fn stops(label: &str, stopped: bool) -> Result<(), String> {
    const FSMOUNT: &str = "432";
    let copied = |from: &str, to: &str| {
        std::fs::copy(from, to).map_err(|e| format!("{from}: {e}"))?;
        must(Command::new("chcon").args([CONTAINERS, to]))
    };
    copied(&format!("{MADE}/ask"), "/mnt/ask")?;
    copied(env!("CARGO_BIN_EXE_amiconfined"), "/mnt/amiconfined")?;
    let answer = printed(under(label, &["/mnt/ask", "call", FSMOUNT]))?;
    let wanted = if stopped { libc::EPERM } else { libc::EINVAL };
    if answer.trim() != wanted.to_string() {
        return Err(format!("{label} calls fsmount: errno {answer}"));
    }
    let words = ["syscalls", "--execute", "--format", "json", "fsmount"];
    let words: Vec<&str> = ["/mnt/amiconfined"].into_iter().chain(words).collect();
    let mut told = Value::Null;
    // An emulated processor may not come to it in the two seconds that there are.
    for _ in 0..ATTEMPTS {
        let text = printed(under(label, &words))?;
        told = serde_json::from_str(&text).map_err(|e| format!("{e}: {text}"))?;
        if !text.contains("time was up") {
            break;
        }
    }
    let cause = &told["syscalls"][0]["abis"][0]["cause"];
    let right = match stopped {
        true => cause["layer"] == "lsm" && cause["errno"]["number"] == libc::EPERM,
        false => cause.is_null(),
    };
    if !right {
        return Err(format!("{label} calls fsmount: {}", told["syscalls"][0]));
    }
    let who = if stopped { "SELinux" } else { "nothing" };
    println!("{label}: {who} stops fsmount, and that is told");
    Ok(())
}

fn printed(mut command: Command) -> Result<String, String> {
    let output = command.output().map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether the kernel enforces, by its own word.
pub(crate) fn enforced() -> Result<bool, String> {
    let file = Path::new(SELINUXFS).join("enforce");
    let word = std::fs::read_to_string(file).map_err(|e| format!("enforce: {e}"))?;
    Ok(word.trim() == "1")
}

/// A command in a container's domain and nothing else of one.
fn contained(words: &[&str]) -> Command {
    under(CONTAINER, words)
}

fn under(label: &str, words: &[&str]) -> Command {
    let mut command = Command::new("runcon");
    command.arg(label).args(words).stderr(Stdio::null());
    command
}
