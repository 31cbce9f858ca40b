//! The node's own processes, grouped by cgroup, for who asks for them too.

use std::collections::BTreeMap;

use crate::confinement::Text;

use super::paths;
use super::place::{Group, Key};
use super::view::View;

/// One group for each cgroup; kernel threads, which nothing confines, are left out.
pub(super) fn groups(host: Vec<View>) -> Vec<Group> {
    let mut found: BTreeMap<Text, Group> = BTreeMap::new();
    for view in host.into_iter().filter(|view| !view.kernel) {
        let path = Text::from(paths::own(&view.cgroup));
        found
            .entry(path)
            .or_insert_with_key(|path| Group::new(Key::Cgroup(path.clone())))
            .members
            .push(view);
    }
    found.into_values().collect()
}
