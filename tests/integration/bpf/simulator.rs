//! libseccomp's own simulator, built from its source (tools/scmp_bpf_sim.c)
//! where `make install-test` puts that, or `AMICONFINED_LIBSECCOMP_SOURCE` names.

use std::path::{Path, PathBuf};
use std::process::Command;

use amiconfined::bpf::{Action, Program, SeccompData};

use super::programs::I386;

/// The built simulator, in a folder of its own.
#[derive(Debug)]
pub(crate) struct Simulator {
    folder: tempfile::TempDir,
}

impl Simulator {
    /// Builds it; says `SKIPPED` where there is no source.
    pub(crate) fn build() -> Option<Self> {
        let fetched = concat!(env!("CARGO_MANIFEST_DIR"), "/target/libseccomp");
        let source = std::env::var_os("AMICONFINED_LIBSECCOMP_SOURCE");
        let tools = Path::new(&source.unwrap_or(fetched.into())).join("tools");
        if !tools.join("scmp_bpf_sim.c").exists() {
            println!("SKIPPED: the source of libseccomp, which .ci/libseccomp-source fetches");
            return None;
        }
        let folder = tempfile::tempdir().expect("temporary folder");
        let status = Command::new("cc")
            .args(["-O1", "-w", "-o"])
            .arg(folder.path().join("simulator"))
            .args([tools.join("scmp_bpf_sim.c"), tools.join("util.c")])
            .status();
        match status {
            Ok(status) => assert!(status.success(), "the simulator does not build"),
            Err(error) => {
                println!("SKIPPED: cc: {error}");
                return None;
            }
        }
        Some(Self { folder })
    }

    /// Writes a program where [`Simulator::simulate`] finds it.
    pub(crate) fn load(&self, program: &Program) -> PathBuf {
        let path = self.folder.path().join("program");
        std::fs::write(&path, program.to_ne_bytes()).expect("program file");
        path
    }

    /// The simulator's answer to one call of an x86 ABI. It knows the opcodes
    /// that libseccomp makes, no instruction pointer, and no data of a trap.
    pub(crate) fn simulate(&self, program: &Path, data: &SeccompData) -> Action {
        let arch = if data.arch == I386 { "x86" } else { "x86_64" };
        let mut command = Command::new(self.folder.path().join("simulator"));
        command.arg("-f").arg(program).args(["-a", arch]);
        command.args(["-s", &data.nr.cast_signed().to_string()]);
        for (argument, value) in data.args.iter().enumerate() {
            command.arg(format!("-{argument}")).arg(value.to_string());
        }
        let output = command.output().expect("simulator");
        let text = String::from_utf8_lossy(&output.stdout);
        let text = text.trim();
        let number = |text: &str| {
            let digits = text.trim_start_matches(char::is_alphabetic);
            digits.trim_matches(['(', ')']).parse().expect("number")
        };
        match text {
            "KILL_PROCESS" => Action::KillProcess,
            "KILL" => Action::KillThread,
            "TRAP" => Action::Trap(0),
            "LOG" => Action::Log,
            "ALLOW" => Action::Allow,
            errno if errno.starts_with("ERRNO") => Action::Errno(number(errno)),
            trace if trace.starts_with("TRACE") => Action::Trace(number(trace)),
            other => panic!("simulator: {other:?} {:?}", output.stderr),
        }
    }
}
