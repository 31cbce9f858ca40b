//! Namespaces.

use crate::confinement::{Namespace, Namespaces, Reading};
use crate::report::page::{Mark, Section};
use crate::report::show;

pub(super) fn section(namespaces: &Namespaces) -> Section {
    let mut s = Section::new("Namespaces");
    for namespace in &namespaces.namespaces {
        s.add("namespaces", namespace.kind.name(), one(namespace));
    }
    s.add(
        "namespaces.depth",
        "user depth",
        show::reading(&namespaces.user_depth, |depth| {
            format!("{depth} user namespaces above its own")
        }),
    );
    s.add(
        "namespaces",
        "pids",
        show::reading(&namespaces.pids, |pids| show::list(pids, " > ")),
    );
    s
}

fn one(namespace: &Namespace) -> (String, Mark) {
    if let Reading::Absent { why } = &namespace.inode {
        return (format!("absent: {why}"), Mark::Faint);
    }
    let (inode, inode_mark) = show::reading(&namespace.inode, ToString::to_string);
    let (initial, initial_mark) = show::reading(&namespace.initial, |initial| {
        let whose = if initial.initial {
            "the machine's"
        } else {
            "its own"
        };
        format!("{whose} ({})", initial.known_by)
    });
    let (shared, shared_mark) = show::reading(&namespace.shared_with_pid1, |shared| {
        if *shared {
            "shared with pid 1"
        } else {
            "not pid 1's"
        }
        .to_owned()
    });
    let unknown = [inode_mark, initial_mark, shared_mark].contains(&Mark::Unknown);
    let mark = match namespace.initial.known() {
        Some(initial) if !initial.initial => Mark::Good,
        _ if unknown => Mark::Unknown,
        _ => Mark::Plain,
    };
    (format!("{initial}; {inode}; {shared}"), mark)
}
