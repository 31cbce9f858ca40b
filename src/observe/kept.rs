//! What is the machine's own and so the same for every process: read once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::proc_root::ProcRoot;
use super::read_error::ReadError;

/// The most answers that are kept; what comes later is read each time.
const MAX_KEPT: usize = 8192;

type Answers = Mutex<HashMap<Vec<u8>, Result<Vec<u8>, ReadError>>>;

/// Answers of files and links, by name.
#[derive(Debug, Default)]
pub(super) struct Kept {
    files: Answers,
    links: Answers,
}

impl ProcRoot {
    /// [`ProcRoot::read`] of a file that says the same whichever process is observed.
    pub(super) fn read_once(&self, rel: impl AsRef<[u8]>) -> Result<Vec<u8>, ReadError> {
        once(&self.kept().files, rel.as_ref(), |rel| self.read(rel))
    }

    /// [`ProcRoot::link`] of such a link.
    pub(super) fn link_once(&self, rel: impl AsRef<[u8]>) -> Result<Vec<u8>, ReadError> {
        once(&self.kept().links, rel.as_ref(), |rel| self.link(rel))
    }
}

fn once(
    answers: &Answers,
    rel: &[u8],
    ask: impl FnOnce(&[u8]) -> Result<Vec<u8>, ReadError>,
) -> Result<Vec<u8>, ReadError> {
    let lock = || answers.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(answer) = lock().get(rel) {
        return answer.clone();
    }
    let answer = ask(rel);
    let mut kept = lock();
    if kept.len() < MAX_KEPT {
        kept.insert(rel.to_vec(), answer.clone());
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_stays_also_where_there_was_none() {
        let dir = tempfile::tempdir().unwrap();
        let root = ProcRoot::open(dir.path());
        assert!(root.read_once("file").unwrap_err().is_missing());
        std::fs::write(dir.path().join("file"), "x").unwrap();
        assert!(root.read_once("file").unwrap_err().is_missing());
        assert_eq!(root.read("file").unwrap(), b"x");
    }
}
