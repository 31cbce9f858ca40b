//! Real containers with known settings, their reports held against two truths that are
//! not the tool's: the shell's reading of the kernel inside the same container, and the
//! runtime's own configuration.
//!
//! Prints a table runtime × setting; one difference fails it. `RUNTIME=` and `SETTING=`
//! choose cells. Needs root, and gives itself private network and mount namespaces.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod expect;
mod machine;
mod runtimes;
mod settings;
mod truth;

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

/// Set in the second start, which is inside the private namespaces.
const INSIDE: &str = "AMICONFINED_LAB_INSIDE";

fn main() -> ExitCode {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: root");
        return ExitCode::SUCCESS;
    }
    if std::env::var_os(INSIDE).is_none() {
        let before = machine::state();
        let ok = second_start();
        let after = machine::state();
        if before != after {
            eprintln!("the machine is not as it was:\n{before:#?}\n{after:#?}");
            return ExitCode::FAILURE;
        }
        return if ok {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
    }
    matrix()
}

/// Starts this program again where bridges, mounts and rules of runtimes stay private.
/// crun refuses a version 2 hierarchy without controllers beside version 1: it goes.
fn second_start() -> bool {
    let mut command = Command::new("unshare");
    command
        .args(["-n", "-m", "-u", "--propagation", "private", "sh", "-c"])
        .arg("umount /sys/fs/cgroup/unified 2>/dev/null; exec \"$0\"")
        .arg(std::env::current_exe().unwrap())
        .env(INSIDE, "1")
        .process_group(0);
    command.status().unwrap().success()
}

fn chosen(variable: &str, name: &str) -> bool {
    std::env::var(variable).map_or(true, |wanted| wanted.is_empty() || wanted == name)
}

fn matrix() -> ExitCode {
    let mut wrong = 0;
    println!("{:<12} {:<18} facts  differences", "runtime", "setting");
    for runtime in runtimes::ALL {
        if !chosen("RUNTIME", runtime.name()) {
            continue;
        }
        if let Err(missing) = runtime.available() {
            println!("{:<12} SKIPPED: {missing}", runtime.name());
            continue;
        }
        for setting in settings::ALL {
            if !chosen("SETTING", setting.name) || !runtime.knows(setting) {
                continue;
            }
            let seen = truth::split(&runtime.run(setting));
            let (facts, mut differences) = match seen {
                Ok(seen) => expect::held(runtime.name(), setting, &seen),
                Err(output) => (0, vec![format!("no report: {output}")]),
            };
            if facts == 0 && differences.is_empty() {
                differences.push("nothing was checked".to_owned());
            }
            println!(
                "{:<12} {:<18} {facts:>5}  {:>11}",
                runtime.name(),
                setting.name,
                differences.len()
            );
            for difference in &differences {
                println!("    {difference}");
            }
            wrong += differences.len();
        }
    }
    if wrong == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
