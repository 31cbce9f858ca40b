//! Mounts, and what stands out among them.

use super::devices;
use crate::confinement::{Filesystem, Mount, ProtectedPath, Reading, Writable};
use crate::report::page::{Mark, Section};
use crate::report::show;

pub(super) fn section(filesystem: &Filesystem) -> Section {
    let mut s = Section::new("File tree");
    s.add(
        "filesystem.root",
        "root",
        show::reading(&filesystem.root, mount),
    );
    s.add(
        "filesystem.root",
        "mounts",
        show::reading(&filesystem.mount_count, ToString::to_string),
    );
    protected(&mut s, "filesystem.masked", "masked", &filesystem.masked);
    protected(
        &mut s,
        "filesystem.readonly",
        "read-only",
        &filesystem.readonly,
    );
    for path in &filesystem.sensitive {
        let (value, mark) = writable(&path.writable);
        let value = format!("{}: {value}; {}", path.path, path.why);
        s.add("filesystem.sensitive", "sensitive", (value, mark));
    }
    host_paths(&mut s, &filesystem.host_paths);
    devices::add(&mut s, filesystem);
    match &filesystem.runtime_sockets_denied {
        Some(denial) => {
            let value = show::denial(denial);
            s.add(
                "filesystem.sockets",
                "runtime socket",
                (value, Mark::Unknown),
            );
        }
        None if filesystem.runtime_sockets.is_empty() => {
            s.plain("filesystem.sockets", "runtime socket", "none");
        }
        None => {}
    }
    for socket in &filesystem.runtime_sockets {
        let (value, mark) = show::reading(&socket.connectable, |w| {
            let may = if w.writable { "can" } else { "cannot" };
            format!("{may} be connected to ({})", w.decided_by)
        });
        let value = format!("{} of {}: {value}", socket.path, socket.runtime);
        let open = socket.connectable.known().is_some_and(|w| w.writable);
        let mark = if open { Mark::Bad } else { mark };
        s.add("filesystem.sockets", "runtime socket", (value, mark));
    }
    s
}

fn host_paths(s: &mut Section, mounts: &Reading<Vec<Mount>>) {
    const KEY: &str = "filesystem.host_paths";
    const LABEL: &str = "host path";
    match mounts.known() {
        Some(mounts) if mounts.is_empty() => s.plain(KEY, LABEL, "none"),
        Some(mounts) => {
            for one in mounts {
                s.plain(KEY, LABEL, mount(one));
            }
        }
        None => s.add(KEY, LABEL, show::reading(mounts, |_| String::new())),
    }
}

/// One line for each state; paths in the same state stand together.
fn protected(s: &mut Section, key: &'static str, label: &str, paths: &[ProtectedPath]) {
    let mut groups: Vec<((String, Mark), Vec<&str>)> = Vec::new();
    for path in paths {
        let state = match &path.state {
            // The reason is the same for each: the path is not here.
            Reading::Absent { .. } => ("absent".to_owned(), Mark::Faint),
            state => show::reading(state, show::word),
        };
        match groups.iter_mut().find(|(known, _)| *known == state) {
            Some((_, members)) => members.push(&path.path),
            None => groups.push((state, vec![&path.path])),
        }
    }
    for ((state, mark), members) in groups {
        let state = if state == "none" {
            "unprotected".to_owned()
        } else {
            state
        };
        s.add(
            key,
            label,
            (format!("{state}: {}", members.join(" ")), mark),
        );
    }
}

fn mount(mount: &Mount) -> String {
    let access = match (mount.read_only, mount.super_read_only) {
        (true, _) => "read-only",
        (false, true) => "read-only file system",
        (false, false) => "writable",
    };
    let propagation = match mount.propagation.is_empty() {
        true => "private".to_owned(),
        false => show::list(&mount.propagation, " "),
    };
    format!(
        "{} {access}, {} of {} ({}), options {}, {propagation}",
        mount.mount_point, mount.root, mount.source, mount.fstype, mount.options
    )
}

/// Whether a path can be written, with what decides it.
pub(super) fn writable(reading: &Reading<Writable>) -> (String, Mark) {
    let (value, mark) = show::reading(reading, |w| {
        let word = if w.writable {
            "writable"
        } else {
            "not writable"
        };
        format!("{word} ({})", w.decided_by)
    });
    let open = reading.known().is_some_and(|w| w.writable);
    (value, if open { Mark::Bad } else { mark })
}
