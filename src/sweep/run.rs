//! One sweep, from the list of processes to the containers that they are placed in.

use std::sync::Arc;

use crate::observe::{Observe, ProcRoot, Target};

use super::filters::Filters;
use super::first::Firsts;
use super::host::Host;
use super::identity::Sources;
use super::look::Looker;
use super::options::{Found, Options, Outcome, SweepError};
use super::place::place;
use super::state::{Confirmed, States};
use super::sweeper::Sweeper;
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
    let kernel = options.kernel.number();
    let host = Host::of(&views, kernel);
    let mut states = States::read(&root);
    let confirmed = Confirmed::of(&mut states, &proc);
    let firsts = Firsts {
        proc: &proc,
        confirmed: &confirmed,
    };
    let placed = place(views, &host, &confirmed, &firsts);
    outcome.host_processes = u32::try_from(placed.host.len()).unwrap_or(u32::MAX);
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
        kernel,
    };
    sweeper.containers(placed, &mut outcome, each);
    Ok(outcome)
}
