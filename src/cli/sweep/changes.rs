//! What changed between two sweeps.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use crate::confinement::{
    ContainerGone, ContainerRecord, FilterStack, GONE_SCHEMA, Reading, SeccompMethod, Text,
};
use crate::report::{Form, to_json};

/// What a container is known by from one sweep to the next: its id, which another one may
/// have as well, and how it was recognised.
type Key = (Text, Text);

/// The containers that were reported, each by a hash of what was said of it.
#[derive(Debug, Default)]
pub(super) struct Changes {
    said: HashMap<Key, [u8; 32]>,
    met: HashSet<Key>,
    stacks: HashSet<Vec<String>>,
}

impl Changes {
    /// Whether a container is new, or not as it was said to be.
    pub(super) fn is_news(&mut self, record: &ContainerRecord) -> bool {
        let identity = &record.identity;
        let key = (identity.id.clone(), identity.recognised_by.clone());
        self.met.insert(key.clone());
        let now = digest(record);
        self.said.insert(key, now) != Some(now)
    }

    /// Whether a stack of filters was met for the first time.
    pub(super) fn is_new_stack(&mut self, stack: &FilterStack) -> bool {
        let hashes = stack.filters.iter().map(|filter| filter.sha256.clone());
        self.stacks.insert(hashes.collect())
    }

    /// Ends a sweep: gives the containers that it did not meet again.
    pub(super) fn gone(&mut self, time: &str, node: &Reading<Text>) -> Vec<ContainerGone> {
        let met = std::mem::take(&mut self.met);
        let mut gone: Vec<Key> = self
            .said
            .extract_if(|key, _| !met.contains(key))
            .map(|(key, _)| key)
            .collect();
        gone.sort();
        gone.into_iter()
            .map(|(id, recognised_by)| ContainerGone {
                schema: GONE_SCHEMA.to_owned(),
                time: time.to_owned(),
                node: node.clone(),
                id,
                recognised_by,
            })
            .collect()
    }
}

/// A hash of what is said of a container's confinement: not of when, how many processes
/// there are, or what they call themselves, which a process can change all the time.
fn digest(record: &ContainerRecord) -> [u8; 32] {
    let nameless = || Reading::absent("left out");
    let mut record = record.clone();
    record.time.clear();
    record.processes = 0;
    record.confinement.process.comm = nameless();
    if let SeccompMethod::Dumped { pause_us } = &mut record.confinement.seccomp.method {
        *pause_us = 0;
    }
    for one in &mut record.deviations {
        one.comm = nameless();
    }
    for guest in &mut record.guests {
        guest.comm = nameless();
    }
    // A record is made of what serialises always.
    let text = to_json(&record, Form::OneLine).unwrap_or_default();
    Sha256::digest(text).into()
}
