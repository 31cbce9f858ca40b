//! Control groups: version, path, and whether they may be written.

use super::Observer;
use super::access::writable;
use super::cgroup_hierarchy::{self, Hierarchy};
use super::cgroup_limits;
use super::status::{decimal, malformed};
use crate::confinement::{Cgroup, CgroupPath, CgroupVersion, Reading, Writable};

/// Reads the cgroup noun.
pub(super) fn cgroup(o: &Observer<'_>) -> Cgroup {
    let paths = paths(o);
    let known = paths.known().map_or(&[][..], Vec::as_slice);
    let hierarchies = cgroup_hierarchy::hierarchies(o, known);
    let hidden = hierarchies.is_empty();
    let outer = hidden.then(|| cgroup_hierarchy::observers(o, known));
    let limiting = outer.as_ref().unwrap_or(&hierarchies);
    Cgroup {
        version: paths.as_ref().map(|paths| version(paths)),
        memory_max: cgroup_limits::memory_max(o, limiting),
        cpu_max: cgroup_limits::cpu_max(o, limiting),
        pids_max: cgroup_limits::pids_max(o, limiting),
        writable: any_writable(o, &hierarchies, "cgroup.procs"),
        release_agent_writable: super::release_agent::release_agent(o),
        paths,
    }
}

/// `/proc/PID/cgroup`, since Linux 2.6.24; `cgroups(7)`.
pub(super) fn paths(o: &Observer<'_>) -> Reading<Vec<CgroupPath>> {
    o.cgroups.get_or_init(|| read(o)).clone()
}

fn read(o: &Observer<'_>) -> Reading<Vec<CgroupPath>> {
    match o.pid_dir.read("cgroup") {
        Ok(bytes) => match parse(&bytes) {
            Some(paths) => Reading::Known(paths),
            None => malformed(&o.pid_dir.path().join("cgroup"), "cgroup file"),
        },
        Err(error) => o.missing_or_denied(&error, "this kernel has no control groups"),
    }
}

/// `hierarchy:controllers:path`; a path may hold colons, and names that a container chose.
fn parse(bytes: &[u8]) -> Option<Vec<CgroupPath>> {
    bytes
        .split(|b| *b == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            let mut parts = line.splitn(3, |b| *b == b':');
            Some(CgroupPath {
                hierarchy: decimal(parts.next()?)?,
                controllers: parts.next()?.into(),
                path: parts.next()?.into(),
            })
        })
        .collect()
}

fn version(paths: &[CgroupPath]) -> CgroupVersion {
    let unified = paths.iter().any(|p| p.hierarchy == 0);
    match (unified, paths.iter().any(|p| p.hierarchy != 0)) {
        (true, false) => CgroupVersion::V2,
        (true, true) => CgroupVersion::Hybrid,
        (false, _) => CgroupVersion::V1,
    }
}

/// Whether a file of the process's own group may be written in any hierarchy. Where it may in
/// none that is known, one that is not known decides.
fn any_writable(o: &Observer<'_>, hierarchies: &[Hierarchy], file: &str) -> Reading<Writable> {
    let mut found = None;
    for hierarchy in hierarchies {
        let answer = writable(o, &hierarchy.file(file)).map(|a| at(a, hierarchy));
        match (&answer, &found) {
            (Reading::Known(known), _) if known.writable => return answer,
            (_, None | Some(Reading::Absent { .. })) | (Reading::Denied(_), _) => {
                found = Some(answer);
            }
            _ => {}
        }
    }
    found.unwrap_or_else(|| cgroup_hierarchy::unmounted(o))
}

fn at(answer: Writable, hierarchy: &Hierarchy) -> Writable {
    Writable {
        decided_by: format!("{}: {}", hierarchy.mount_point, answer.decided_by),
        ..answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_and_versions() {
        let paths = parse(b"2:cpu,cpuacct:/a:b\n0::/a\n").unwrap();
        assert_eq!(paths[0].path.to_string(), "/a:b");
        assert_eq!(version(&paths), CgroupVersion::Hybrid);
        assert_eq!(version(&paths[..1]), CgroupVersion::V1);
        assert_eq!(version(&paths[1..]), CgroupVersion::V2);
        assert_eq!(parse(b"x\n"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            parse(&bytes);
        }
    }
}
