//! Bits of one field of a call, as a register holds them.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::condition::Number;
use super::value::Value;
use super::{Field, SeccompData};

/// Some bits of a field, moved to a place in a 32-bit word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Bits {
    /// Where they come from.
    pub field: Field,
    /// Which ones; after the shift they lie in the low 32.
    pub mask: u64,
    /// How far they are shifted to the right; a negative shift goes left.
    pub shift: i8,
}

impl Bits {
    /// One half of a field, as the filter loads it.
    pub(super) fn half(field: Field, high: bool) -> Self {
        let (mask, shift) = if high {
            (0xffff_ffff_0000_0000, 32)
        } else {
            (0xffff_ffff, 0)
        };
        Self { field, mask, shift }
    }

    /// The number in the field that becomes `word` when shifted, which may be
    /// too large for the field; and whether no bit of the word gets lost.
    pub(super) fn unshifted(self, word: u32) -> (u128, bool) {
        let wide = u128::from(word);
        let left = self.shift.unsigned_abs();
        if self.shift >= 0 {
            (wide << left, true)
        } else {
            (wide >> left, wide >> left << left == wide)
        }
    }

    pub(super) fn evaluate(self, data: &SeccompData) -> Option<u32> {
        u32::try_from(self.shifted(self.field.of(data) & self.mask)).ok()
    }

    fn shifted(self, value: u64) -> u64 {
        let count = u32::from(self.shift.unsigned_abs());
        if self.shift >= 0 {
            value.checked_shr(count)
        } else {
            value.checked_shl(count)
        }
        .unwrap_or(0)
    }

    /// The bits that are left after `A & word`.
    pub(super) fn masked(self, word: u32) -> Value {
        let (kept, _) = self.unshifted(word);
        self.with_mask(u64::try_from(u128::from(self.mask) & kept).unwrap_or(0))
    }

    /// The bits shifted further; those that leave the 32-bit word are dropped.
    pub(super) fn moved(self, right: i8) -> Value {
        let moved = Self {
            shift: self.shift + right,
            ..self
        };
        let (word, _) = moved.unshifted(u32::MAX);
        moved.with_mask(u64::try_from(u128::from(self.mask) & word).unwrap_or(0))
    }

    fn with_mask(self, mask: u64) -> Value {
        match mask {
            0 => Value::Known(0),
            mask => Value::Bits(Self { mask, ..self }),
        }
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, mask, shift } = self;
        let count = shift.unsigned_abs();
        match shift.signum() {
            0 => write!(f, "({field} & {})", Number(*mask)),
            1 => write!(f, "(({field} & {}) >> {count})", Number(*mask)),
            _ => write!(f, "(({field} & {}) << {count})", Number(*mask)),
        }
    }
}
