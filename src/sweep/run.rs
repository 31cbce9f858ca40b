//! One sweep, from the list of processes to the last container.

use std::sync::Arc;

use crate::confinement::{Confinement, ContainerKind, ContainerRecord, Expected, Reading, Text};
use crate::observe::{Observe, ProcRoot, ProcessDir, Target};
use crate::syscalls::Release;

use super::filters::Filters;
use super::first::Firsts;
use super::host::{Host, release};
use super::identity::{Sources, identify};
use super::look::{Looked, Looker};
use super::options::{Found, Options, Outcome, Progress, SweepError};
use super::place::{Group, Key, Placed, place};
use super::record::record;
use super::state::{Confirmed, States};
use super::teller::{Story, tell};
use super::told::controls;
use super::view::Reader;

/// Sweeps a node once, and gives each container to `each` as soon as it is seen, and each
/// distinct stack of dumped filters before it. `each` says whether to go on.
///
/// # Errors
/// [`SweepError`], where the processes cannot be listed.
pub fn sweep(
    options: &Options<'_>,
    each: &mut dyn FnMut(Found) -> bool,
) -> Result<Outcome, SweepError> {
    let proc = Arc::new(ProcRoot::open(&options.proc));
    let root = Arc::new(ProcRoot::open(&options.root));
    let mut outcome = Outcome {
        node: super::node::node(&proc, &root, options.node.clone(), options.kernel.clone()),
        containers: 0,
        host_processes: 0,
        unplaced: 0,
        stopped: false,
    };
    let mut reader = Reader::default();
    let views = super::views::read(options, &proc, &mut reader, &mut outcome)?;
    if outcome.stopped {
        return Ok(outcome);
    }
    let kernel = options.kernel.release.known();
    let host = Host::of(&views, kernel.and_then(|r| release(&r.to_lossy())));
    let mut states = States::read(&root);
    let confirmed = Confirmed::of(&mut states, &proc);
    let firsts = Firsts {
        proc: &proc,
        confirmed: &confirmed,
    };
    let placed = place(views, &host, &confirmed, &firsts);
    outcome.host_processes = count(placed.host.len());
    let observe = Observe {
        target: Target::other(1),
        root: root.clone(),
        live: options.live,
    };
    let mut sweeper = Sweeper {
        options,
        lookers: std::array::from_fn(|_| Looker::new(proc.clone(), observe.clone())),
        proc: &proc,
        reader,
        host,
        sources: Sources {
            proc: &proc,
            root: &root,
            states: &states,
            confirmed: &confirmed,
            storage: super::storage::Storage::default(),
        },
        filters: Filters::default(),
        kernel: kernel.and_then(|release| Release::from_uname(&release.to_lossy())),
    };
    sweeper.containers(placed, &mut outcome, each);
    Ok(outcome)
}

/// Whether what was seen is of the process whose directory is held open: they started at
/// the same time, and it is there still.
fn is_of(seen: &Confinement, dir: &ProcessDir) -> bool {
    match (dir.start_ticks(), &seen.process.start_ticks) {
        (Ok(started), Reading::Known(seen)) => started == *seen,
        (started, _) => started.is_ok(),
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// How many containers are looked at ahead of the one that is told.
const AHEAD: usize = 2;

struct Sweeper<'a> {
    options: &'a Options<'a>,
    /// Used in turn: each is at the next container while the last one is told.
    lookers: [Looker; AHEAD],
    proc: &'a ProcRoot,
    reader: Reader,
    host: Host,
    sources: Sources<'a>,
    filters: Filters,
    kernel: Option<Release>,
}

impl Sweeper<'_> {
    fn containers(
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
