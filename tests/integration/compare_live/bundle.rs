//! Bundles for OCI runtimes that run the tool itself and give its report.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::{Value, json};

/// A root filesystem that holds the tool and mount points, made once for all containers.
pub(super) fn rootfs() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compare-rootfs");
        for folder in ["proc", "dev", "sys", "tmp", "mnt", "data", "etc", "run"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        let tool = root.join("amiconfined");
        let _ = std::fs::remove_file(&tool);
        std::fs::copy(env!("CARGO_BIN_EXE_amiconfined"), tool).unwrap();
        root
    })
}

/// What `runc spec` gives, made to run the tool.
pub(super) fn base() -> Value {
    static BASE: OnceLock<Value> = OnceLock::new();
    BASE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        succeed(Command::new("runc").arg("spec").current_dir(folder.path()));
        let text = std::fs::read(folder.path().join("config.json")).unwrap();
        let mut config: Value = serde_json::from_slice(&text).unwrap();
        config["process"]["terminal"] = json!(false);
        config["process"]["args"] = json!(["/amiconfined", "--format", "json"]);
        config["root"]["path"] = json!(rootfs());
        config
    })
    .clone()
}

/// Runs a bundle with this configuration, by a command to which the container's name is added,
/// and gives the report that the tool wrote in it.
pub(super) fn report(run: &[&str], name: &str, config: &Value) -> String {
    let output = output(run, name, config, |output| {
        output.status.success() && serde_json::from_slice::<Value>(&output.stdout).is_err()
    });
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{run:?} {name}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// The same, and gives what came of it; again where that is `cut`.
pub(super) fn output(run: &[&str], name: &str, config: &Value, cut: fn(&Output) -> bool) -> Output {
    let bundle = tempfile::tempdir().unwrap();
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(bundle.path(), open).unwrap();
    let file = bundle.path().join("config.json");
    std::fs::write(file, serde_json::to_vec(config).unwrap()).unwrap();
    let id = format!("amiconfined-compare-{name}-{}", std::process::id());
    let mut command = private(run);
    command.arg(&id);
    command.current_dir(bundle.path());
    let mut output = command.output().unwrap();
    // runc 1.1 reads its device rules back, and now and then finds them half written; on a busy
    // machine the probe may not be done in its time, and says so, and ctr ends before it has
    // copied the whole output.
    for _ in 0..3 {
        let said = |bytes: &[u8], words| String::from_utf8_lossy(bytes).contains(words);
        if said(&output.stderr, "doesn't precisely match target")
            || said(&output.stdout, "time was up")
            || cut(&output)
        {
            output = command.output().unwrap();
        }
    }
    output
}

/// A command in a mount namespace of its own, where crun finds one version of cgroups.
pub(super) fn private(command: &[&str]) -> Command {
    let mut unshare = Command::new("unshare");
    let script = "umount /sys/fs/cgroup/unified 2>/dev/null; exec \"$@\"";
    unshare.args(["-m", "--propagation", "private", "sh", "-c", script, "x"]);
    unshare.args(command);
    unshare
}

/// Runs a command that has to succeed.
pub(super) fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
