//! The state that runtimes keep on disk, by the process that each names as its first.
//!
//! A state is believed only of the very process that it names: a cgroup path alone
//! proves nothing. States below a user's own runtime directory are that user's word,
//! and hold only of processes in a user namespace that maps the user.

mod confirm;
mod docker;
mod files;
mod gvisor;
mod kata;
mod oci;
mod places;

use std::collections::BTreeMap;

pub(super) use confirm::Confirmed;

use crate::confinement::{Denial, Manager, Reading, Sandbox, Text};
use crate::observe::{ProcRoot, ReadError};

/// What one state file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct State {
    /// The container's id, or its name where the runtime goes by names.
    pub(super) id: Text,
    /// Its first process.
    pub(super) pid: u32,
    /// When that started, in clock ticks since boot.
    pub(super) start: Option<u64>,
    /// Whose state it is.
    pub(super) manager: Option<Manager>,
    /// What isolates it, where the state is of one that only does that.
    pub(super) sandbox: Option<Sandbox>,
    /// The directory that holds `config.json`.
    pub(super) bundle: Option<Text>,
    /// The container's name.
    pub(super) name: Option<Text>,
    /// The image's name.
    pub(super) image: Option<Text>,
    /// How often it was restarted.
    pub(super) restart: Option<u32>,
    /// Labels that say more, as Docker keeps them.
    pub(super) labels: BTreeMap<String, String>,
    /// A process outside that serves it alone, as gVisor's gofer does.
    pub(super) helper: Option<u32>,
    /// The user whose own word it is; `None` for root's.
    pub(super) user: Option<u32>,
    /// The file.
    pub(super) file: Text,
}

/// Every state that was found.
#[derive(Debug, Default)]
pub(super) struct States {
    by_pid: BTreeMap<u32, Vec<State>>,
    by_id: BTreeMap<Text, u32>,
    /// The first directory that may not be read.
    denied: Option<Denial>,
    found_any: bool,
}

impl States {
    /// Reads what is below the node's root directory.
    pub(super) fn read(root: &ProcRoot) -> Self {
        let mut states = Self::default();
        for place in &places::PLACES {
            for (path, user) in places::expand(root, place.pattern, &mut states) {
                match files::read(root, place, &path) {
                    Ok(Some(mut state)) => {
                        state.user = user;
                        states.add(state);
                    }
                    Ok(None) => {}
                    Err(error) => states.refused(&error),
                }
            }
        }
        states
    }

    fn add(&mut self, state: State) {
        self.found_any = true;
        if state.user.is_none() {
            self.by_id.entry(state.id.clone()).or_insert(state.pid);
        }
        self.by_pid.entry(state.pid).or_default().push(state);
    }

    /// Notes a directory that may not be read; one that is not there is none.
    fn refused(&mut self, error: &ReadError) {
        if error.is_missing() || self.denied.is_some() {
            return;
        }
        let denied: Reading<()> =
            error.denied("uid 0 with CAP_DAC_READ_SEARCH, and --host-root of the node's own files");
        self.denied = denied.denial().cloned();
    }

    /// The first process of the container with this id, by root's own states.
    pub(super) fn first_of(&self, id: &Text) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// What a name reads as that no state gives.
    pub(super) fn nothing<T>(&self) -> Reading<T> {
        match &self.denied {
            Some(denial) => Reading::Denied(denial.clone()),
            None if self.found_any => Reading::absent("no runtime's state on disk speaks of it"),
            None => Reading::absent("no runtime's state was found on disk"),
        }
    }
}
