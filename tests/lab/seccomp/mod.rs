//! Seccomp three ways, number by number: what the probe inside was answered, what the
//! programs decide that the kernel holds, and what the profile asks for.

mod declared;
mod docker;
mod dump;
mod foreign;
mod simulator;
mod three_way;
mod two_way;
mod verdicts;
mod words;

use std::path::{Path, PathBuf};
use std::process::Command;

use libseccomp::ScmpArch;

pub(crate) use declared::{Declared, Told, inherited, number, program};
pub(crate) use docker::{PROFILE, default_profile};
use simulator::Simulator;
pub(crate) use three_way::{Comparison, held};
pub(crate) use two_way::told as held_to_profile;
pub(crate) use words::of_report as told;

/// The lab's own tools, built once.
pub(crate) struct Tools {
    dump: PathBuf,
    /// The lab's `ask`.
    pub(crate) ask: PathBuf,
    simulator: Option<Simulator>,
}

impl Tools {
    /// Builds them in a folder, by this compiler.
    pub(crate) fn build(folder: &Path, compiler: &str) {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        // What runs in containers finds no library there.
        for (name, source) in [
            ("dump", "dump.c"),
            ("entry", "lab/entry.c"),
            ("ask", "lab/ask.c"),
        ] {
            let mut cc = Command::new(compiler);
            cc.args(["-static", "-Os", "-o"]).arg(folder.join(name));
            let built = cc.arg(sources.join(source)).status();
            assert!(built.unwrap().success(), "{compiler} tests/{source}");
        }
        Simulator::build(folder, compiler);
    }

    /// Those that are built in a folder.
    pub(crate) fn at(folder: &Path) -> Self {
        let simulator = Simulator::at(folder);
        if simulator.is_none() {
            println!("SKIPPED: the source of libseccomp, which .ci/libseccomp-source fetches");
        }
        Self {
            dump: folder.join("dump"),
            ask: folder.join("ask"),
            simulator,
        }
    }

    /// The filters of a process as the kernel keeps them, the oldest first.
    pub(crate) fn programs(&self, pid: u32) -> Result<Vec<Vec<u8>>, String> {
        dump::programs(&self.dump, pid)
    }
}

/// An ABI of this machine.
pub(crate) struct Abi {
    /// The report's word.
    pub(crate) name: &'static str,
    /// The word of OCI's profiles.
    pub(crate) oci: &'static str,
    /// The word of Docker's profiles.
    docker: &'static str,
    libseccomp: ScmpArch,
    /// The number by which the kernel tells filters of it, `AUDIT_ARCH_*`.
    arch: u32,
    /// The bit that its numbers have.
    bit: u32,
}

/// The three that x86 has.
#[cfg(target_arch = "x86_64")]
pub(crate) const ABIS: [Abi; 3] = [
    Abi {
        name: "x86_64",
        oci: "SCMP_ARCH_X86_64",
        docker: "amd64",
        libseccomp: ScmpArch::X8664,
        arch: 0xc000_003e,
        bit: 0,
    },
    Abi {
        name: "i386",
        oci: "SCMP_ARCH_X86",
        docker: "x86",
        libseccomp: ScmpArch::X86,
        arch: 0x4000_0003,
        bit: 0,
    },
    Abi {
        name: "x32",
        oci: "SCMP_ARCH_X32",
        docker: "x32",
        libseccomp: ScmpArch::X32,
        arch: 0xc000_003e,
        bit: 0x4000_0000,
    },
];

/// The two that 64-bit ARM has.
#[cfg(target_arch = "aarch64")]
pub(crate) const ABIS: [Abi; 2] = [
    Abi {
        name: "aarch64",
        oci: "SCMP_ARCH_AARCH64",
        docker: "arm64",
        libseccomp: ScmpArch::Aarch64,
        arch: 0xc000_00b7,
        bit: 0,
    },
    Abi {
        name: "arm",
        oci: "SCMP_ARCH_ARM",
        docker: "arm",
        libseccomp: ScmpArch::Arm,
        arch: 0x4000_0028,
        bit: 0,
    },
];

/// Something for each of them, in their order.
pub(crate) type Each<T> = [T; ABIS.len()];

/// How many numbers of each are compared: 0 to 1023.
pub(crate) const NUMBERS: u32 = 1024;
