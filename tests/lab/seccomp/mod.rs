//! Seccomp three ways, number by number: what the probe inside was answered, what the
//! programs decide that the kernel holds, and what the profile asks for.

mod declared;
mod dump;
mod simulator;
mod three_way;
mod words;

use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use declared::{Declared, inherited};
use simulator::Simulator;
pub(crate) use three_way::{Comparison, held};

/// The lab's own tools, built once.
pub(crate) struct Tools {
    dump: PathBuf,
    simulator: Option<Simulator>,
}

impl Tools {
    /// Builds them in a folder.
    pub(crate) fn build(folder: &Path) {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dump.c");
        let mut command = Command::new("cc");
        let built = command.arg("-o").arg(folder.join("dump")).arg(source);
        assert!(built.status().unwrap().success(), "cc tests/dump.c");
        Simulator::build(folder);
    }

    /// Those that are built in a folder.
    pub(crate) fn at(folder: &Path) -> Self {
        let simulator = Simulator::at(folder);
        if simulator.is_none() {
            println!("SKIPPED: the source of libseccomp, which .ci/libseccomp-source fetches");
        }
        let dump = folder.join("dump");
        Self { dump, simulator }
    }

    /// The filters of a process as the kernel keeps them, the oldest first.
    pub(crate) fn programs(&self, pid: u32) -> Result<Vec<Vec<u8>>, String> {
        dump::programs(&self.dump, pid)
    }
}

/// An ABI of this machine: the report's word, the number by which the kernel tells filters
/// of it, `AUDIT_ARCH_*`, and the bit that its numbers have.
pub(crate) struct Abi {
    name: &'static str,
    arch: u32,
    bit: u32,
}

/// The three that x86 has.
pub(crate) const ABIS: [Abi; 3] = [
    Abi {
        name: "x86_64",
        arch: 0xc000_003e,
        bit: 0,
    },
    Abi {
        name: "i386",
        arch: 0x4000_0003,
        bit: 0,
    },
    Abi {
        name: "x32",
        arch: 0xc000_003e,
        bit: 0x4000_0000,
    },
];

/// How many numbers of each are compared: 0 to 1023.
pub(crate) const NUMBERS: u32 = 1024;
