//! What a guest's kernel runs on.

use std::process::Command;

/// An architecture as QEMU emulates it.
pub(super) struct Machine {
    /// Debian's name of the architecture.
    pub(super) debian: &'static str,
    qemu: &'static str,
    arguments: &'static [&'static str],
    /// The device of the first serial line.
    pub(super) console: &'static str,
}

/// Without the processor's own virtualisation, which not every machine has.
pub(super) const AMD64: Machine = Machine {
    debian: "amd64",
    qemu: "qemu-system-x86_64",
    arguments: &[],
    console: "ttyS0",
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
            .args(["-no-reboot", "-serial", "stdio", "-m", "3072", "-smp", "2"])
            .args(["-accel", "tcg,thread=multi"])
            .args(self.arguments);
        command
    }
}
