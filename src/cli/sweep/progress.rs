//! How far a sweep is, on standard error where somebody waits at a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::sweep::Progress;

/// A line that is drawn over and over, and goes in the end.
#[derive(Debug)]
pub(super) struct Line(ProgressBar);

impl Line {
    /// A line that is hidden unless standard error is a terminal.
    pub(super) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{pos} of {len} {msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Shows how far it is.
    pub(super) fn show(&self, progress: Progress) {
        if self.0.is_hidden() {
            return;
        }
        let (at, of, what) = match progress {
            Progress::Processes(at, of) => (at, of, "processes"),
            Progress::Containers(at, of) => (at, of, "containers"),
        };
        self.0.set_message(what);
        self.0.set_length(u64::try_from(of).unwrap_or(u64::MAX));
        self.0.set_position(u64::try_from(at).unwrap_or(u64::MAX));
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
