//! runc, crun and youki: a bundle and `run`.

use serde_json::{Value, json};

use super::tree::program;
use super::{Container, Lab, Runtime, Up};
use crate::settings::{Setting, Tongue};

/// A runtime with runc's command line, by its program's name.
pub(crate) struct Oci(pub(crate) &'static str);

impl Runtime for Oci {
    fn name(&self) -> &'static str {
        self.0
    }

    fn tongue(&self) -> Tongue {
        Tongue::Oci
    }

    fn sandbox(&self) -> &'static str {
        "runc_like"
    }

    fn stub(&self) -> bool {
        self.0 == "runc"
    }

    fn fails_at(&self) -> &'static [&'static str] {
        // youki 0.7 maps one range, and then asks for ids outside of it.
        if self.0 == "youki" {
            &["user_many"]
        } else {
            &[]
        }
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&[self.0, "runc"]).map_err(|missing| match self.0 {
            "youki" => format!("{missing}, which `make lab-youki` builds"),
            _ => missing,
        })
    }

    fn up(&self, _: &Lab) -> Result<Box<dyn Up>, String> {
        Ok(Box::new(Self(self.0)))
    }
}

impl Up for Oci {
    fn container(&self, lab: &Lab, setting: &Setting, _: &[&str], id: &str) -> Container {
        let bundle = bundle(lab, setting, id);
        let mut command = program(self.0);
        command.args(["run", "--bundle"]).arg(&bundle).arg(id);
        let mut after = program(self.0);
        after.args(["delete", "--force", id]);
        Container {
            configs: Some(bundle),
            after: Some(after),
            ..Container::of(command)
        }
    }
}

/// A bundle with the setting put into what `runc spec` writes.
pub(super) fn bundle(lab: &Lab, setting: &Setting, id: &str) -> std::path::PathBuf {
    let bundle = lab.folder.join(id);
    std::fs::create_dir(&bundle).unwrap();
    let spec = program("runc")
        .args(["spec", "--bundle"])
        .arg(&bundle)
        .status();
    assert!(spec.unwrap().success(), "runc spec");
    let file = bundle.join("config.json");
    let mut config: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    config["process"]["terminal"] = json!(false);
    config["process"]["rlimits"] = json!([]);
    config["process"]["args"] = json!(super::command(setting.entry, id));
    // `runc spec` 1.1 asks for ambient capabilities that are not inheritable: the kernel
    // gives none. A row of its own tells that.
    let sets = config["process"]["capabilities"].as_object_mut().unwrap();
    sets.remove("ambient");
    config["root"]["path"] = json!(lab.rootfs);
    setting.apply(&mut config);
    std::fs::write(&file, serde_json::to_vec(&config).unwrap()).unwrap();
    bundle
}
