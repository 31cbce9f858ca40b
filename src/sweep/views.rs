//! Every process of the node, read lightly by two threads.

use std::thread::{Builder, ScopedJoinHandle};

use crate::observe::ProcRoot;

use super::options::{Options, Outcome, Progress, SweepError};
use super::view::{Reader, View};

/// Reads every process: this thread the lower half of each stretch, another one the upper.
pub(super) fn read(
    options: &Options<'_>,
    proc: &ProcRoot,
    reader: &mut Reader,
    outcome: &mut Outcome,
) -> Result<Vec<View>, SweepError> {
    const STRETCH: usize = 512;
    let pids = proc.pids()?;
    let mut second = Reader::default();
    let mut views = Vec::with_capacity(pids.len());
    let all = |reader: &mut Reader, pids: &[u32]| -> Vec<View> {
        let read = pids.iter().map(|pid| reader.read(proc, *pid));
        read.filter_map(Result::ok).collect()
    };
    for (at, stretch) in pids.chunks(STRETCH).enumerate() {
        if (options.stop)() {
            outcome.stopped = true;
            break;
        }
        (options.progress)(Progress::Processes(at * STRETCH, pids.len()));
        let (lower, upper) = stretch.split_at(stretch.len() / 2);
        let before = views.len();
        std::thread::scope(|scope| {
            let other = Builder::new().spawn_scoped(scope, || all(&mut second, upper));
            views.append(&mut all(reader, lower));
            views.append(&mut match other.map(ScopedJoinHandle::join) {
                Ok(Ok(read)) => read,
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                // No thread more may be started: what is left is read here.
                Err(_) => all(reader, upper),
            });
        });
        let unread = stretch.len() - (views.len() - before);
        outcome.unplaced += u32::try_from(unread).unwrap_or(u32::MAX);
    }
    Ok(views)
}
