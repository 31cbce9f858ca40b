//! Paths that lead out of a container when they can be written.

use super::Observer;
use super::access::writable;
use crate::confinement::SensitivePath;

/// The path shown, the file that is asked about, and what a writer could do.
const PATHS: [(&str, &str, &str); 14] = [
    (
        "/proc/sys",
        "/proc/sys/vm/overcommit_memory",
        "changes settings of the whole kernel",
    ),
    (
        "/proc/sysrq-trigger",
        "/proc/sysrq-trigger",
        "reboots or crashes the machine",
    ),
    (
        "/proc/sys/kernel/core_pattern",
        "/proc/sys/kernel/core_pattern",
        "names a program that the kernel runs as root on the host when a process dumps core",
    ),
    (
        "/proc/sys/kernel/modprobe",
        "/proc/sys/kernel/modprobe",
        "names the program that the kernel runs as root on the host to load a module",
    ),
    (
        "/proc/sys/kernel/hotplug",
        "/proc/sys/kernel/hotplug",
        "names the program that the kernel runs as root on the host at a device event",
    ),
    (
        "/proc/sys/fs/binfmt_misc/register",
        "/proc/sys/fs/binfmt_misc/register",
        "names interpreters that run when anyone on the host starts a program",
    ),
    (
        "/proc/sys/vm/panic_on_oom",
        "/proc/sys/vm/panic_on_oom",
        "makes the machine panic when memory runs out",
    ),
    (
        "/sys/kernel/uevent_helper",
        "/sys/kernel/uevent_helper",
        "names the program that the kernel runs as root on the host at a device event",
    ),
    (
        "/sys/firmware/efi/efivars",
        "/sys/firmware/efi/efivars",
        "changes the variables that the firmware boots by",
    ),
    (
        "/sys/kernel/debug",
        "/sys/kernel/debug",
        "reaches the kernel's debugging controls",
    ),
    (
        "/sys/kernel/tracing",
        "/sys/kernel/tracing",
        "traces every process of the machine",
    ),
    (
        "/sys/power/state",
        "/sys/power/state",
        "puts the machine to sleep",
    ),
    ("/dev/mem", "/dev/mem", "writes the machine's memory"),
    (
        "/dev/kmsg",
        "/dev/kmsg",
        "writes the kernel's log, and reads it",
    ),
];

/// Each of them, with whether the process may write it.
pub(super) fn sensitive(o: &Observer<'_>) -> Vec<SensitivePath> {
    PATHS
        .iter()
        .map(|(path, asked, why)| SensitivePath {
            path: (*path).to_owned(),
            writable: writable(o, asked.as_bytes()).map(|mut answer| {
                if path != asked {
                    answer.decided_by = format!("{} (asked of {asked})", answer.decided_by);
                }
                answer
            }),
            why: (*why).to_owned(),
        })
        .collect()
}
