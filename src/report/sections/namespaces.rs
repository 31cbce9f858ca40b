//! Namespaces.

use crate::confinement::{Denial, Namespace, Namespaces, Reading};
use crate::report::page::{Mark, Section};
use crate::report::show;

pub(super) fn section(namespaces: &Namespaces) -> Section {
    let mut s = Section::new("Namespaces");
    for namespace in &namespaces.namespaces {
        s.add("namespaces", namespace.kind.name(), one(namespace));
    }
    for why in not_compared(&namespaces.namespaces) {
        s.add("namespaces.pid1", "pid 1's", why);
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
    let (initial, initial_mark) = show::reading(&namespace.initial, |initial| {
        let whose = if initial.initial {
            "the machine's"
        } else {
            "its own"
        };
        format!("{whose} ({})", initial.known_by)
    });
    let (inode, inode_mark) = show::reading(&namespace.inode, ToString::to_string);
    let mut parts = vec![initial, inode];
    parts.extend(namespace.shared_with_pid1.known().map(|shared| {
        let compared = if *shared {
            "shared with pid 1"
        } else {
            "not pid 1's"
        };
        compared.to_owned()
    }));
    // What withholds the link withholds all that it tells.
    parts.dedup();
    let unknown = [inode_mark, initial_mark].contains(&Mark::Unknown);
    let mark = match namespace.initial.known() {
        Some(initial) if !initial.initial => Mark::Good,
        _ if unknown => Mark::Unknown,
        _ => Mark::Plain,
    };
    (parts.join("; "), mark)
}

/// Why namespaces could not be compared with those of pid 1, where their own are known: once
/// for all that have the same reason.
fn not_compared(namespaces: &[Namespace]) -> Vec<(String, Mark)> {
    let mut reasons: Vec<(&Denial, Vec<&str>)> = Vec::new();
    for namespace in namespaces {
        let Reading::Denied(denial) = &namespace.shared_with_pid1 else {
            continue;
        };
        if namespace.inode.known().is_none() {
            continue;
        }
        let same =
            |first: &Denial| first.errno == denial.errno && first.lifted_by == denial.lifted_by;
        match reasons.iter_mut().find(|(first, _)| same(first)) {
            Some((_, kinds)) => kinds.push(namespace.kind.name()),
            None => reasons.push((denial, vec![namespace.kind.name()])),
        }
    }
    let text = |(denial, kinds): &(&Denial, Vec<&str>)| {
        let why = show::denial(denial);
        (format!("{}: {why}", kinds.join(" ")), Mark::Unknown)
    };
    reasons.iter().map(text).collect()
}
