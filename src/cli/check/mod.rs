//! `amiconfined check`: the Pod Security Standards, on declarations and on what is enforced.

mod args;
mod declared;
mod observed;
mod outcome;

pub use args::{CheckArgs, CheckFormat};

use super::error::{Error, FINDINGS, NOT_OBSERVED, SUCCESS, USAGE};
use super::output;
use outcome::Outcome;

/// Runs it.
pub(super) fn run(args: &CheckArgs) -> Result<u8, Error> {
    let mut outcome = Outcome::default();
    if args.files.is_empty() {
        if !args.namespace_file.is_empty() {
            let text = "--namespace-file needs the files whose Pods it is about";
            return Err(Error::Usage(text.to_owned()));
        }
        observed::of_process(args, &mut outcome)?;
    } else {
        declared::judge(args, &mut outcome);
    }
    for error in &outcome.errors {
        error.report();
    }
    output::write(&outcome.render(args)?, None)?;
    Ok(if !outcome.errors.is_empty() {
        USAGE
    } else if outcome.has_findings(args) {
        FINDINGS
    } else if outcome.has_unknowns(args) {
        NOT_OBSERVED
    } else {
        SUCCESS
    })
}
