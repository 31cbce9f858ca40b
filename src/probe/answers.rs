//! What came of many questions, by their places.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Instant;

use super::answer::Answer;
use super::board::Board;
use super::own::Own;
use super::question::Share;

/// What came of the questions of a part. It stays on their board until it is asked for.
#[derive(Debug)]
pub(super) struct Answered {
    board: Board,
    own: Own,
    /// Whether traps could not be caught.
    untrapped: bool,
    /// Whether what was not put was lost: there was time for it.
    lost: bool,
}

impl Answered {
    /// What is on a board that nobody writes to any more.
    pub(super) fn on(board: Board, own: Own, until: Instant) -> Self {
        let header = board.header();
        let untrapped = header.untrapped.load(SeqCst) == 1;
        let lost = header.done.load(SeqCst) == 0 && Instant::now() < until;
        Self {
            board,
            own,
            untrapped,
            lost,
        }
    }

    /// What came of the question in this place.
    #[inline(always)]
    fn get(&self, at: usize) -> Answer {
        let slot = self.board.slots().get(at);
        match slot.map(|slot| Answer::of(slot, self.own, self.untrapped)) {
            None | Some(Answer::Unasked) if self.lost => Answer::Lost,
            answer => answer.unwrap_or(Answer::Unasked),
        }
    }

    /// What came of each.
    pub(super) fn all(self) -> Vec<Answer> {
        let places = 0..self.board.slots().len();
        places.map(|at| self.get(at)).collect()
    }
}

/// What came of questions.
#[derive(Debug)]
pub(super) enum Answers {
    /// That of each, in their order.
    Listed(Vec<Answer>),
    /// That of the questions of each share.
    InParts(Vec<(Share, Answered)>),
}

impl Answers {
    /// What came of the question in this place.
    #[inline(always)]
    pub(super) fn get(&self, at: usize) -> Answer {
        let answer = match self {
            Self::Listed(all) => all.get(at).copied(),
            Self::InParts(parts) => parts
                .iter()
                .find_map(|(share, part)| Some(part.get(share.place_in(at)?))),
        };
        answer.unwrap_or(Answer::Unasked)
    }

    /// What came of each of so many questions.
    pub(super) fn listed(self, questions: usize) -> Vec<Answer> {
        match self {
            Self::Listed(all) => all,
            Self::InParts(_) => (0..questions).map(|at| self.get(at)).collect(),
        }
    }
}
