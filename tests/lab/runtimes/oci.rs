//! runc and crun: a bundle and `run`.

use std::process::Command;

use serde_json::{Value, json};

use super::Runtime;
use crate::settings::Setting;
use crate::truth::SCRIPT;

/// A runtime with runc's command line, by its program's name.
pub(crate) struct Oci(pub(crate) &'static str);

impl Runtime for Oci {
    fn name(&self) -> &'static str {
        self.0
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&[self.0])
    }

    fn knows(&self, _: &Setting) -> bool {
        true
    }

    fn run(&self, setting: &Setting) -> String {
        let bundle = tempfile::tempdir().unwrap();
        super::rootfs(&bundle.path().join("rootfs"));
        // A user that is not root has to reach the root filesystem.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(bundle.path(), open).unwrap();
        let runtime = |args: &[&str]| {
            let mut command = Command::new(self.0);
            command.args(args).current_dir(bundle.path());
            super::output(&mut command)
        };
        runtime(&["spec"]);
        let file = bundle.path().join("config.json");
        let mut config: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        config["process"]["terminal"] = json!(false);
        config["process"]["rlimits"] = json!([]);
        config["process"]["args"] = json!(["/bin/sh", "-c", SCRIPT]);
        setting.apply(&mut config);
        std::fs::write(&file, serde_json::to_vec(&config).unwrap()).unwrap();
        let id = format!("amiconfined-lab-{}-{}", setting.name, std::process::id());
        let printed = runtime(&["run", &id]);
        runtime(&["delete", "--force", &id]);
        printed
    }
}
