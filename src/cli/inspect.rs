//! `amiconfined inspect`: one process, observed and probed.

use std::path::Path;

use crate::confinement::{Confinement, Reading, Report, SCHEMA, Seccomp, SeccompMethod, Text};
use crate::observe::{Observe, ObserveError, ProcRoot, Target, observe};
use crate::probe;
use crate::report::{self, Options, SyscallList};

use super::args::{Format, InspectArgs, ProbeArgs, ShownArgs};
use super::error::{Error, SUCCESS};
use super::kernel_facts;
use super::output;

/// Runs it.
pub(super) fn run(args: &InspectArgs) -> Result<u8, Error> {
    let mut report = report_of(look(args)?);
    if let Some(tree) = &args.captured {
        report.node = captured_node(tree);
    }
    write(report, &args.shown)?;
    Ok(SUCCESS)
}

/// The report of a confinement, made here and now.
pub(super) fn report_of(confinement: Confinement) -> Report {
    Report {
        schema: SCHEMA.to_owned(),
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        time: now(),
        node: node(),
        confinement,
    }
}

/// To look at this process itself.
pub(super) fn own(probe: ProbeArgs) -> InspectArgs {
    InspectArgs {
        pid: None,
        proc_root: "/proc".into(),
        captured: None,
        no_probe: false,
        probe,
        shown: ShownArgs {
            format: Format::Text,
            syscalls: None,
            explain: false,
            output: None,
        },
    }
}

/// What is to be known of the process.
pub(super) fn look(args: &InspectArgs) -> Result<Confinement, Error> {
    let options = Observe {
        target: args.pid.map_or_else(Target::own, Target::other),
        root: args.captured.clone().unwrap_or_else(|| "/".into()),
        live: args.captured.is_none(),
    };
    let proc = match &args.captured {
        Some(tree) => ProcRoot::open(tree.join("proc")),
        None => ProcRoot::open(&args.proc_root),
    };
    let mut confinement = observe(&proc, &options).map_err(|error| match error {
        ObserveError::Gone { .. } => Error::NotObserved(error.to_string()),
        _ => Error::Input(error.to_string()),
    })?;
    if options.live && options.target.is_self {
        ask(&mut confinement.seccomp, args.no_probe, args.probe);
        kernel_facts::landlock(&mut confinement);
        kernel_facts::security_modules(&mut confinement);
    }
    let privileges = probe::Privileges::of(&confinement);
    probe::name_causes(&mut confinement.seccomp, &privileges);
    if options.live {
        kernel_facts::user_depth(&mut confinement, &args.proc_root);
    }
    Ok(confinement)
}

/// Puts the verdicts of this process's own filters beside what `/proc` says of them.
fn ask(seccomp: &mut Seccomp, no_probe: bool, how: ProbeArgs) {
    if no_probe {
        seccomp.method = SeccompMethod::NotProbed {
            why: "--no-probe".to_owned(),
        };
        return;
    }
    let asking = probe::Asking {
        under_listener: how.probe_under_listener,
        tell_trace: how.tell_trace,
    };
    let asked = probe::verdicts(seccomp.mode.known().copied(), asking);
    seccomp.method = asked.method;
    seccomp.abis = asked.abis;
    if how.execute {
        probe::execute(seccomp);
    }
}

/// Now, RFC 3339, UTC, in whole seconds.
pub(super) fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second())
        .unwrap_or(now)
        .to_string()
}

/// The node's name.
pub(super) fn node() -> Reading<Text> {
    match nix::sys::utsname::uname() {
        Ok(uname) => {
            use std::os::unix::ffi::OsStrExt;
            Reading::Known(Text::from(uname.nodename().as_bytes()))
        }
        Err(errno) => Reading::denied("uname", "nodename", Some(errno.into()), "nothing known"),
    }
}

/// The node's name as a captured tree has it: this machine's is not that of the view.
fn captured_node(tree: &Path) -> Reading<Text> {
    match ProcRoot::open(tree.join("proc/sys/kernel")).read("hostname") {
        Ok(name) => Reading::Known(name.trim_ascii().into()),
        Err(error) => error.denied("a captured tree that holds it"),
    }
}

/// Writes the report, in the format and to where it is wanted.
fn write(report: Report, shown: &ShownArgs) -> Result<(), Error> {
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
    let file = shown.output.as_deref();
    match shown.format {
        Format::Text => output::write(&report::text(&report, &options), file),
        Format::Amicontained => output::write(&report::amicontained(&report), file),
        Format::Json => {
            let mut report = Some(report);
            output::write_by(file, &mut |out| match report.take() {
                Some(report) => report::json(report, &options, out),
                None => Ok(()),
            })
        }
    }
}
