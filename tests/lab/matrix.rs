//! Every runtime × every setting that it knows.

use std::os::unix::net::UnixListener;
use std::process::ExitCode;

use super::runtimes::{self, Lab, Runtime};
use super::settings::{self, Setting};
use super::table::Table;
use super::{agent, cell, choice, expect, guests};

/// How often a cell is looked at where the probe says that its two seconds were over before
/// it had asked everything: right to say on a busy machine, and no answer to compare.
const ATTEMPTS: u32 = 5;

/// Runs the cells that are chosen, and prints what they told.
pub(crate) fn run() -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    let lab = Lab::new(folder.path());
    let _socket = UnixListener::bind(settings::SOCKET).unwrap();
    agent::serve();
    let settings = settings::all();
    let mut table = Table::begin();
    for runtime in runtimes::ALL {
        if choice::runtime(*runtime) {
            of(*runtime, &lab, &settings, &mut table);
        }
    }
    if table.is_empty()
        && let Some(words) = choice::words()
    {
        println!("no cell is named {words}");
        return ExitCode::FAILURE;
    }
    if table.end(every()) == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Whether no cell is left out, by its name or because a tree has no such runtime.
fn every() -> bool {
    choice::words().is_none() && guests::here().is_none() && runtimes::tree::root().is_none()
}

/// Whether a cell is known not to start. The kernel gives no user namespace to who has a
/// root of his own, `user_namespaces(7)`, as what comes out of a tree has.
fn fails(runtime: &dyn Runtime, setting: &str) -> bool {
    let rooted = runtimes::tree::root().is_some() && setting.starts_with("user_");
    rooted || runtime.fails_at().contains(&setting)
}

/// All cells of one runtime.
fn of(runtime: &dyn Runtime, lab: &Lab, settings: &[Setting], table: &mut Table) {
    let name = runtime.name();
    if let Err(missing) = runtime.available() {
        table.lacking(name, missing);
        return;
    }
    let up = match runtime.up(lab) {
        Ok(up) => up,
        Err(why) => {
            let why = format!("does not start: {why}");
            table.add(name, "", expect::Tally::failed(why));
            return;
        }
    };
    for setting in settings {
        let Some(told) = setting.told(runtime.tongue()) else {
            if every() {
                let why = settings::absent(runtime.tongue(), &setting.name);
                table.absent(name, &setting.name, why);
            }
            continue;
        };
        let other = setting.only.is_some_and(|only| only != name);
        if other || !choice::cell(runtime, setting) || fails(runtime, &setting.name) {
            continue;
        }
        // crun 1.21 takes a filter from its cache that was made for another errno.
        let _ = std::fs::remove_dir_all("/run/crun/.cache");
        let mut seen = Err(String::new());
        for attempt in 0..ATTEMPTS {
            let id = format!(
                "lab-{}-{name}-{}-{attempt}",
                std::process::id(),
                setting.name
            );
            let container = up.container(lab, setting, &told, &id);
            seen = cell::look(container, &id, &lab.seccomp);
            if !seen.as_ref().is_ok_and(cell::Seen::hurried) {
                break;
            }
        }
        let tally = match &seen {
            Ok(seen) => expect::held(runtime, setting, seen, &lab.seccomp),
            Err(output) => expect::Tally::failed(output.clone()),
        };
        table.add(name, &setting.name, tally);
    }
}
