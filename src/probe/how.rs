//! How questions are put: by which own filter, where, and for how long.

use std::time::Instant;

use super::own::Own;

/// How questions are put.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    /// What the own filter answers.
    pub(super) own: Own,
    /// Which processor this thread and its child are to share, or the next one that they may use;
    /// `None` to leave them where they are. The thread stays there.
    pub(super) processor: Option<u32>,
    /// Whether to wait at the listener without a limit: the kernel ends that once the child has
    /// ended, as told by [`super::listener::waits_end`].
    pub(super) waits: bool,
    /// When time is up.
    pub(super) until: Instant,
}

impl How {
    /// From a thread that does other things too.
    pub(super) fn here(own: Own, until: Instant) -> Self {
        Self {
            own,
            processor: None,
            waits: false,
            until,
        }
    }
}
