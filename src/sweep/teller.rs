//! Who containers are and what their runtimes were told, read by a thread of its own
//! ahead of the container that is looked at.

use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Builder, Scope};

use super::identity::{Identified, Sources, identify};
use super::place::Group;
use super::told::told;
use crate::confinement::Expected;
use crate::syscalls::Release;

/// How many containers it is ahead: each of them is kept with its `config.json`.
const AHEAD: usize = 4;

/// What is told of one container.
#[derive(Debug)]
pub(super) struct Story {
    /// The first process that it is told of.
    first: Option<u32>,
    /// Who it is.
    pub(super) found: Identified,
    /// What its runtime was told, or why that cannot be understood.
    pub(super) told: Option<Result<Expected, String>>,
}

impl Story {
    /// Whether it is of the group as it is by now: its first process may have gone since.
    pub(super) fn is_of(&self, group: &Group) -> bool {
        self.first == group.first_pid()
    }
}

/// Reads what there is of one container.
pub(super) fn tell(group: &Group, sources: &mut Sources<'_>, kernel: Option<Release>) -> Story {
    let mut found = identify(group, sources);
    let told = told(&found, kernel);
    found.config = None;
    Story {
        first: group.first_pid(),
        found,
        told,
    }
}

/// Starts telling of each group, in their order. Where no thread may be started nothing
/// comes, and who asks has to read for itself.
pub(super) fn start<'scope, 'env>(
    scope: &'scope Scope<'scope, 'env>,
    groups: Vec<Group>,
    mut sources: Sources<'scope>,
    kernel: Option<Release>,
) -> Receiver<Story> {
    let (to, stories) = sync_channel(AHEAD);
    // A failure drops the sender, which who receives notices.
    let _ = Builder::new().spawn_scoped(scope, move || {
        for group in &groups {
            if to.send(tell(group, &mut sources, kernel)).is_err() {
                return;
            }
        }
    });
    stories
}
