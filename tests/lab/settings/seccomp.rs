//! Seccomp: each action on `reboot`, none at all, and filters upon filters.

use serde_json::{Value, json};

use super::capabilities::SPEC;
use super::{Setting, Tongue, row};
use crate::agent::{LXC_SOCKET, SOCKET as AGENT};
use crate::seccomp::{ABIS, PROFILE, default_profile};

/// The syscall that every profile here is about; nothing in a container calls it.
pub(crate) const ASKED: &str = "reboot";

/// What LXC's own configurations include.
pub(crate) const LXC_COMMON: &str = "/usr/share/lxc/config/common.seccomp";

/// A profile that does one thing to [`ASKED`] and allows the rest.
pub(super) fn profile(action: &str, errno: Option<u32>) -> Value {
    let mut rule = json!({"names": [ASKED], "action": action});
    if let Some(errno) = errno {
        rule["errnoRet"] = json!(errno);
    }
    json!({
        "defaultAction": "SCMP_ACT_ALLOW",
        "architectures": ABIS.map(|abi| abi.oci),
        "syscalls": [rule],
    })
}

/// What the container's own entrypoint adds in rows that say so: another answer than the
/// runtime's to the same syscall.
pub(crate) fn entry() -> Value {
    profile("SCMP_ACT_ERRNO", Some(EACCES))
}

const EACCES: u32 = 13;

/// Docker's default profile for what `runc spec` gives; none where Docker's source is not.
fn docker() -> Option<Value> {
    let there = std::path::Path::new("/").join(PROFILE).exists();
    there.then(|| default_profile(&SPEC))
}

/// A row with a profile, which each of these is given in its own way.
fn filtered(name: &str, profile: Value) -> Setting {
    let mut setting = row(name)
        .engines("")
        .flags(Tongue::Cri, "")
        .flags(Tongue::Ctr, "")
        .flags(Tongue::Bubblewrap, "")
        .wants("/seccomp/mode/known", json!("filter"));
    setting.edits = Some(Vec::new());
    setting.profile = Some(profile);
    setting
}

/// One row an action: its name, the action, its errno, and what LXC, nsjail and firejail have
/// for it.
fn actions() -> Vec<Setting> {
    let (lxc, nsjail) = (Tongue::Lxc, Tongue::Nsjail);
    let drop = |word: &str| format!("--seccomp.drop={ASKED}{word}");
    let row = |name: &str, action, errno| filtered(name, profile(action, errno));
    let gvisor = |setting: Setting| setting.flags(Tongue::Gvisor, "--oci-seccomp");
    let errno = |name: &str, errno| row(name, "SCMP_ACT_ERRNO", Some(errno));
    let both = |setting: Setting| setting.flags(lxc, "").flags(nsjail, "");
    vec![
        gvisor(both(errno("seccomp_eperm", 1))).flags(Tongue::Firejail, &drop("")),
        both(errno("seccomp_enosys", 38)).flags(Tongue::Firejail, &drop(":ENOSYS")),
        both(errno("seccomp_eacces", EACCES)).flags(Tongue::Firejail, &drop(":EACCES")),
        row("seccomp_kill_process", "SCMP_ACT_KILL_PROCESS", None).flags(nsjail, ""),
        both(row("seccomp_kill_thread", "SCMP_ACT_KILL_THREAD", None))
            .flags(Tongue::Firejail, &drop(":kill")),
        gvisor(both(row("seccomp_trap", "SCMP_ACT_TRAP", None))),
        row("seccomp_log", "SCMP_ACT_LOG", None)
            .flags(nsjail, "")
            .flags(
                Tongue::Firejail,
                &format!("{} --seccomp-error-action=log", drop("")),
            ),
        gvisor(row("seccomp_trace", "SCMP_ACT_TRACE", Some(7))).flags(nsjail, ""),
    ]
}

/// A rule about an argument of `socket` cannot be about i386's `socketcall`, whose arguments lie
/// behind a pointer; about its own `socket` LXC makes none either.
#[cfg(target_arch = "x86_64")]
fn multiplexed() -> Setting {
    let mut profile = profile("SCMP_ACT_ERRNO", Some(EAFNOSUPPORT));
    profile["syscalls"][0]["names"] = json!(["socket"]);
    profile["syscalls"][0]["args"] = json!([{"index": 0, "value": AF_ALG, "op": "SCMP_CMP_EQ"}]);
    let mut setting = filtered("seccomp_socketcall", profile).flags(Tongue::Lxc, "");
    setting.warns = Some("socketcall for socket(AF_ALG)");
    setting
}

#[cfg(target_arch = "x86_64")]
const EAFNOSUPPORT: u32 = 97;
#[cfg(target_arch = "x86_64")]
const AF_ALG: u32 = 38;

/// Filters upon filters: those of the runtime, and those that the entrypoint adds, which
/// may do so under no_new_privs.
fn stacks() -> Vec<Setting> {
    let mut rows = Vec::new();
    for (name, count) in [("two", 2), ("five", 5)] {
        let mut own = row(&format!("seccomp_{name}_filters"))
            .flags(Tongue::Bubblewrap, "")
            .wants("/seccomp/filters/known", json!(count));
        own.profile = Some(profile("SCMP_ACT_ERRNO", Some(1)));
        own.stacked = count;
        rows.push(own);
        let simple = profile("SCMP_ACT_ERRNO", Some(1));
        let mut added = filtered(&format!("seccomp_{name}_stacked"), simple)
            .oci("/process/noNewPrivileges", json!(true))
            .engines("--security-opt no-new-privileges")
            .flags(Tongue::Cri, &format!("no_new_privs entry={}", count - 1))
            .flags(Tongue::Lxc, "lxc.no_new_privs = 1")
            .flags(Tongue::Nsjail, "")
            .flags(
                Tongue::Firejail,
                &format!("--nonewprivs --seccomp.drop={ASKED}"),
            )
            .verdict(ASKED, "errno 13")
            .wants("/seccomp/filters/known", json!(count));
        added.entry = count - 1;
        rows.push(added);
    }
    rows
}

/// A listener of the runtime's: its agent is the lab's own.
fn notify() -> Setting {
    let mut notify = row("seccomp_notify")
        .flags(Tongue::Podman, "")
        .flags(Tongue::Cri, "")
        .flags(Tongue::Ctr, "")
        .flags(
            Tongue::Lxc,
            &format!("lxc.seccomp.notify.proxy = unix:{LXC_SOCKET}"),
        )
        .wants("/seccomp/mode/known", json!("filter"));
    let mut profile = profile("SCMP_ACT_NOTIFY", None);
    profile["listenerPath"] = json!(AGENT);
    notify.edits = Some(Vec::new());
    notify.profile = Some(profile);
    notify
}

pub(super) fn rows() -> Vec<Setting> {
    let mut rows = actions();
    rows.extend(stacks());
    rows.push(notify());
    #[cfg(target_arch = "x86_64")]
    rows.push(multiplexed());
    rows.push(
        row("seccomp_unconfined")
            .engines("--security-opt seccomp=unconfined")
            .flags(Tongue::Cri, "seccomp=unconfined")
            .flags(Tongue::Nspawn, "SYSTEMD_SECCOMP=0")
            .plain(&[Tongue::Bubblewrap, Tongue::Firejail, Tongue::Nsjail])
            .plain(&[Tongue::Lxc, Tongue::Ctr, Tongue::Gvisor])
            .wants("/seccomp/mode/known", json!("disabled")),
    );
    rows.push(
        row("seccomp_default")
            .flags(Tongue::Cri, "seccomp=default")
            .flags(Tongue::Ctr, "--seccomp")
            .flags(Tongue::Firejail, "--seccomp")
            .flags(Tongue::Lxc, &format!("lxc.seccomp.profile = {LXC_COMMON}"))
            .wants("/seccomp/mode/known", json!("filter")),
    );
    // The runtimes that have no default of their own are given Docker's.
    match docker() {
        Some(profile) => {
            let mut given = row("seccomp_docker")
                .flags(Tongue::Bubblewrap, "")
                .wants("/seccomp/mode/known", json!("filter"));
            given.edits = Some(Vec::new());
            given.profile = Some(profile);
            rows.push(given);
        }
        None if crate::guests::here().is_some() => {}
        None => println!("SKIPPED: {PROFILE}"),
    }
    rows.push(
        row("seccomp_deny_list")
            .flags(Tongue::Nspawn, "--system-call-filter=~pivot_root")
            .verdict("pivot_root", "errno 1"),
    );
    rows
}
