//! `amiconfined sweep`: every container of a node.

mod args;
mod changes;
mod declared;
mod once;
mod progress;
mod rows;
mod stop;

use std::time::Instant;

pub use args::{SeccompDepth, SweepArgs, SweepFormat};

use super::error::{Error, FINDINGS, SUCCESS};
use changes::Changes;
use declared::Declared;
use once::{End, Once};
use stop::Stop;

/// Runs it.
pub(super) fn run(args: &SweepArgs) -> Result<u8, Error> {
    let declared = Declared::read(args)?;
    let once = Once {
        args,
        declared: &declared,
    };
    let Some(every) = args.every else {
        let End { drifts, .. } = once.run(None, &|| false)?;
        return Ok(if drifts && !args.declared.is_empty() {
            FINDINGS
        } else {
            SUCCESS
        });
    };
    let stop = Stop::new()?;
    let mut changes = Changes::default();
    // A file, and what is read as one whole, has all of it each time.
    let lines = matches!(args.format, SweepFormat::Text | SweepFormat::Ndjson);
    let only_news = lines && args.output.is_none() && !args.full;
    loop {
        let next = Instant::now().checked_add(every);
        let news = only_news.then_some(&mut changes);
        let end = once.run(news, &|| stop.asked())?;
        // An interval beyond what the clock can count is one without end.
        let Some(next) = next else {
            return Ok(SUCCESS);
        };
        if end.closed || stop.wait_until(next) {
            return Ok(SUCCESS);
        }
    }
}
