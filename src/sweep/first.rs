//! Which of a container's processes is its first.

use std::collections::HashSet;

use crate::confinement::ContainerPath;
use crate::observe::ProcRoot;

use super::state::Confirmed;
use super::view::View;

/// What the choice is made by.
#[derive(Debug)]
pub(super) struct Firsts<'a> {
    /// Where processes' start times are read.
    pub(super) proc: &'a ProcRoot,
    /// What runtimes' states say.
    pub(super) confirmed: &'a Confirmed,
}

impl Firsts<'_> {
    /// Whether a state names the process as a container's first.
    pub(super) fn is_confirmed(&self, pid: u32) -> bool {
        !self.confirmed.of_pid(pid).is_empty()
    }

    fn started(&self, pid: u32) -> u64 {
        let ticks = self.proc.process(pid).and_then(|dir| dir.start_ticks());
        ticks.unwrap_or(u64::MAX)
    }
}

/// Puts the first process in front: the one that the state of the path's own container
/// names, else any that a state names, else pid 1 of the outermost pid namespace below
/// the node's, else the oldest whose parent is outside.
pub(super) fn choose(members: &mut [View], firsts: &Firsts<'_>, path: Option<&ContainerPath>) {
    let at = position(members, firsts, path);
    if let Some(head) = members.get_mut(..=at) {
        head.rotate_right(1);
    }
}

fn position(members: &[View], firsts: &Firsts<'_>, path: Option<&ContainerPath>) -> usize {
    let of_id = |view: &View| {
        let states = firsts.confirmed.of_pid(view.pid);
        path.is_some_and(|path| states.iter().any(|state| state.id == path.id))
    };
    if let Some(at) = members.iter().position(of_id) {
        return at;
    }
    let by_depth = |views: &mut dyn Iterator<Item = (usize, &View)>| {
        views
            .min_by_key(|(_, view)| (view.depth, view.pid))
            .map(|(at, _)| at)
    };
    let mut confirmed = members
        .iter()
        .enumerate()
        .filter(|(_, view)| firsts.is_confirmed(view.pid));
    if let Some(at) = by_depth(&mut confirmed) {
        return at;
    }
    let mut inner = members
        .iter()
        .enumerate()
        .filter(|(_, view)| view.is_inner_first());
    if let Some(at) = by_depth(&mut inner) {
        return at;
    }
    let pids: HashSet<u32> = members.iter().map(|view| view.pid).collect();
    let roots: Vec<(usize, &View)> = members
        .iter()
        .enumerate()
        .filter(|(_, view)| !pids.contains(&view.parent))
        .collect();
    match roots.as_slice() {
        [] => 0,
        [(at, _)] => *at,
        several => several
            .iter()
            .min_by_key(|(_, view)| (firsts.started(view.pid), view.pid))
            .map_or(0, |(at, _)| *at),
    }
}
