//! What a guest's kernel runs on.

use std::process::Command;

/// An architecture as QEMU emulates it.
pub(super) struct Machine {
    /// Debian's name of the architecture.
    pub(super) debian: &'static str,
    qemu: &'static str,
    arguments: &'static [&'static str],
    /// Begins the names of the programs that build for it here.
    pub(super) tools: &'static str,
    /// Debian's packages of the programs that run there, where it runs none of this machine's.
    pub(super) packages: &'static [&'static str],
    /// The device of the first serial line.
    pub(super) console: &'static str,
}

/// Without the processor's own virtualisation, which not every machine has.
pub(super) const AMD64: Machine = Machine {
    debian: "amd64",
    qemu: "qemu-system-x86_64",
    arguments: &["-smp", "2", "-accel", "tcg,thread=multi"],
    tools: "",
    packages: &[],
    console: "ttyS0",
};

/// The same with one processor, whose time is that of its instructions, for what is measured.
pub(super) const COUNTED: Machine = Machine {
    arguments: &["-accel", "tcg", "-icount", "shift=0,sleep=off"],
    ..AMD64
};

/// A processor that executes 32-bit programs too. Its time is that of its instructions: what
/// has to end in two seconds does, however busy this machine is.
pub(super) const ARM64: Machine = Machine {
    debian: "arm64",
    qemu: "qemu-system-aarch64",
    arguments: &[
        "-M",
        "virt",
        "-cpu",
        "cortex-a72",
        "-accel",
        "tcg",
        "-icount",
        "shift=0,sleep=off",
    ],
    tools: "aarch64-linux-gnu-",
    packages: &[
        "apparmor",
        "busybox-static",
        "libapparmor1",
        "libblkid1",
        "libc6",
        "libcap2",
        "libcap2-bin",
        "libcap-ng0",
        "libcap-ng-utils",
        "libmount1",
        "libpcre2-8-0",
        "libseccomp2",
        "libselinux1",
        "libsmartcols1",
        "libudev1",
        "runc",
        "util-linux",
    ],
    console: "ttyAMA0",
};

impl Machine {
    /// What is missing, if anything is.
    pub(super) fn available(&self) -> Result<(), String> {
        crate::runtimes::programs(&[self.qemu])
    }

    /// QEMU without any device but the serial line, which is its input and output.
    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(self.qemu);
        command
            .args(["-nodefaults", "-no-user-config", "-display", "none"])
            .args(["-no-reboot", "-serial", "stdio", "-m", "3072"])
            .args(self.arguments);
        command
    }
}
