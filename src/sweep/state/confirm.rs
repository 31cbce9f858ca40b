//! Which states speak of a process that is there.

use std::collections::BTreeMap;

use super::{State, States};
use crate::observe::ProcRoot;

/// The states that hold, by the process that each names.
#[derive(Debug, Default)]
pub(in crate::sweep) struct Confirmed {
    by_pid: BTreeMap<u32, Vec<State>>,
}

impl Confirmed {
    /// Keeps what names a living process, started when the state says, in a user
    /// namespace of the user whose word it is.
    pub(in crate::sweep) fn of(states: &mut States, proc: &ProcRoot) -> Self {
        let mut by_pid = BTreeMap::new();
        for (pid, list) in std::mem::take(&mut states.by_pid) {
            let Ok(dir) = proc.process(pid) else { continue };
            let started = dir.start_ticks().ok();
            let mut map = Vec::new();
            let mapped = dir.read("uid_map", &mut map).is_ok();
            let holds = |state: &State| {
                (state.start.is_none() || state.start == started)
                    && state.user.is_none_or(|user| mapped && maps(&map, user))
            };
            let mut list: Vec<State> = list.into_iter().filter(holds).collect();
            // A user's own word counts only where root's states are silent.
            if list.iter().any(|state| state.user.is_none()) {
                list.retain(|state| state.user.is_none());
            }
            if !list.is_empty() {
                by_pid.insert(pid, list);
            }
        }
        Self { by_pid }
    }

    /// What is said of a process as a container's first one.
    pub(in crate::sweep) fn of_pid(&self, pid: u32) -> &[State] {
        self.by_pid.get(&pid).map_or(&[], Vec::as_slice)
    }

    /// Each process that is a container's first, with one state of it.
    pub(in crate::sweep) fn firsts(&self) -> impl Iterator<Item = (u32, &State)> {
        self.by_pid
            .iter()
            .filter_map(|(pid, list)| Some((*pid, list.first()?)))
    }
}

/// Whether a `uid_map` is of a user namespace that the user could have made: not the whole
/// range, and the user's own id in it.
fn maps(map: &[u8], user: u32) -> bool {
    let mut lines = map.split(|b| *b == b'\n').filter_map(|line| {
        let mut words = line
            .split(u8::is_ascii_whitespace)
            .filter(|w| !w.is_empty())
            .map(|w| std::str::from_utf8(w).ok()?.parse::<u32>().ok());
        let (_, outside, count) = (words.next()??, words.next()??, words.next()??);
        Some((outside, count))
    });
    lines.any(|(outside, count)| count != u32::MAX && user >= outside && user - outside < count)
}

#[cfg(test)]
mod tests {
    use super::maps;

    #[test]
    fn only_the_users_own_namespaces_hold_what_the_user_says() {
        assert!(maps(b"0 1000 1\n1 100000 65536\n", 1000));
        assert!(!maps(b"0 1000 1\n1 100000 65536\n", 1001));
        assert!(!maps(b"0 0 4294967295\n", 1000));
        assert!(!maps(b"", 1000));
    }
}
