//! `amiconfined inspect`: one process, observed and probed.

use std::path::Path;
use std::sync::Arc;

use crate::confinement::{Confinement, Reading, Report, SCHEMA, Seccomp, SeccompMethod, Text};
use crate::observe::{Observe, ObserveError, ProcRoot, Target, observe_while};
use crate::probe::{self, Probe, Ready};
use crate::report::{self, Options, SyscallList};

use super::args::{Format, InspectArgs, ProbeArgs, ShownArgs, TreeArgs};
use super::error::{Error, SUCCESS};
use super::kernel_facts;
use super::output;

/// Runs it.
pub(super) fn run(args: &InspectArgs) -> Result<u8, Error> {
    let ask = (!args.no_probe).then_some(args.probe);
    let mut report = report_of(look(args.pid, &args.tree, ask)?);
    if let Some(tree) = &args.tree.captured {
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

/// What is to be known of a process, or of this one. `probe` is how this one's filters are
/// asked; `None` for not at all.
pub(super) fn look(
    pid: Option<u32>,
    tree: &TreeArgs,
    probe: Option<ProbeArgs>,
) -> Result<Confinement, Error> {
    let options = Observe {
        target: pid.map_or_else(Target::own, Target::other),
        root: Arc::new(ProcRoot::open(
            tree.captured.as_deref().unwrap_or(Path::new("/")),
        )),
        live: tree.captured.is_none(),
    };
    let proc = match &tree.captured {
        Some(captured) => ProcRoot::open(captured.join("proc")),
        None => ProcRoot::open(&tree.proc_root),
    };
    let is_here = options.live && options.target.is_self;
    let asks = probe.filter(|_| is_here).map(|how| (how, Ready::start()));
    // Who asks meanwhile is not seen by who observes.
    let begin = |mode| asks.map(|(how, ready)| (how, ready.begin(mode)));
    let (mut confinement, begun) =
        observe_while(&proc, &options, begin).map_err(|error| match error {
            ObserveError::Gone { .. } => Error::NotObserved(error.to_string()),
            _ => Error::Input(error.to_string()),
        })?;
    if is_here {
        ask(&mut confinement.seccomp, begun);
        kernel_facts::landlock(&mut confinement);
        kernel_facts::security_modules(&mut confinement);
    }
    let privileges = probe::Privileges::of(&confinement);
    probe::name_causes(&mut confinement.seccomp, &privileges);
    if options.live {
        kernel_facts::user_depth(&mut confinement, &tree.proc_root);
    }
    Ok(confinement)
}

/// Puts the verdicts of this process's own filters beside what `/proc` says of them.
fn ask(seccomp: &mut Seccomp, begun: Option<(ProbeArgs, Probe)>) {
    let Some((how, begun)) = begun else {
        seccomp.method = SeccompMethod::NotProbed {
            why: "--no-probe".to_owned(),
        };
        return;
    };
    let asking = probe::Asking {
        under_listener: how.probe_under_listener,
        tell_trace: how.tell_trace,
    };
    let asked = begun.verdicts(asking);
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
        explain: shown.explain,
        syscalls: listed.unwrap_or(match shown.format {
            Format::Json => SyscallList::All,
            Format::Text | Format::Amicontained => SyscallList::Blocked,
        }),
        ..output::options(shown.output.is_some())
    };
    let file = shown.output.as_deref();
    match shown.format {
        Format::Text => {
            let written = output::write(&report::text(&report, &options), file);
            // The process ends: to take the report apart would take longer than to write it out.
            std::mem::forget(report);
            written
        }
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
