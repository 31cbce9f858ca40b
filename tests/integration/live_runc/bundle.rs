//! A bundle whose rootfs holds the release binary and nothing else, and its run.

use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::fcntl::{FcntlArg, fcntl};
use serde_json::{Value, json};

use crate::package::release_binary;

/// A bundle on disk; gone when dropped.
pub(super) struct Bundle {
    folder: tempfile::TempDir,
    pub(super) config: Value,
}

/// What a container wrote, and the filter that it ran under.
pub(super) struct Ran {
    pub(super) report: Value,
    /// The dumped filter, where there is one.
    pub(super) filter: Option<PathBuf>,
    pub(super) bundle: Bundle,
}

impl Bundle {
    /// `runc spec`'s own bundle, changed by `change`.
    pub(super) fn new(change: &dyn Fn(&mut Value)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rootfs = folder.path().join("rootfs");
        for name in ["proc", "dev", "sys", "data"] {
            std::fs::create_dir_all(rootfs.join(name)).unwrap();
        }
        std::fs::copy(release_binary(), rootfs.join("amiconfined")).unwrap();
        let mut runc = Command::new("runc");
        assert!(
            runc.arg("spec")
                .current_dir(folder.path())
                .status()
                .unwrap()
                .success()
        );
        let file = folder.path().join("config.json");
        let mut config = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        change(&mut config);
        config["process"]["terminal"] = json!(false);
        config["process"]["args"] = json!(["/amiconfined", "--format", "json"]);
        std::fs::write(&file, serde_json::to_vec(&config).unwrap()).unwrap();
        Self { folder, config }
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs it. The report does not fit into its pipe, so that the writer waits while its
    /// filter is dumped from outside.
    pub(super) fn run(self, name: &str) -> Ran {
        let id = format!("amiconfined-test-{name}-{}", std::process::id());
        let mut runc = Command::new("runc")
            .args(["run", &id])
            .current_dir(self.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut stdout = runc.stdout.take().unwrap();
        fcntl(&stdout, FcntlArg::F_SETPIPE_SZ(4096)).unwrap();
        let mut first = [0];
        let began = stdout.read(&mut first).unwrap() == 1;
        let filtered = !self.config["linux"]["seccomp"].is_null();
        let filter = (began && filtered).then(|| self.dump(&id));
        let mut written = first[..usize::from(began)].to_vec();
        stdout.read_to_end(&mut written).unwrap();
        let output = runc.wait_with_output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {error}");
        let report = serde_json::from_slice(&written).unwrap();
        Ran {
            report,
            filter,
            bundle: self,
        }
    }

    fn dump(&self, id: &str) -> PathBuf {
        let state = Command::new("runc").args(["state", id]).output().unwrap();
        let state: Value = serde_json::from_slice(&state.stdout).unwrap();
        let (tool, file) = (self.path().join("dump"), self.path().join("filter.bpf"));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dump.c");
        let built = Command::new("cc").arg("-o").arg(&tool).arg(source).status();
        assert!(built.unwrap().success());
        let mut dump = Command::new(tool);
        let output = dump.arg(state["pid"].to_string()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let filters: Vec<&str> = text.lines().collect();
        let [filter] = filters[..] else {
            panic!("{} filters", filters.len())
        };
        let byte = |at| u8::from_str_radix(&filter[at..at + 2], 16).unwrap();
        let bytes: Vec<u8> = (0..filter.len()).step_by(2).map(byte).collect();
        std::fs::write(&file, bytes).unwrap();
        file
    }
}
