//! Which container, or service, a process's cgroup paths name.

use crate::confinement::{ContainerPath, Text};

/// The hierarchy's controllers and path of each line of `/proc/PID/cgroup`.
fn lines(cgroup: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    cgroup.split(|b| *b == b'\n').filter_map(|line| {
        let mut parts = line.splitn(3, |b| *b == b':').skip(1);
        Some((parts.next()?, parts.next()?))
    })
}

/// What the hierarchies say together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// The containers that the path names, the outermost first; never empty.
    pub(super) chain: Vec<ContainerPath>,
    /// Whether a hierarchy names another container.
    pub(super) disputed: bool,
}

/// The container that most hierarchies name.
///
/// Under v1 and hybrid each hierarchy has its own path; a process that may write
/// cgroupfs can move itself in one of them, and runtimes without some controller
/// leave those at the root, which names nothing.
pub(super) fn named(cgroup: &[u8]) -> Option<Named> {
    let mut votes: Vec<(ContainerPath, usize, &[u8])> = Vec::new();
    for (_, path) in lines(cgroup) {
        let Some(found) = ContainerPath::parse(path) else {
            continue;
        };
        // The same container may lie below different parents in different hierarchies.
        match votes.iter_mut().find(|(seen, _, _)| seen.id == found.id) {
            Some(vote) => vote.1 += 1,
            None => votes.push((found, 1, path)),
        }
    }
    let disputed = votes.len() > 1;
    let most = votes.iter().map(|(_, count, _)| *count).max()?;
    let (_, _, path) = votes.into_iter().find(|(_, count, _)| *count == most)?;
    Some(Named {
        chain: chain(path),
        disputed,
    })
}

/// Each container that a path goes through.
fn chain(path: &[u8]) -> Vec<ContainerPath> {
    let mut found: Vec<ContainerPath> = Vec::new();
    let mut at = 0;
    while let Some(mut next) = path.get(at..).and_then(ContainerPath::parse) {
        at += next.prefix.as_bytes().len();
        next.prefix = path.get(..at).unwrap_or(path).into();
        found.push(next);
    }
    found
}

/// The path that stands for a process: the unified hierarchy's, else systemd's own, else
/// the first that is not the root.
pub(super) fn own(cgroup: &[u8]) -> &[u8] {
    let deep = |path: &&[u8]| path.len() > 1;
    let of = |controllers: &'static [u8]| {
        lines(cgroup)
            .find(|(c, _)| *c == controllers)
            .map(|(_, p)| p)
            .filter(deep)
    };
    of(b"")
        .or_else(|| of(b"name=systemd"))
        .or_else(|| lines(cgroup).map(|(_, path)| path).find(deep))
        .unwrap_or(b"/")
}

/// The innermost service of systemd that a path lies in: its path, and its name.
pub(super) fn service(path: &[u8]) -> Option<(Text, Text)> {
    let mut end = 0;
    let mut found = None;
    for component in path.split(|b| *b == b'/') {
        end += component.len();
        if component.ends_with(b".service") && component.len() > b".service".len() {
            found = Some((path.get(..end)?.into(), component.into()));
        }
        end += 1; // the slash
    }
    found
}

/// The path up to and with the component that holds a container's id, as runc and crun
/// name it: `<id>`, `runc-<id>.scope`, `libpod-<id>`.
pub(super) fn with_id(path: &[u8], id: &[u8]) -> Option<Text> {
    let mut end = 0;
    for component in path.split(|b| *b == b'/') {
        end += component.len();
        let bare = component.strip_suffix(b".scope").unwrap_or(component);
        let named = bare == id
            || bare
                .strip_suffix(id)
                .is_some_and(|rest| rest.ends_with(b"-"));
        if named && !id.is_empty() {
            return path.get(..end).map(Text::from);
        }
        end += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: &str = "6ed720dc686399169c5ff0543c75d704acb3d54fac7ca5f34e4dda2d0ea453fb";
    const B: &str = "0000000000000000000000000000000000000000000000000000000000000000";

    #[test]
    fn the_majority_of_hierarchies_decides_and_a_dissenter_is_told() {
        let text = format!("3:cpu:/docker/{A}\n2:pids:/docker/{A}\n1:memory:/docker/{B}\n0::/\n");
        let found = named(text.as_bytes()).unwrap();
        assert_eq!(found.chain[0].id.to_string(), A);
        assert!(found.disputed);
        assert_eq!(named(b"3:cpu:/\n0::/user.slice\n"), None);
    }

    #[test]
    fn nested_containers_form_a_chain_outermost_first() {
        let text = format!("0::/docker/{A}/kubelet/kubepods/besteffort/pod1-2/{B}/init\n");
        let found = named(text.as_bytes()).unwrap();
        let ids: Vec<String> = found.chain.iter().map(|c| c.id.to_string()).collect();
        assert_eq!(ids, [A, B]);
        assert_eq!(
            found.chain[1].prefix.to_string(),
            format!("/docker/{A}/kubelet/kubepods/besteffort/pod1-2/{B}")
        );
        assert_eq!(found.chain[1].pod_uid.as_ref().unwrap().to_string(), "1-2");
    }

    #[test]
    fn the_own_path_is_of_the_hierarchy_that_says_most() {
        assert_eq!(own(b"9:name=systemd:/a\n8:pids:/b\n0::/\n"), b"/a");
        assert_eq!(own(b"9:name=systemd:/\n8:pids:/b\n0::/c\n"), b"/c");
        assert_eq!(own(b"9:name=systemd:/\n8:pids:/b:c\n0::/\n"), b"/b:c");
        assert_eq!(own(b""), b"/");
    }

    #[test]
    fn ids_are_whole_words_of_a_component() {
        let found =
            |path: &str, id: &str| with_id(path.as_bytes(), id.as_bytes()).map(|t| t.to_string());
        assert_eq!(found("/a/web/b", "web").as_deref(), Some("/a/web"));
        assert_eq!(
            found("/s.slice/runc-web.scope", "web").as_deref(),
            Some("/s.slice/runc-web.scope")
        );
        assert_eq!(found("/a/cobweb", "web"), None);
        assert_eq!(found("/a", ""), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            named(&bytes);
            service(own(&bytes));
            with_id(&bytes, b"a");
        }
    }
}
