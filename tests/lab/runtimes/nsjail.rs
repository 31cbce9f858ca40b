//! nsjail: from the path, or where `make install-test` puts it. Debian 12 has no package of it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{Container, Lab, Runtime, Up};
use crate::seccomp::{ABIS, Declared};
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
    fn declared(&self, setting: &Setting) -> Option<Declared> {
        Some(Declared {
            profiles: vec![setting.profile.clone()?],
            stub: false,
            elsewhere: ABIS.map(|abi| match abi.name {
                "x86_64" => None,
                "x32" => Some("allowed"),
                _ => Some("killed thread"),
            }),
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
        Ok(Box::new(Self))
    }
}

impl Up for Nsjail {
    fn container(&self, lab: &Lab, setting: &Setting, told: &[&str], id: &str) -> Container {
        let mut command = match super::programs(&["nsjail"]) {
            Ok(()) => Command::new("nsjail"),
            Err(_) => Command::new(installed()),
        };
        // Limits that this machine may not raise are left as they are.
        command.args(["-Mo", "-q", "--disable_clone_newcgroup", "--chroot"]);
        command.arg(&lab.rootfs);
        for limit in ["as", "cpu", "fsize", "nofile"] {
            command.args([&format!("--rlimit_{limit}"), "hard"]);
        }
        if let Some(profile) = &setting.profile {
            command.args(["--seccomp_string", &policy(profile)]);
        }
        command.args(told).arg("--").args(super::shell(id));
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
