//! Real containers with known settings, their reports held against truths that are not
//! the tool's: what a shell reads of the kernel inside the same container and this program
//! from outside, and the runtime's own configuration.
//!
//! Prints a table runtime × setting; one difference fails it. `RUNTIME=` and `SETTING=`
//! choose cells, `GUEST=` a guest and its cells, `LAB=all` every one; `CAPTURE=` is a file
//! for the view that a container has of itself (`make capture`); `TREE=` takes runtimes out
//! of another Debian's tree.
//! Needs root, and gives itself private network, mount and uts namespaces, where what
//! runtimes write to /run and /var/lib goes with them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod agent;
mod capture;
mod cell;
mod choice;
mod expect;
mod guests;
mod machine;
mod matrix;
mod outside;
mod runtimes;
mod seccomp;
mod settings;
mod table;
mod tool;
mod truth;

use std::process::{Command, ExitCode};

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
    if let Some(guest) = guests::here() {
        return match guest.ready() {
            Ok(()) => matrix::run(),
            Err(why) => {
                println!("{}: {why}", guest.name);
                ExitCode::FAILURE
            }
        };
    }
    if std::env::var_os(INSIDE).is_some() {
        return matrix::run();
    }
    nix::sys::prctl::set_child_subreaper(true).unwrap();
    let before = machine::state();
    let made: Vec<&str> = HIDDEN
        .into_iter()
        .filter(|folder| std::fs::create_dir(folder).is_ok())
        .collect();
    let ok = (choice::wanted("GUEST").is_some() || second_start()) & guests::run();
    for folder in made {
        let _ = std::fs::remove_dir(folder);
    }
    let changes = before.changes();
    if !changes.is_empty() {
        let (shown, count) = (&changes[..changes.len().min(40)], changes.len());
        println!("the machine is not as it was, in {count} things:");
        println!("{}", shown.join("\n"));
    }
    if ok && changes.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Starts this program again where bridges, mounts, rules and files of runtimes stay private.
fn second_start() -> bool {
    let script = format!(
        "ip link set lo up 2>/dev/null; \
        for f in {}; do mount -t tmpfs -o mode=755 lab $f; done\n{}\n\
        if [ \"$TREE\" ]; then mount --rbind \"$TREE\" \"$TREE\"; \
        for f in proc sys dev run mnt; do mount --rbind /$f \"$TREE/$f\"; done; fi; \
        TMPDIR=/mnt exec \"$0\"",
        HIDDEN.join(" "),
        include_str!("../own-cgroups.sh")
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
