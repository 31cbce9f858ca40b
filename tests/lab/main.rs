//! Real containers with known settings, their reports held against truths that are not
//! the tool's: what a shell reads of the kernel inside the same container and this program
//! from outside, and the runtime's own configuration.
//!
//! Prints a table runtime × setting; one difference fails it. `RUNTIME=` and `SETTING=`
//! choose cells, `LAB=all` every one; `CAPTURE=` is a file for the view that a container has
//! of itself (`make capture`); `TREE=` takes runtimes out of another Debian's tree.
//! Needs root, and gives itself private network, mount and uts namespaces, where what
//! runtimes write to /run and /var/lib goes with them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod agent;
mod capture;
mod cell;
mod expect;
mod filter;
mod machine;
mod runtimes;
mod settings;
mod truth;

use std::os::unix::net::UnixListener;
use std::process::{Command, ExitCode};

use runtimes::{Lab, Runtime};
use settings::Setting;

/// Set in the second start, which is inside the private namespaces.
const INSIDE: &str = "AMICONFINED_LAB_INSIDE";

/// Folders that runtimes write to, hidden by empty ones.
const HIDDEN: [&str; 11] = [
    "/run",
    "/var/lib/containers",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/lib/lxc",
    "/var/lib/cni",
    "/var/lib/machines",
    "/var/cache/lxc",
    "/var/log",
    "/opt",
    "/mnt",
];

fn main() -> ExitCode {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: root");
        return ExitCode::SUCCESS;
    }
    if let Ok(id) = std::env::var(runtimes::cri::POD) {
        if let Err(why) = runtimes::cri::hold(&id) {
            eprintln!("{why}");
            return ExitCode::FAILURE;
        }
        return ExitCode::SUCCESS;
    }
    if std::env::var_os(INSIDE).is_some() {
        return matrix();
    }
    let before = machine::state();
    let made: Vec<&str> = HIDDEN
        .into_iter()
        .filter(|folder| std::fs::create_dir(folder).is_ok())
        .collect();
    let ok = second_start();
    for folder in made {
        let _ = std::fs::remove_dir(folder);
    }
    let changes = machine::state().since(&before);
    if !changes.is_empty() {
        println!("the machine is not as it was:\n{}", changes.join("\n"));
    }
    if ok && changes.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Starts this program again where bridges, mounts, rules and files of runtimes stay
/// private. crun refuses a version 2 hierarchy without controllers beside version 1: it
/// goes.
fn second_start() -> bool {
    let script = format!(
        "umount /sys/fs/cgroup/unified 2>/dev/null; ip link set lo up 2>/dev/null; \
        for f in {}; do mount -t tmpfs -o mode=755 lab $f; done; \
        if [ \"$TREE\" ]; then mount --rbind \"$TREE\" \"$TREE\"; \
        for f in proc sys dev run mnt; do mount --rbind /$f \"$TREE/$f\"; done; fi; \
        TMPDIR=/mnt exec \"$0\"",
        HIDDEN.join(" ")
    );
    let mut command = Command::new("unshare");
    command
        .args([
            "-n",
            "-m",
            "-u",
            "--propagation",
            "private",
            "sh",
            "-c",
            &script,
        ])
        .arg(std::env::current_exe().unwrap())
        .env(INSIDE, "1");
    command.status().unwrap().success()
}

fn wanted(variable: &str) -> Option<String> {
    std::env::var(variable).ok().filter(|v| !v.is_empty())
}

/// Whether a cell is run: by its name where one is given, else by its share.
fn chosen(runtime: &dyn Runtime, setting: &Setting) -> bool {
    let named = wanted("SETTING");
    let quick = setting.quick || runtime.name() == "runc" || wanted("LAB").is_some();
    named.map_or(quick, |name| name == setting.name)
}

fn matrix() -> ExitCode {
    nix::sys::prctl::set_child_subreaper(true).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let lab = Lab::new(folder.path());
    let _socket = UnixListener::bind(settings::SOCKET).unwrap();
    agent::serve();
    let settings = settings::all();
    println!(
        "{:<14} {:<22} facts verdicts differences",
        "runtime", "setting"
    );
    let named = wanted("RUNTIME");
    let mut wrong = 0;
    for runtime in runtimes::ALL {
        let named = named.as_ref().is_none_or(|name| name == runtime.name());
        if named && runtimes::tree::has(runtime.name()) {
            wrong += of(*runtime, &lab, &settings);
        }
    }
    let left = machine::orphans();
    for process in &left {
        println!("left behind: {process}");
    }
    if wrong == 0 && left.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Whether a cell is known not to start. The kernel gives no user namespace to who has a
/// root of his own, `user_namespaces(7)`, as what comes out of a tree has.
fn fails(runtime: &dyn Runtime, setting: &str) -> bool {
    let rooted = runtimes::tree::root().is_some() && setting.starts_with("user_");
    rooted || runtime.fails_at().contains(&setting)
}

/// All cells of one runtime: how many differences there are.
fn of(runtime: &dyn Runtime, lab: &Lab, settings: &[Setting]) -> usize {
    let name = runtime.name();
    if let Err(missing) = runtime.available() {
        println!("{name:<14} SKIPPED: {missing}");
        return 0;
    }
    let up = match runtime.up(lab) {
        Ok(up) => up,
        Err(why) => {
            println!("{name:<14} does not start: {why}");
            return 1;
        }
    };
    let mut wrong = 0;
    for setting in settings {
        let Some(told) = setting.told(runtime.tongue()) else {
            continue;
        };
        if !chosen(runtime, setting) || fails(runtime, &setting.name) {
            continue;
        }
        // crun 1.21 takes a filter from its cache that was made for another errno.
        let _ = std::fs::remove_dir_all("/run/crun/.cache");
        let id = format!("lab-{}-{name}-{}", std::process::id(), setting.name);
        let container = up.container(lab, setting, &told, &id);
        let tally = match cell::look(container, &id) {
            Ok(seen) => expect::held(runtime, setting, &seen),
            Err(output) => expect::Tally::failed(output),
        };
        println!(
            "{name:<14} {:<22} {:>5} {:>8} {:>11}",
            setting.name,
            tally.facts,
            tally.verdicts,
            tally.differences.len()
        );
        for difference in &tally.differences {
            println!("    {difference}");
        }
        wrong += tally.differences.len();
    }
    wrong
}
