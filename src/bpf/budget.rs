//! A bound on the work that a hostile program can cause.

use super::TooComplex;

/// Units of work for one syscall number. Real filters need some hundreds, one
/// that lists 500 ioctl requests a million; all of it is spent in tens of
/// milliseconds.
pub(super) const WORK_PER_NUMBER: u64 = 1 << 23;

/// Units of work for a whole table of numbers.
pub(super) const WORK_PER_TABLE: u64 = 1 << 25;

/// What is left to spend: about one unit per instruction, per condition looked
/// at, and per bit searched.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    pub(super) fn new(units: u64) -> Self {
        Self { left: units }
    }

    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// Spends, or says that there is too little left.
    pub(super) fn spend(&mut self, units: usize) -> Result<(), TooComplex> {
        let units = u64::try_from(units).unwrap_or(u64::MAX);
        match self.left.checked_sub(units) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(TooComplex::Work)
            }
        }
    }
}
