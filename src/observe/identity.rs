//! User and group ids, and what limits their change.

use super::Observer;
use super::status::{decimals, lifted_by, malformed, number};
use crate::confinement::{Dumpable, Errno, IdMapping, Identity, Ids, Reading, Securebits};

/// Reads the identity noun.
pub(super) fn identity(o: &Observer<'_>) -> Identity {
    o.identity.get_or_init(|| read(o)).clone()
}

fn read(o: &Observer<'_>) -> Identity {
    let status = &o.status;
    Identity {
        uid: or_own(o, status.field("Uid", "since Linux 2.4", ids), own_uids),
        gid: or_own(o, status.field("Gid", "since Linux 2.4", ids), own_gids),
        groups: or_own(
            o,
            status.field("Groups", "since Linux 2.4", decimals),
            own_groups,
        ),
        no_new_privs: no_new_privs(o),
        securebits: securebits(o),
        dumpable: dumpable(o),
        umask: status.field("Umask", "since Linux 4.7", |v| {
            number(v, 8).and_then(|n| u32::try_from(n).ok())
        }),
        uid_map: id_map(o, "uid_map"),
        gid_map: id_map(o, "gid_map"),
        setgroups: setgroups(o),
    }
}

fn ids(value: &[u8]) -> Option<Ids> {
    match decimals(value)?.as_slice() {
        [real, effective, saved, filesystem] => Some(Ids {
            real: *real,
            effective: *effective,
            saved: *saved,
            filesystem: *filesystem,
        }),
        _ => None,
    }
}

/// The calling process's own fact from the kernel, where `/proc` is not to be had.
fn or_own<T>(o: &Observer<'_>, read: Reading<T>, own: fn() -> Option<T>) -> Reading<T> {
    if o.status.error().is_none() || !o.is_live_self() {
        return read;
    }
    own().map_or(read, Reading::Known)
}

fn own_uids() -> Option<Ids> {
    let ids = nix::unistd::getresuid().ok()?;
    // No id: the call then changes nothing, and tells which one there is (setfsuid(2)).
    let filesystem = nix::unistd::setfsuid(nix::unistd::Uid::from_raw(u32::MAX));
    Some(Ids {
        real: ids.real.as_raw(),
        effective: ids.effective.as_raw(),
        saved: ids.saved.as_raw(),
        filesystem: filesystem.as_raw(),
    })
}

fn own_gids() -> Option<Ids> {
    let ids = nix::unistd::getresgid().ok()?;
    let filesystem = nix::unistd::setfsgid(nix::unistd::Gid::from_raw(u32::MAX));
    Some(Ids {
        real: ids.real.as_raw(),
        effective: ids.effective.as_raw(),
        saved: ids.saved.as_raw(),
        filesystem: filesystem.as_raw(),
    })
}

fn own_groups() -> Option<Vec<u32>> {
    let groups = nix::unistd::getgroups().ok()?;
    Some(groups.iter().map(|group| group.as_raw()).collect())
}

fn no_new_privs(o: &Observer<'_>) -> Reading<bool> {
    let from_status = o.status.field("NoNewPrivs", "since Linux 4.10", flag);
    if from_status.known().is_none() && o.is_live_self() {
        return match nix::sys::prctl::get_no_new_privs() {
            Ok(set) => Reading::Known(set),
            Err(_) => from_status,
        };
    }
    from_status
}

fn flag(value: &[u8]) -> Option<bool> {
    match value {
        b"0" => Some(false),
        b"1" => Some(true),
        _ => None,
    }
}

/// A fact that `prctl(2)` tells of the calling thread alone.
fn own_only<T>(operation: &str) -> Reading<T> {
    Reading::denied(
        "none",
        operation,
        None,
        "running inside the process: the kernel tells it to the process itself only",
    )
}

fn securebits(o: &Observer<'_>) -> Reading<Securebits> {
    const OPERATION: &str = "prctl(PR_GET_SECUREBITS)";
    if !o.is_live_self() {
        return own_only(OPERATION);
    }
    match rustix::thread::capabilities_secure_bits() {
        Ok(bits) => Reading::Known(Securebits { raw: bits.bits() }),
        Err(errno) => refused(OPERATION, errno.raw_os_error()),
    }
}

fn dumpable(o: &Observer<'_>) -> Reading<Dumpable> {
    use rustix::process::DumpableBehavior;
    const OPERATION: &str = "prctl(PR_GET_DUMPABLE)";
    if !o.is_live_self() {
        return own_only(OPERATION);
    }
    match rustix::process::dumpable_behavior() {
        Ok(DumpableBehavior::NotDumpable) => Reading::Known(Dumpable::No),
        Ok(DumpableBehavior::Dumpable) => Reading::Known(Dumpable::Yes),
        Ok(DumpableBehavior::DumpableReadableOnlyByRoot) => Reading::Known(Dumpable::RootOnly),
        Err(errno) => refused(OPERATION, errno.raw_os_error()),
    }
}

fn refused<T>(operation: &str, errno: i32) -> Reading<T> {
    Reading::denied(
        "prctl",
        operation,
        Some(Errno(errno)),
        "a seccomp filter that lets prctl(2) through",
    )
}

/// `uid_map` or `gid_map`, `user_namespaces(7)`, since Linux 3.5.
pub(super) fn id_map(o: &Observer<'_>, name: &str) -> Reading<Vec<IdMapping>> {
    match o.pid_dir.read(name) {
        Ok(bytes) => match parse_map(&bytes) {
            Some(map) => Reading::Known(map),
            None => malformed(&o.pid_dir.path().join(name), name),
        },
        Err(error) => o.missing_or_denied(
            &error,
            &format!("this kernel has no {name} (since Linux 3.5, with CONFIG_USER_NS)"),
        ),
    }
}

fn parse_map(bytes: &[u8]) -> Option<Vec<IdMapping>> {
    bytes
        .split(|b| *b == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
        .map(|line| match decimals(line)?.as_slice() {
            [inside, outside, count] => Some(IdMapping {
                inside: *inside,
                outside: *outside,
                count: *count,
            }),
            _ => None,
        })
        .collect()
}

fn setgroups(o: &Observer<'_>) -> Reading<bool> {
    match o.pid_dir.read("setgroups") {
        Ok(bytes) => match bytes.trim_ascii() {
            b"allow" => Reading::Known(true),
            b"deny" => Reading::Known(false),
            _ => malformed(&o.pid_dir.path().join("setgroups"), "setgroups"),
        },
        Err(error) if error.is_missing() => o.missing_or_denied(
            &error,
            "this kernel has no setgroups file (since Linux 3.19, with CONFIG_USER_NS)",
        ),
        Err(error) => error.denied(lifted_by(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn maps_and_ids_are_read_exactly() {
        let map = parse_map(b"         0          0 4294967295\n").unwrap();
        assert_eq!(map, [IdMapping::IDENTITY]);
        assert_eq!(parse_map(b""), Some(vec![]));
        assert_eq!(parse_map(b"0 1\n"), None);
        assert_eq!(ids(b"1\t2\t3\t4").unwrap().saved, 3);
        assert_eq!(ids(b"1\t2\t3"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            parse_map(&bytes);
            ids(&bytes);
        }
    }
}
