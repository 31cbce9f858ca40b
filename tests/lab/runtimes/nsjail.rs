//! nsjail: from the path, or where `make install-test` puts it. Debian 12 has no package of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{Container, Groups, Lab, Runtime, Up};
use crate::cell::Seen;
use crate::seccomp::{ABIS, Declared, Told};
use crate::settings::{Setting, Tongue};

/// nsjail for one program.
pub(crate) struct Nsjail;

impl Runtime for Nsjail {
    fn name(&self) -> &'static str {
        "nsjail"
    }

    fn tongue(&self) -> Tongue {
        Tongue::Nsjail
    }

    fn sandbox(&self) -> &'static str {
        "nsjail"
    }

    /// Kafel compiles for x86_64. It kills where the architecture is another, and x32's is the
    /// same: there no rule holds.
    fn declared(&self, setting: &Setting, _: &Seen) -> Option<Declared> {
        Some(Declared {
            filters: vec![Told {
                elsewhere: ABIS.map(|abi| match abi.name {
                    "x86_64" => None,
                    "x32" => Some("allowed"),
                    _ => Some("killed thread"),
                }),
                ..Told::plain(setting.profile.clone()?)
            }],
            by: "the setting",
        })
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["nsjail"]).or_else(|missing| match installed().exists() {
            true => Ok(()),
            false => Err(missing),
        })
    }

    fn up(&self, _: &Lab) -> Result<Box<dyn Up>, String> {
        // It wants the group of version 1 there, below which it makes those of its processes.
        let groups = Groups::named(PARENT);
        for controller in ["memory", "pids", "cpu"] {
            let hierarchy = Path::new("/sys/fs/cgroup").join(controller);
            if hierarchy.is_dir() {
                let made = std::fs::create_dir_all(hierarchy.join(PARENT));
                made.map_err(|e| e.to_string())?;
            }
        }
        Ok(Box::new(Ready { groups }))
    }
}

/// nsjail's own default, `--cgroup_mem_parent`.
const PARENT: &str = "NSJAIL";

/// The control groups that are made for it.
struct Ready {
    groups: Groups,
}

impl Drop for Ready {
    fn drop(&mut self) {
        self.groups.remove();
    }
}

impl Up for Ready {
    fn container(&self, lab: &Lab, setting: &Setting, told: &[&str], id: &str) -> Container {
        let mut command = match super::programs(&["nsjail"]) {
            Ok(()) => Command::new("nsjail"),
            Err(_) => Command::new(installed()),
        };
        // Limits that this machine may not raise are left as they are.
        command.args(["-Mo", "-q", "--chroot"]).arg(&lab.rootfs);
        if !told.contains(&"own_cgroup") {
            command.arg("--disable_clone_newcgroup");
        }
        for limit in ["as", "cpu", "fsize", "nofile"] {
            let option = format!("--rlimit_{limit}");
            if !told.contains(&option.as_str()) {
                command.args([&option, "hard"]);
            }
        }
        if let Some(profile) = &setting.profile {
            command.args(["--seccomp_string", &policy(profile)]);
        }
        command.args(told.iter().filter(|word| **word != "own_cgroup"));
        command.arg("--").args(super::command(setting.entry, id));
        Container::of(command)
    }
}

/// Where `.ci/nsjail` puts it.
fn installed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/lab/nsjail/nsjail/bin/nsjail")
}

/// A profile over allow in Kafel, nsjail's language.
fn policy(profile: &Value) -> String {
    let rules = profile["syscalls"].as_array().unwrap().iter();
    let rules = rules.map(|rule| {
        let names = rule["names"].as_array().unwrap().iter();
        let names: Vec<&str> = names.filter_map(Value::as_str).collect();
        let action = match rule["action"].as_str().unwrap() {
            "SCMP_ACT_ERRNO" => format!("ERRNO({})", rule["errnoRet"]),
            "SCMP_ACT_TRAP" => "TRAP(0)".to_owned(),
            "SCMP_ACT_TRACE" => format!("TRACE({})", rule["errnoRet"]),
            "SCMP_ACT_LOG" => "LOG".to_owned(),
            "SCMP_ACT_KILL_PROCESS" => "KILL_PROCESS".to_owned(),
            _ => "KILL".to_owned(),
        };
        format!("{action} {{ {} }}", names.join(", "))
    });
    let rules: Vec<String> = rules.collect();
    format!(
        "POLICY lab {{ {} }} USE lab DEFAULT ALLOW",
        rules.join(", ")
    )
}
