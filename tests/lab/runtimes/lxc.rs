//! LXC with a configuration of its own and `lxc-execute`.

use std::process::Command;

use serde_json::{Value, json};

use super::over::Over;
use super::{Container, Groups, Lab, Runtime, Up};
use crate::cell::Seen;
use crate::seccomp::{Declared, Told};
use crate::settings::{LXC_COMMON, Setting, Tongue};

/// A container that runs one program.
pub(crate) struct Lxc;

impl Runtime for Lxc {
    fn name(&self) -> &'static str {
        "lxc"
    }

    fn tongue(&self) -> Tongue {
        Tongue::Lxc
    }

    fn sandbox(&self) -> &'static str {
        "lxc"
    }

    fn manager(&self) -> Option<&'static str> {
        Some("lxc")
    }

    fn declared(&self, setting: &Setting, _: &Seen) -> Option<Declared> {
        let told = setting.told(Tongue::Lxc)?;
        let common = told.iter().any(|line| line.ends_with(LXC_COMMON));
        let profile = match common {
            true => common_profile(),
            false => setting.profile.clone()?,
        };
        Some(Declared {
            filters: vec![Told::plain(profile)],
            by: if common { LXC_COMMON } else { "the setting" },
        })
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&["lxc-execute", "lxc-stop"])
    }

    fn up(&self, lab: &Lab) -> Result<Box<dyn Up>, String> {
        let folder = lab.folder.join("lxc");
        std::fs::create_dir(&folder).map_err(|e| e.to_string())?;
        let root = || "root:100000:65536\nroot:1000:1\n".to_owned();
        let lines = [("/etc/subuid", root()), ("/etc/subgid", root())];
        let _over = Over::with(&folder, &lines)?;
        Ok(Box::new(Ready {
            _over,
            groups: ["lxc.pivot", "lxc.monitor", "lxc.payload"].map(Groups::named),
        }))
    }
}

/// The ids that root may map, and the control groups that stay behind.
struct Ready {
    _over: Over,
    groups: [Groups; 3],
}

impl Drop for Ready {
    fn drop(&mut self) {
        self.groups.iter().for_each(Groups::remove);
    }
}

impl Up for Ready {
    fn container(&self, lab: &Lab, setting: &Setting, told: &[&str], id: &str) -> Container {
        let mut config = format!(
            "lxc.rootfs.path = dir:{}\nlxc.uts.name = lab\nlxc.mount.auto = proc:mixed sys:ro cgroup:mixed\n\
            lxc.autodev = 1\nlxc.net.0.type = empty\nlxc.apparmor.profile = unconfined\n",
            lab.rootfs.display()
        );
        for line in told {
            config += line;
            config.push('\n');
        }
        if let Some(profile) = &setting.profile {
            let file = lab.folder.join(format!("lxc-{}.seccomp", setting.name));
            std::fs::write(&file, denylist(profile)).unwrap();
            config += &format!("lxc.seccomp.profile = {}\n", file.display());
        }
        let file = lab.folder.join(format!("lxc-{}.conf", setting.name));
        std::fs::write(&file, config).unwrap();
        let paths = lab.folder.join("lxc");
        let mut command = Command::new("lxc-execute");
        command
            .arg("-P")
            .arg(&paths)
            .args(["-n", id, "-f"])
            .arg(file);
        command.arg("--").args(super::command(setting.entry, id));
        let mut after = Command::new("lxc-stop");
        after.arg("-P").arg(&paths).args(["-n", id, "--kill"]);
        Container {
            after: Some(after),
            ..Container::of(command)
        }
    }
}

/// The rules of [`LXC_COMMON`]: after `[all]` a name and `errno N` a line. What it says of
/// umount2 is for a flag, and zero has none.
fn common_profile() -> Value {
    let text = std::fs::read_to_string(LXC_COMMON).unwrap();
    let (_, lines) = text.split_once("[all]").unwrap();
    let rules = lines.lines().filter(|l| !l.is_empty()).map(|line| {
        let (name, errno) = line.split_once(" errno ").unwrap();
        let errno: u32 = errno.trim().parse().unwrap();
        json!({"names": [name], "action": "SCMP_ACT_ERRNO", "errnoRet": errno})
    });
    json!({
        "defaultAction": "SCMP_ACT_ALLOW",
        "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        "syscalls": rules.collect::<Value>(),
    })
}

/// A profile over allow in LXC's own form.
fn denylist(profile: &Value) -> String {
    let mut text = "2\ndenylist\n[all]\n".to_owned();
    for rule in profile["syscalls"].as_array().unwrap() {
        let action = match rule["action"].as_str().unwrap() {
            "SCMP_ACT_ERRNO" => format!("errno {}", rule["errnoRet"]),
            "SCMP_ACT_TRAP" => "trap".to_owned(),
            "SCMP_ACT_NOTIFY" => "notify".to_owned(),
            _ => "kill".to_owned(),
        };
        let args = rule["args"].as_array().into_iter().flatten();
        let args = args.map(|arg| {
            let operator = arg["op"].as_str().unwrap();
            format!(" [{},{},{operator}]", arg["index"], arg["value"])
        });
        let args: String = args.collect();
        for name in rule["names"].as_array().unwrap() {
            text += &format!("{} {action}{args}\n", name.as_str().unwrap());
        }
    }
    text
}
