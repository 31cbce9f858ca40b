//! Containers inside containers, as kind and Docker in Docker make them.

use std::sync::Arc;

use crate::confinement::NamespaceKind;

use super::first::{Firsts, choose};
use super::paths::Named;
use super::place::{Key, Names, Placed, add};
use super::view::View;

/// Parts containers from those that they hold, level by level.
///
/// A container can create what it likes below its own cgroup: a container's name there
/// makes one only where the process has another file tree as well.
pub(super) fn part(placed: &mut Placed, names: &Names, firsts: &Firsts<'_>) {
    let mut todo: Vec<Key> = placed.containers.keys().cloned().collect();
    let mut level = 1;
    while !todo.is_empty() {
        let mut next: Vec<Key> = Vec::new();
        for key in todo {
            for (view, named) in inner(placed, &key, names, level, firsts) {
                let Some(path) = named.chain.get(level) else {
                    continue;
                };
                let inner_key = Key::Cgroup(path.prefix.clone());
                add(placed, &named, level, view);
                placed.group(inner_key.clone()).inside = Some(key.clone());
                if !next.contains(&inner_key) {
                    next.push(inner_key);
                }
            }
        }
        todo = next;
        level += 1;
    }
}

/// Takes out of a container what is in one nested in it, and sees that the rest has its first.
fn inner(
    placed: &mut Placed,
    key: &Key,
    names: &Names,
    level: usize,
    firsts: &Firsts<'_>,
) -> Vec<(View, Arc<Named>)> {
    let Some(group) = placed.containers.get_mut(key) else {
        return Vec::new();
    };
    choose(&mut group.members, firsts, group.path.as_ref());
    let Some(first) = group.members.first() else {
        return Vec::new();
    };
    let (mnt, depth) = (first.inode(NamespaceKind::Mnt), first.depth);
    let chain = |view: &View| {
        let named = names.get(&view.cgroup)?.clone()?;
        (named.chain.len() > level).then_some(named)
    };
    let is_inner = |view: &mut View| {
        let other = match (mnt, view.inode(NamespaceKind::Mnt)) {
            (Some(outer), Some(own)) => outer != own,
            _ => view.depth > depth,
        };
        other && chain(view).is_some()
    };
    let taken: Vec<View> = group.members.extract_if(.., is_inner).collect();
    taken
        .into_iter()
        .filter_map(|view| chain(&view).map(|named| (view, named)))
        .collect()
}
