//! containerd's Container Runtime Interface: real Pod sandboxes, as the kubelet starts them.

mod api;
mod call;
mod changed;
mod declared;
mod kubelet;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use api::{CreateContainerRequest, Id, RunPodSandboxRequest};
use call::call;
use serde_json::Value;

use super::containerd::{Running, ctr};
pub(crate) use changed::Changed;

use super::{Container, Lab, Runtime, Up};
use crate::settings::{self, Setting, Tongue};

/// Pods of one container.
pub(crate) struct Cri;

/// Set for the start of this program that holds one Pod: what to start, as arguments.
pub(crate) const POD: &str = "AMICONFINED_LAB_POD";

/// Every Pod's uid: there is one at a time.
pub(crate) const UID: &str = "1ab00000-0000-4000-8000-000000000001";

struct Pods(Running);

impl Runtime for Cri {
    fn name(&self) -> &'static str {
        "cri"
    }

    fn tongue(&self) -> Tongue {
        Tongue::Cri
    }

    fn sandbox(&self) -> &'static str {
        "runc_like"
    }

    fn manager(&self) -> Option<&'static str> {
        Some("containerd")
    }

    fn pod_uid(&self) -> Option<&'static str> {
        Some(UID)
    }

    fn stub(&self) -> bool {
        true
    }

    fn available(&self) -> Result<(), String> {
        super::programs(&[
            "containerd",
            "ctr",
            "runc",
            "curl",
            "jq",
            "/usr/lib/cni/bridge",
        ])
    }

    fn up(&self, lab: &Lab) -> Result<Box<dyn Up>, String> {
        let folder = lab.folder.join("cri");
        let networks = lab.folder.join("cni");
        std::fs::create_dir(&networks).map_err(|e| e.to_string())?;
        let conflist = format!(
            r#"{{"cniVersion":"0.4.0","name":"lab","plugins":[{{"type":"bridge","bridge":"lab0",
            "ipam":{{"type":"host-local","subnet":"10.99.0.0/24","dataDir":"{}"}}}}]}}"#,
            networks.display()
        );
        let file = networks.join("lab.conflist");
        std::fs::write(file, conflist).map_err(|e| e.to_string())?;
        let more = format!(
            "[plugins.\"io.containerd.grpc.v1.cri\"]\n\
            sandbox_image = \"{image}\"\nrestrict_oom_score_adj = true\n\
            disable_apparmor = {off}\n\
            [plugins.\"io.containerd.grpc.v1.cri\".cni]\n\
            bin_dir = \"/usr/lib/cni\"\nconf_dir = \"{networks}\"\n\
            [plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc]\n\
            runtime_type = \"io.containerd.runc.v2\"\n\
            [plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.runc.options]\n\
            BinaryName = \"{runc}\"\n",
            image = super::IMAGE,
            off = !settings::apparmor_active(),
            networks = networks.display(),
            runc = super::lacking::runc(lab).display(),
        );
        let running = Running::start(folder, "kubepods", &more)?;
        let mut import = ctr(running.folder());
        import.args(["--namespace", "k8s.io", "image", "import"]);
        super::must(import.arg(&lab.image))?;
        // The name by which the manifests that are given call theirs.
        let mut tag = ctr(running.folder());
        tag.args(["--namespace", "k8s.io", "image", "tag", super::IMAGE]);
        super::must(tag.arg("docker.io/library/kuard:latest"))?;
        Ok(Box::new(Pods(running)))
    }
}

impl Up for Pods {
    fn container(&self, lab: &Lab, setting: &Setting, told: &[&str], id: &str) -> Container {
        let mut command = Command::new(std::env::current_exe().unwrap());
        let profile = super::profile_file(lab, setting).unwrap_or_default();
        let declared = declared::manifest(told, !profile.as_os_str().is_empty(), id);
        command
            .env(POD, id)
            .arg(self.0.folder())
            .arg(profile)
            .args(told);
        Container {
            configs: Some(self.0.folder().join("state")),
            changed: changed::changed(&read(&declared)),
            declared: Some(declared),
            ..Container::of(command)
        }
    }
}

/// Starts a Pod, prints what its container writes until this input ends, and removes it.
pub(crate) fn hold(id: &str) -> Result<(), String> {
    let mut args = std::env::args().skip(1);
    let folder = PathBuf::from(args.next().unwrap());
    let profile = args
        .next()
        .filter(|file| !file.is_empty())
        .map(PathBuf::from);
    let words: Vec<String> = args.collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let socket = folder.join("sock");
    let logs = folder.join(id);
    let pod = read(&declared::manifest(&words, profile.is_some(), id));
    let (sandbox, mut container) = kubelet::asked(&pod, profile.as_deref(), &logs);
    declared::beyond(&words, &mut container);
    container.command = super::command(entry(&words), id);
    let request = RunPodSandboxRequest {
        config: Some(sandbox.clone()),
    };
    let pod: Id = call(&socket, "RunPodSandbox", &request)?;
    let request = CreateContainerRequest {
        pod_sandbox_id: pod.id.clone(),
        config: Some(container),
        sandbox_config: Some(sandbox),
    };
    let started = create(&socket, request, words.contains(&declared::UNASKED))
        .and_then(|container| call::<Id>(&socket, "StartContainer", &container));
    if started.is_ok() {
        follow(&logs.join("log"));
    }
    call::<Id>(&socket, "StopPodSandbox", &pod)?;
    call::<Id>(&socket, "RemovePodSandbox", &pod)?;
    started.map(|_| ())
}

/// Creates a container. One that asks for AppArmor where there is none has to be refused, and
/// is created without asking.
fn create(socket: &Path, mut request: CreateContainerRequest, unasked: bool) -> Result<Id, String> {
    const REFUSED: &str = "apparmor is not supported";
    if unasked {
        match call::<Id>(socket, "CreateContainer", &request) {
            Err(why) if why.contains(REFUSED) => {}
            other => return Err(format!("wanted {REFUSED:?}, found {other:?}")),
        }
        let linux = request.config.as_mut().and_then(|c| c.linux.as_mut());
        let context = linux.and_then(|linux| linux.security_context.as_mut());
        context.unwrap().apparmor = None;
    }
    call(socket, "CreateContainer", &request)
}

/// A manifest, YAML or JSON.
fn read(manifest: &str) -> Value {
    serde_saphyr::from_str(manifest).unwrap()
}

/// How many filters the entrypoint adds.
fn entry(words: &[&str]) -> u32 {
    let count = words.iter().find_map(|word| word.strip_prefix("entry="));
    count.map_or(0, |count| count.parse().unwrap())
}

/// Prints a log in the kubelet's form, `TIME stdout P|F TEXT`, until the input ends.
fn follow(log: &Path) {
    let ended = std::thread::spawn(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let mut printed = 0;
    while !ended.is_finished() {
        let bytes = std::fs::read(log).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for line in lines.iter().skip(printed).filter(|l| l.ends_with('\n')) {
            printed += 1;
            let mut fields = line.trim_end_matches('\n').splitn(4, ' ');
            let (stream, part) = (fields.nth(1), fields.next());
            let text = fields.next().unwrap_or_default();
            match (stream, part) {
                (Some("stdout"), Some("F")) => println!("{text}"),
                (Some("stdout"), _) => print!("{text}"),
                _ => eprintln!("{text}"),
            }
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
