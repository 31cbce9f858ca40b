//! The sections of the text report, one noun each.

mod capabilities;
mod cgroup;
mod devices;
mod filesystem;
mod identity;
mod limits;
mod lsm;
mod namespaces;
mod process;
mod runtime;
mod seccomp;

use crate::confinement::Report;

use super::page::Section;
use super::{Options, Summary};

pub(super) use seccomp::method;

/// Every section, in reading order.
pub(super) fn all(report: &Report, summary: &Summary, options: &Options) -> Vec<Section> {
    let c = &report.confinement;
    vec![
        runtime::section(&c.runtime),
        runtime::credentials(&c.credentials),
        identity::section(&c.identity),
        capabilities::section(&c.capabilities, summary),
        namespaces::section(&c.namespaces),
        lsm::section(&c.lsm),
        seccomp::section(&c.seccomp, options),
        filesystem::section(&c.filesystem),
        cgroup::section(&c.cgroup),
        limits::section(&c.limits),
        process::section(&c.process, &report.node),
        process::kernel(&c.kernel),
    ]
}
