//! What is asked: one number of one ABI with one set of arguments.

use crate::syscalls::{Abi, Vector};

/// One question to the filters: a call of an ABI by its number, and what stands in the registers.
/// Small, since thousands are kept at a time.
#[derive(Debug, Clone)]
pub(super) enum Question {
    /// Zero in all six.
    Zero(Abi, u32),
    /// A listed vector.
    Listed(Abi, u32, Vector),
    /// These; few questions have them.
    Given(Abi, u32, Box<[u64; 6]>),
}

impl Question {
    /// A call of the native ABI with these registers.
    pub(super) fn given(number: nix::libc::c_long, registers: [u64; 6]) -> Self {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        Self::Given(Abi::native(), number, Box::new(registers))
    }

    /// The ABI.
    #[inline(always)]
    pub(super) fn abi(&self) -> Abi {
        let (Self::Zero(abi, _) | Self::Listed(abi, ..) | Self::Given(abi, ..)) = self;
        *abi
    }

    /// The number.
    #[inline(always)]
    pub(super) fn number(&self) -> u32 {
        let (Self::Zero(_, number) | Self::Listed(_, number, _) | Self::Given(_, number, _)) = self;
        *number
    }

    /// Whether this is that call, which is with zeros.
    pub(super) fn is(&self, zero: &Self) -> bool {
        let asks_zero = matches!(self, Self::Zero(..));
        asks_zero && self.number() == zero.number() && self.abi() == zero.abi()
    }

    /// The registers.
    #[inline(always)]
    pub(super) fn arguments(&self) -> [u64; 6] {
        match self {
            Self::Zero(..) => [0; 6],
            Self::Listed(abi, _, vector) => vector.arguments(*abi),
            Self::Given(.., registers) => **registers,
        }
    }

    /// Whether it enters the kernel by the compatibility gate.
    #[inline(always)]
    pub(super) fn compat(&self) -> bool {
        let abi = self.abi();
        abi != Abi::native() && abi != Abi::X32
    }
}

/// Which ones of some questions: so many from the `first` on, of every [`Share::TURN`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) first: usize,
    pub(super) count: usize,
}

impl Share {
    /// How many questions the shares have together before it is the first one's turn again.
    pub(super) const TURN: usize = 13;

    /// All of them.
    pub(super) const ALL: Self = Self {
        first: 0,
        count: Self::TURN,
    };

    /// So many for the one, the rest for the other.
    pub(super) fn two(count: usize) -> [Self; 2] {
        let first = count.min(Self::TURN);
        [(0, first), (first, Self::TURN - first)].map(|(first, count)| Self { first, count })
    }

    /// Where the one in this place of the share lies among all.
    #[inline(always)]
    pub(super) fn place(self, at: usize) -> usize {
        self.first + at / self.count * Self::TURN + at % self.count
    }

    /// Where in the share the one in this place of all lies, if it is in it.
    #[inline(always)]
    pub(super) fn place_in(self, at: usize) -> Option<usize> {
        let within = (at % Self::TURN).checked_sub(self.first)?;
        (within < self.count).then(|| at / Self::TURN * self.count + within)
    }
}

/// Some of some questions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    all: &'a [Question],
    share: Share,
    len: usize,
}

impl<'a> Part<'a> {
    /// All of them.
    pub(super) fn whole(all: &'a [Question]) -> Self {
        Self::of(all, Share::ALL)
    }

    /// That share of them.
    pub(super) fn of(all: &'a [Question], share: Share) -> Self {
        let turns = all.len() / Share::TURN;
        let rest = (all.len() % Share::TURN).saturating_sub(share.first);
        let len = turns * share.count + rest.min(share.count);
        Self { all, share, len }
    }

    /// The one in this place of the part.
    #[inline(always)]
    pub(super) fn get(self, at: usize) -> Option<&'a Question> {
        self.all.get(self.share.place(at))
    }

    /// All of the part.
    pub(super) fn iter(self) -> impl Iterator<Item = &'a Question> {
        let Share { first, count } = self.share;
        let turns = self.all.chunks(Share::TURN);
        turns.flat_map(move |turn| turn.iter().skip(first).take(count))
    }

    /// How many the part has.
    pub(super) fn len(self) -> usize {
        self.len
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_is_in_one_share() {
        for questions in 0..40 {
            let all: Vec<Question> = (0..questions)
                .map(|number| Question::Zero(Abi::native(), number))
                .collect();
            let shares = Share::two(8);
            let mut found: Vec<u32> = Vec::new();
            for part in shares.map(|share| Part::of(&all, share)) {
                let numbers = part.iter().map(Question::number);
                let before = found.len();
                found.extend(numbers);
                assert_eq!(found.len() - before, part.len());
            }
            found.sort_unstable();
            assert!(found.into_iter().eq(0..questions));
        }
    }
}
