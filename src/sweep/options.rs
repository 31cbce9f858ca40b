//! What a sweep is told, and what it tells.

use std::path::PathBuf;

use crate::confinement::{
    Confinement, ContainerRecord, Expected, FilterStack, Kernel, Node, Reading, Subject, Text,
};
use crate::observe::ReadError;

/// What to sweep, and how.
pub struct Options<'a> {
    /// The `/proc` whose processes are read.
    pub proc: PathBuf,
    /// The node's root directory, which runtimes' state and `/sys` are read below.
    pub root: PathBuf,
    /// Whether these are of the running machine; if not, a captured tree.
    pub live: bool,
    /// Whether the node's own processes are reported too, grouped by cgroup.
    pub all: bool,
    /// Whether seccomp filters are dumped, for which each container's first process stands
    /// still for about a tenth of a millisecond.
    pub dump: bool,
    /// The node's name.
    pub node: Reading<Text>,
    /// The kernel's name.
    pub kernel: Kernel,
    /// Now, RFC 3339, UTC.
    pub time: String,
    /// What was declared of a container, given who it is and what is seen of it.
    pub declared: &'a dyn Fn(&Subject, &Confinement) -> Vec<Expected>,
    /// Asked between processes: whether to stop.
    pub stop: &'a dyn Fn() -> bool,
    /// Told how far it is.
    pub progress: &'a dyn Fn(Progress),
}

impl std::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("proc", &self.proc)
            .field("root", &self.root)
            .field("live", &self.live)
            .field("all", &self.all)
            .finish_non_exhaustive()
    }
}

/// What a sweep finds, as it goes.
#[derive(Debug)]
pub enum Found {
    /// A container, or with `all` a group of the node's own processes.
    Container(Box<ContainerRecord>),
    /// A stack of filters that the next container has, and none before it.
    Filters(Box<FilterStack>),
}

/// How far a sweep is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Processes read, of all.
    Processes(usize, usize),
    /// Containers observed, of all.
    Containers(usize, usize),
}

/// What a sweep found beside its containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What holds for the node.
    pub node: Node,
    /// How many containers were given out, the node's own groups not counted.
    pub containers: u32,
    /// How many processes are in no container.
    pub host_processes: u32,
    /// Processes that were gone, or denied, before they could be placed.
    pub unplaced: u32,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

/// Why there is no sweep.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SweepError {
    /// The directory of processes could not be read.
    #[error("cannot read the directory of processes: {0}")]
    Proc(#[from] ReadError),
}
