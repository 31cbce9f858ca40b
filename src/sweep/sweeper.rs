//! The second half of a sweep: each container that was found is looked at and told.

use crate::confinement::{Confinement, ContainerKind, ContainerRecord, Expected, Reading, Text};
use crate::observe::{ProcRoot, ProcessDir};
use crate::syscalls::Release;

use super::filters::Filters;
use super::host::Host;
use super::identity::{Sources, identify};
use super::look::{Looked, Looker};
use super::options::{Found, Options, Outcome, Progress};
use super::place::{Group, Key, Placed};
use super::record::record;
use super::teller::{Story, tell};
use super::told::controls;
use super::view::Reader;

/// How many containers are looked at ahead of the one that is told.
const AHEAD: usize = 2;

/// Looks at one container after the other, and gives a record of each.
pub(super) struct Sweeper<'a> {
    pub(super) options: &'a Options<'a>,
    /// Used in turn: each is at the next container while the last one is told.
    pub(super) lookers: [Looker; AHEAD],
    pub(super) proc: &'a ProcRoot,
    pub(super) reader: Reader,
    pub(super) host: Host,
    pub(super) sources: Sources<'a>,
    pub(super) filters: Filters,
    pub(super) kernel: Option<Release>,
}

impl Sweeper<'_> {
    /// Gives each container to `each`, and before it the stack of filters that was not seen
    /// before; `each` says whether to go on.
    pub(super) fn containers(
        &mut self,
        placed: Placed,
        outcome: &mut Outcome,
        each: &mut dyn FnMut(Found) -> bool,
    ) {
        let Placed { containers, host } = placed;
        let ids: std::collections::BTreeMap<Key, Text> = containers
            .values()
            .filter_map(|group| group.inside.clone())
            .filter_map(|outer| {
                let group = containers.get(&outer)?;
                Some((outer, identify(group, &mut self.sources).identity.id))
            })
            .collect();
        let own = if self.options.all {
            super::host_groups::groups(host)
        } else {
            Vec::new()
        };
        let total = containers.len() + own.len();
        let groups = containers.into_values().map(|group| (group, false));
        let groups: Vec<(Group, bool)> = groups
            .chain(own.into_iter().map(|group| (group, true)))
            .collect();
        let firsts: Vec<Option<u32>> = groups.iter().map(|(g, _)| g.first_pid()).collect();
        let heads = groups.iter().map(|(group, _)| group.head()).collect();
        for at in 0..AHEAD {
            self.begin(at, &firsts);
        }
        let sources = self.sources.again();
        std::thread::scope(|scope| {
            let stories = super::teller::start(scope, heads, sources, self.kernel);
            for (at, (mut group, is_host)) in groups.into_iter().enumerate() {
                if (self.options.stop)() {
                    outcome.stopped = true;
                    return;
                }
                (self.options.progress)(Progress::Containers(at, total));
                let seen = self.first(at, &mut group, outcome);
                self.begin(at + AHEAD, &firsts);
                let story = stories.recv().ok().filter(|story| story.is_of(&group));
                let Some((confinement, notes)) = seen else {
                    continue;
                };
                let story = match story {
                    Some(story) => story,
                    None => tell(&group, &mut self.sources, self.kernel),
                };
                let mut record = self.record(&group, is_host, confinement, story);
                record.nested_in = group.inside.as_ref().and_then(|key| ids.get(key).cloned());
                record.half_seen.extend(notes);
                outcome.containers += u32::from(!is_host);
                let stack = self.filters.take(&mut record.confinement);
                let stack = stack.map(|stack| Found::Filters(Box::new(stack)));
                for found in stack
                    .into_iter()
                    .chain([Found::Container(Box::new(record))])
                {
                    if !each(found) {
                        outcome.stopped = true;
                        return;
                    }
                }
            }
        });
    }

    /// A container's record, with what it was told and declared to be beside what it is.
    fn record(
        &self,
        group: &Group,
        is_host: bool,
        confinement: Confinement,
        story: Story,
    ) -> ContainerRecord {
        let Story {
            mut found, told, ..
        } = story;
        if is_host {
            found.identity.kind = Reading::Known(ContainerKind::Host);
            found.identity.recognised_by = "no sign of a container".into();
        }
        let (node, time) = (self.options.node.clone(), &self.options.time);
        let mut record = record(group, &found, confinement, &self.host, node, time);
        if found.sandbox.is_some() {
            record.controls = Reading::absent(
                "it is told to the sandbox's own kernel; from the node the sandbox alone is seen",
            );
        } else {
            self.compare(told, &mut record);
        }
        record
    }

    fn begin(&mut self, at: usize, firsts: &[Option<u32>]) {
        let looker = self.lookers.get_mut(at % AHEAD);
        if let (Some(looker), Some(Some(pid))) = (looker, firsts.get(at)) {
            looker.begin(*pid);
        }
    }

    /// Observes the first process that is still there; those that are gone are unplaced.
    fn first(
        &mut self,
        at: usize,
        group: &mut Group,
        outcome: &mut Outcome,
    ) -> Option<(Confinement, Vec<String>)> {
        let looker = self.lookers.get_mut(at % AHEAD)?;
        while let Some(seen) = group.members.first() {
            // Held open: while its directory answers, its number is nobody else's.
            let pid = seen.pid;
            let same = self.proc.process(pid).ok().and_then(|dir| {
                let now = self.reader.read_dir(&dir, pid).ok()?;
                (now.cgroup == seen.cgroup && now.namespaces == seen.namespaces)
                    .then_some((dir, now))
            });
            if let Some((dir, now)) = same {
                let (looked, notes) = match looker.look(pid, self.options.stop) {
                    Looked::Whole(seen) => (Some(seen), Vec::new()),
                    Looked::WithoutTree(seen) => (
                        Some(seen),
                        vec!["its file tree did not answer in time and was left out".to_owned()],
                    ),
                    Looked::Gone => (None, Vec::new()),
                };
                if let Some(mut confinement) = looked.filter(|seen| is_of(seen, &dir)) {
                    if self.options.dump {
                        self.filters.dump(&dir, pid, &mut confinement);
                    }
                    if let Some(first) = group.members.first_mut() {
                        *first = now;
                    }
                    return Some((*confinement, notes));
                }
            }
            group.members.remove(0);
            outcome.unplaced += 1;
        }
        None
    }

    fn compare(&self, told: Option<Result<Expected, String>>, record: &mut ContainerRecord) {
        let mut stages = Vec::new();
        match told {
            Some(Ok(told)) => stages.push(told),
            Some(Err(why)) => record.half_seen.push(format!("what it was told: {why}")),
            None => {}
        }
        let subject = record.identity.subject();
        stages.extend((self.options.declared)(&subject, &record.confinement));
        record.controls = controls(&stages, &record.confinement);
    }
}

/// Whether what was seen is of the process whose directory is held open: they started at
/// the same time, and it is there still.
fn is_of(seen: &Confinement, dir: &ProcessDir) -> bool {
    match (dir.start_ticks(), &seen.process.start_ticks) {
        (Ok(started), Reading::Known(seen)) => started == *seen,
        (started, _) => started.is_ok(),
    }
}
