//! Security modules, and their labels of the process.

use super::Observer;
use super::apparmor;
use super::proc_root::ProcRoot;
use super::read_error::ReadError;
use super::status::{decimal, malformed};
use crate::confinement::{AppArmor, Errno, Lsm, Reading, SeLinux, Text};

/// The attribute that modules share.
const SHARED: &str = "attr/current";

/// Reads the LSM noun; the landlock ABI is the probe's to ask.
pub(super) fn lsm(o: &Observer<'_>) -> Lsm {
    let active = active_modules(o.sys);
    Lsm {
        apparmor: apparmor(o, &active),
        selinux: selinux(o, &active),
        selinux_enforcing: selinux_enforcing(o, &active),
        smack: smack(o, &active),
        landlock_abi: Reading::denied(
            "none",
            "landlock_create_ruleset(LANDLOCK_CREATE_RULESET_VERSION)",
            None,
            "an inspection of this tool's own process, which asks for the version",
        ),
        yama_ptrace_scope: yama(o),
        lockdown: lockdown(o, &active),
        active,
    }
}

/// The modules that are active, in their order, from /sys below this root (securityfs(7)).
pub fn active_modules(root: &ProcRoot) -> Reading<Vec<Text>> {
    match root.read_once("sys/kernel/security/lsm") {
        Ok(bytes) => Reading::Known(
            bytes
                .trim_ascii()
                .split(|b| *b == b',')
                .filter(|name| !name.is_empty())
                .map(Text::from)
                .collect(),
        ),
        Err(error) => security_denied(&error),
    }
}

fn security_denied<T>(error: &ReadError) -> Reading<T> {
    error.denied("securityfs mounted at /sys/kernel/security, and the permission to read it")
}

/// `Some(false)` where the kernel's own list shows that a module is not active.
fn listed(active: &Reading<Vec<Text>>, name: &str) -> Option<bool> {
    active.known().map(|all| all.iter().any(|m| m == name))
}

fn not_listed<T>(name: &str) -> Reading<T> {
    Reading::absent(format!("/sys/kernel/security/lsm does not list {name}"))
}

fn label(o: &Observer<'_>) -> Result<Vec<u8>, ReadError> {
    let read = || o.pid_dir.read(SHARED);
    o.label.get_or_init(read).clone()
}

/// Module's own attribute first, then the one that all modules share.
fn apparmor(o: &Observer<'_>, active: &Reading<Vec<Text>>) -> Reading<AppArmor> {
    const OWN: &str = "attr/apparmor/current";
    if listed(active, "apparmor") == Some(false) {
        return not_listed("apparmor");
    }
    // A captured tree has an empty file where the kernel refuses with EINVAL.
    match o.pid_dir.read(OWN) {
        Ok(bytes) if bytes.is_empty() => return inactive("AppArmor", OWN),
        Ok(bytes) => return Reading::Known(apparmor::parse(&bytes, OWN)),
        Err(error) if error.errno == Errno::EINVAL => return inactive("AppArmor", OWN),
        Err(error) if !error.is_missing() => return attribute_denied(o, &error),
        Err(_) => {}
    }
    match label(o) {
        Ok(bytes) if apparmor::is_label(&bytes) => Reading::Known(apparmor::parse(&bytes, SHARED)),
        Ok(bytes) if bytes.is_empty() => inactive("AppArmor", SHARED),
        Ok(_) => Reading::absent("attr/current holds another module's label"),
        Err(error) if error.errno == Errno::EINVAL => inactive("AppArmor", SHARED),
        Err(error) => attribute_missing(o, &error),
    }
}

fn inactive<T>(module: &str, attribute: &str) -> Reading<T> {
    Reading::absent(format!("{attribute} reads EINVAL: {module} is not active"))
}

fn attribute_missing<T>(o: &Observer<'_>, error: &ReadError) -> Reading<T> {
    o.missing_or_denied(
        error,
        "this kernel has no security module with process labels",
    )
}

fn attribute_denied<T>(o: &Observer<'_>, error: &ReadError) -> Reading<T> {
    error.denied(o.ptrace_lift(error))
}

fn selinux(o: &Observer<'_>, active: &Reading<Vec<Text>>) -> Reading<SeLinux> {
    if listed(active, "selinux") == Some(false) {
        return not_listed("selinux");
    }
    match label(o) {
        Ok(bytes) => match context(&bytes) {
            Some(context) => Reading::Known(context),
            None => Reading::absent("attr/current holds no SELinux context"),
        },
        Err(error) if error.errno == Errno::EINVAL => inactive("SELinux", SHARED),
        Err(error) if error.is_missing() => attribute_missing(o, &error),
        Err(error) => attribute_denied(o, &error),
    }
}

/// `user:role:type[:level]`; the level may hold colons of its own.
fn context(bytes: &[u8]) -> Option<SeLinux> {
    let text = bytes.trim_ascii_end();
    let text = text.strip_suffix(b"\0").unwrap_or(text);
    if apparmor::is_label(text) {
        return None;
    }
    let mut parts = text.splitn(4, |b| *b == b':');
    let (user, role, kind) = (parts.next()?, parts.next()?, parts.next()?);
    if user.is_empty() || role.is_empty() || kind.is_empty() {
        return None;
    }
    Some(SeLinux {
        context: text.into(),
        user: user.into(),
        role: role.into(),
        kind: kind.into(),
        level: parts.next().unwrap_or_default().into(),
    })
}

fn selinux_enforcing(o: &Observer<'_>, active: &Reading<Vec<Text>>) -> Reading<bool> {
    const FILE: &str = "sys/fs/selinux/enforce";
    match o.sys.read_once(FILE) {
        Ok(bytes) => match bytes.trim_ascii() {
            b"0" => Reading::Known(false),
            b"1" => Reading::Known(true),
            _ => malformed(&o.sys.path().join(FILE), "enforce file"),
        },
        Err(_) if listed(active, "selinux") == Some(false) => not_listed("selinux"),
        Err(error) if error.is_missing() && no_selinuxfs(o) => {
            Reading::absent("/proc/filesystems has no selinuxfs: SELinux is not active")
        }
        Err(error) => {
            error.denied("selinuxfs mounted at /sys/fs/selinux, and the permission to read it")
        }
    }
}

/// Whether the kernel lists its file systems and selinuxfs is none of them.
fn no_selinuxfs(o: &Observer<'_>) -> bool {
    o.proc.read_once("filesystems").is_ok_and(|bytes| {
        !bytes
            .split(|b| *b == b'\n')
            .any(|line| line.ends_with(b"\tselinuxfs"))
    })
}

fn smack(o: &Observer<'_>, active: &Reading<Vec<Text>>) -> Reading<Text> {
    const OWN: &str = "attr/smack/current";
    if listed(active, "smack") == Some(false) {
        return not_listed("smack");
    }
    match o.pid_dir.read(OWN) {
        Ok(bytes) if bytes.is_empty() => inactive("Smack", OWN),
        Ok(bytes) => Reading::Known(bytes.trim_ascii_end().into()),
        Err(error) if error.errno == Errno::EINVAL => inactive("Smack", OWN),
        Err(error) if error.is_missing() => o.missing_or_denied(
            &error,
            "this kernel has no attr/smack: it was built without Smack",
        ),
        Err(error) => attribute_denied(o, &error),
    }
}

fn yama(o: &Observer<'_>) -> Reading<u8> {
    const FILE: &str = "sys/kernel/yama/ptrace_scope";
    match o.proc.read_once(FILE) {
        Ok(bytes) => match decimal(bytes.trim_ascii()).and_then(|n| u8::try_from(n).ok()) {
            Some(scope) => Reading::Known(scope),
            None => malformed(&o.proc.path().join(FILE), "ptrace_scope"),
        },
        Err(error) => o.sysctl_missing(&error, "Yama is not active; since Linux 3.4"),
    }
}

/// The kernel's lockdown mode, by itself.
pub(super) fn lockdown_mode(o: &Observer<'_>) -> Reading<Text> {
    lockdown(o, &active_modules(o.sys))
}

fn lockdown(o: &Observer<'_>, active: &Reading<Vec<Text>>) -> Reading<Text> {
    const FILE: &str = "sys/kernel/security/lockdown";
    match o.sys.read_once(FILE) {
        Ok(bytes) => match bracketed(&bytes) {
            Some(mode) => Reading::Known(mode.into()),
            None => malformed(&o.sys.path().join(FILE), "lockdown file"),
        },
        Err(_) if listed(active, "lockdown") == Some(false) => not_listed("lockdown"),
        Err(error) => security_denied(&error),
    }
}

/// The choice in brackets of `none [integrity] confidentiality`.
fn bracketed(bytes: &[u8]) -> Option<&[u8]> {
    let start = bytes.iter().position(|b| *b == b'[')?;
    let rest = bytes.get(start + 1..)?;
    let end = rest.iter().position(|b| *b == b']')?;
    rest.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn contexts_and_choices() {
        let context = context(b"system_u:system_r:container_t:s0:c1,c2\0").unwrap();
        assert_eq!(context.kind.to_string(), "container_t");
        assert_eq!(context.level.to_string(), "s0:c1,c2");
        assert_eq!(super::context(b"kernel\0"), None);
        assert_eq!(super::context(b":ns:a (enforce)"), None);
        assert_eq!(
            bracketed(b"none [integrity] confidentiality\n"),
            Some(&b"integrity"[..])
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            context(&bytes);
            bracketed(&bytes);
        }
    }
}
