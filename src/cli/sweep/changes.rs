//! What changed between two sweeps.

use std::collections::{HashMap, HashSet};

use sha2::{Digest, Sha256};

use crate::confinement::{
    ContainerGone, ContainerRecord, FilterStack, GONE_SCHEMA, Reading, SeccompMethod, Text,
};
use crate::report::{Form, to_json};

/// What was said of the containers of one id: each by a hash. Runtimes may have one each by
/// the same name.
type Said = HashMap<Text, HashSet<[u8; 32]>>;

/// The containers that were reported.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// By the last sweep.
    said: Said,
    /// By this one.
    met: Said,
    stacks: HashSet<Vec<String>>,
}

impl Changes {
    /// Whether a container is new, or not as it was said to be.
    pub(super) fn is_news(&mut self, record: &ContainerRecord) -> bool {
        let id = &record.identity.id;
        let now = digest(record);
        self.met.entry(id.clone()).or_default().insert(now);
        self.said.get(id).is_none_or(|said| !said.contains(&now))
    }

    /// Whether a stack of filters was met for the first time.
    pub(super) fn is_new_stack(&mut self, stack: &FilterStack) -> bool {
        let hashes = stack.filters.iter().map(|filter| filter.sha256.clone());
        self.stacks.insert(hashes.collect())
    }

    /// Ends a sweep: gives the containers that it did not meet again.
    pub(super) fn gone(&mut self, time: &str, node: &Reading<Text>) -> Vec<ContainerGone> {
        let said = std::mem::replace(&mut self.said, std::mem::take(&mut self.met));
        let mut gone: Vec<Text> = said
            .into_keys()
            .filter(|id| !self.said.contains_key(id))
            .collect();
        gone.sort();
        gone.into_iter()
            .map(|id| ContainerGone {
                schema: GONE_SCHEMA.to_owned(),
                time: time.to_owned(),
                node: node.clone(),
                id,
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
