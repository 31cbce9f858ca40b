//! What a captured mountinfo shows.

use amiconfined::confinement::*;

use crate::captures::not_captured;

struct Row<'a> {
    root: &'a str,
    point: &'a str,
    options: &'a str,
    fstype: &'a str,
    source: &'a str,
}

fn rows(mountinfo: &str) -> Vec<Row<'_>> {
    mountinfo
        .lines()
        .map(|line| {
            let (left, right) = line.split_once(" - ").unwrap();
            let left: Vec<&str> = left.split(' ').collect();
            let right: Vec<&str> = right.split(' ').collect();
            Row {
                root: left[3],
                point: left[4],
                options: left[5],
                fstype: right[0],
                source: right[1],
            }
        })
        .collect()
}

fn mount(row: &Row<'_>) -> Mount {
    Mount {
        mount_point: row.point.into(),
        root: row.root.into(),
        fstype: row.fstype.into(),
        source: row.source.into(),
        read_only: row.options.split(',').any(|o| o == "ro"),
        options: row.options.into(),
        super_read_only: false,
        propagation: Vec::new(),
    }
}

pub(crate) fn filesystem(mountinfo: &str) -> Filesystem {
    let rows = rows(mountinfo);
    let state = |path: &str| {
        let covering = rows
            .iter()
            .filter(|row| path == row.point || path.starts_with(&format!("{}/", row.point)))
            .max_by_key(|row| row.point.len());
        let Some(row) = covering else {
            return not_captured("mountinfo");
        };
        let read_only = row.options.split(',').any(|o| o == "ro");
        Reading::Known(match (row.point == path, row.fstype, row.root) {
            (true, "tmpfs" | "devtmpfs", "/null") => Protection::Masked,
            (true, "tmpfs", _) if read_only => Protection::Masked,
            _ if read_only => Protection::ReadOnly,
            // A path that the kernel has not looks the same in mountinfo as one left open.
            _ if [
                "/proc/latency_stats",
                "/proc/timer_stats",
                "/proc/sched_debug",
                "/proc/scsi",
                "/proc/asound",
                "/proc/kcore",
            ]
            .contains(&path) =>
            {
                return Reading::absent("not on the captured kernel");
            }
            _ => Protection::None,
        })
    };
    let protected = |paths: &[&str]| {
        paths
            .iter()
            .map(|path| ProtectedPath {
                path: (*path).into(),
                state: state(path),
            })
            .collect()
    };
    Filesystem {
        root: Reading::Known(mount(rows.iter().find(|row| row.point == "/").unwrap())),
        masked: [
            protected(&[
                "/proc/acpi",
                "/proc/keys",
                "/proc/timer_list",
                "/sys/firmware",
                "/proc/kcore",
                "/proc/scsi",
            ]),
            not_there(&[
                "/proc/asound",
                "/proc/interrupts",
                "/proc/latency_stats",
                "/proc/sched_debug",
                "/proc/timer_stats",
                "/sys/devices/virtual/powercap",
            ]),
        ]
        .concat(),
        readonly: [
            protected(&["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"]),
            not_there(&["/proc/sysrq-trigger"]),
        ]
        .concat(),
        sensitive: Vec::new(),
        host_paths: Reading::Known(
            rows.iter()
                .filter(|row| row.source.starts_with("/dev/"))
                .map(mount)
                .collect(),
        ),
        devices: not_captured("dev"),
        runtime_sockets: Vec::new(),
        runtime_sockets_denied: None,
        mount_count: not_captured("mountinfo"),
    }
}

/// Paths that the captured kernels do not all have, so that no mount tells of them.
fn not_there(paths: &[&str]) -> Vec<ProtectedPath> {
    let one = |path: &&str| ProtectedPath {
        path: (*path).to_owned(),
        state: Reading::absent("not among the captured mounts"),
    };
    paths.iter().map(one).collect()
}

/// A mounted token directory stands for its token.
pub(crate) fn tokens(mountinfo: &str) -> Reading<Vec<ServiceAccountToken>> {
    let mounted = rows(mountinfo).iter().any(|row| {
        row.point
            .ends_with("run/secrets/kubernetes.io/serviceaccount")
    });
    let token = ServiceAccountToken {
        path: "/var/run/secrets/kubernetes.io/serviceaccount/token".into(),
        audiences: not_captured("token"),
        expires_unix_seconds: not_captured("token"),
        namespace: not_captured("token"),
        service_account: not_captured("token"),
    };
    Reading::Known(if mounted { vec![token] } else { Vec::new() })
}
