//! `amiconfined inspect`: one process, observed and probed.

use crate::confinement::{Confinement, Reading, Report, SCHEMA, Text};
use crate::report::{self, Options, SyscallList};

use super::args::{Format, InspectArgs, ShownArgs};
use super::error::{Error, SUCCESS};
use super::output;

/// Runs it.
pub(super) fn run(args: &InspectArgs) -> Result<u8, Error> {
    let confinement = look(args)?;
    let report = Report {
        schema: SCHEMA.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        time: now(),
        node: node(),
        confinement,
    };
    output::write(&render(&report, &args.shown)?, args.shown.output.as_deref())?;
    Ok(SUCCESS)
}

/// What is to be known of the process.
pub(super) fn look(args: &InspectArgs) -> Result<Confinement, Error> {
    Err(Error::NotObserved(format!(
        "{}: this build does not observe yet",
        super::error::escaped(&args.proc_root)
    )))
}

/// Now, RFC 3339, UTC, in whole seconds.
fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second())
        .unwrap_or(now)
        .to_string()
}

fn node() -> Reading<Text> {
    match nix::sys::utsname::uname() {
        Ok(uname) => {
            use std::os::unix::ffi::OsStrExt;
            Reading::Known(Text::from(uname.nodename().as_bytes()))
        }
        Err(errno) => Reading::denied("uname", "nodename", Some(errno.into()), "nothing known"),
    }
}

fn render(report: &Report, shown: &ShownArgs) -> Result<String, Error> {
    let listed = shown.syscalls.map(SyscallList::from);
    let options = Options {
        colour: output::colour(shown.output.is_some()),
        width: output::width(),
        explain: shown.explain,
        syscalls: listed.unwrap_or(match shown.format {
            Format::Json => SyscallList::All,
            Format::Text | Format::Amicontained => SyscallList::Blocked,
        }),
    };
    Ok(match shown.format {
        Format::Text => report::text(report, &options),
        Format::Json => report::json(report, &options)?,
        Format::Amicontained => report::amicontained(report),
    })
}
