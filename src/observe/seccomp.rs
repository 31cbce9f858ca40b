//! Seccomp as `/proc/PID/status` tells it; verdicts are asked by the probe.

use super::Observer;
use super::status::decimal;
use crate::confinement::{Reading, Seccomp, SeccompMethod, SeccompMode};

/// Reads the seccomp noun, without verdicts.
pub(super) fn seccomp(o: &Observer<'_>) -> Seccomp {
    Seccomp {
        mode: mode_of(o),
        filters: o.status.field(
            "Seccomp_filters",
            "since Linux 5.9, with CONFIG_SECCOMP_FILTER",
            decimal,
        ),
        method: SeccompMethod::NotProbed {
            why: "only what status tells was read".into(),
        },
        abis: Vec::new(),
        dumped: Vec::new(),
    }
}

/// Reads the mode alone.
pub(super) fn mode_of(o: &Observer<'_>) -> Reading<SeccompMode> {
    let since = "since Linux 3.8, with CONFIG_SECCOMP";
    o.status.field("Seccomp", since, mode)
}

fn mode(value: &[u8]) -> Option<SeccompMode> {
    match value {
        b"0" => Some(SeccompMode::Disabled),
        b"1" => Some(SeccompMode::Strict),
        b"2" => Some(SeccompMode::Filter),
        _ => None,
    }
}
