//! Processes that serve one container alone, from a sandbox of their own.

use super::place::{Key, Placed};
use super::state::Confirmed;

/// Makes them guests of the container that they serve, where root's state says so: they
/// are no container by themselves.
pub(super) fn join(placed: &mut Placed, confirmed: &Confirmed) {
    for (pid, state) in confirmed.firsts().filter(|(_, state)| state.user.is_none()) {
        let Some(helper) = state.helper.filter(|helper| *helper != pid) else {
            continue;
        };
        let first_is = |placed: &Placed, wanted: u32| -> Option<Key> {
            let mut groups = placed.containers.iter();
            let found =
                groups.find(|(_, group)| group.members.first().is_some_and(|v| v.pid == wanted));
            found.map(|(key, _)| key.clone())
        };
        let Some(own @ (Key::Namespace(..) | Key::Below(_))) = first_is(placed, helper) else {
            continue; // in the container's cgroup, where it is a member
        };
        let Some(served) = first_is(placed, pid) else {
            continue;
        };
        let Some(apart) = placed.containers.remove(&own) else {
            continue;
        };
        placed.host.extend(apart.members.iter().cloned());
        if let Some(group) = placed.containers.get_mut(&served) {
            group.guests.extend(apart.members);
        }
    }
}
