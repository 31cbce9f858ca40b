//! Which action a profile's default may be, and what is not the profile's doing.

use super::{Decisions, NUMBERS};
use crate::bpf::{Action, Decision};
use crate::syscalls::Abi;

/// The actions that some number always gets: first those of most numbers that no kernel has
/// given a name yet but lie among named ones, which only a default can reach.
pub(super) fn candidates(decisions: &Decisions) -> Vec<Action> {
    let mut counts: Vec<(Action, usize, usize)> = Vec::new();
    let native = Abi::native();
    let Some(table) = decisions.get(&native) else {
        return Vec::new();
    };
    for (number, decision) in table {
        let Decision::Always(action) = decision else {
            continue;
        };
        let gap = native.name(*number).is_none() && *number < native.end();
        match counts.iter_mut().find(|(known, ..)| known == action) {
            Some((_, gaps, all)) => {
                *gaps += usize::from(gap);
                *all += 1;
            }
            None => counts.push((*action, usize::from(gap), 1)),
        }
    }
    counts.sort_by_key(|(_, gaps, all)| std::cmp::Reverse((*gaps, *all)));
    counts.into_iter().map(|(action, ..)| action).collect()
}

/// The first of the numbers to which a runtime's own stub answers ENOSYS, whatever the
/// profile's default is (runc: libcontainer/seccomp/patchbpf). `None` where there is none.
pub(super) fn stub_from(decisions: &Decisions, abi: Abi, default: Action) -> Option<u32> {
    let stub = Decision::Always(Action::Errno(ENOSYS));
    if default == Action::Errno(ENOSYS) || default.lets_through() {
        return None;
    }
    let end = abi.first() + NUMBERS;
    let table = decisions.get(&abi)?;
    let tail = table
        .iter()
        .rev()
        .take_while(|(_, decision)| **decision == stub);
    let from = tail.last().map(|(number, _)| *number)?;
    (from < end).then_some(from)
}

/// ENOSYS has one number on every Linux that has tables here.
pub(super) const ENOSYS: u16 = 38;
