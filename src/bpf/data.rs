//! What a filter looks at.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bytes of `struct seccomp_data` (include/uapi/linux/seccomp.h).
pub const SECCOMP_DATA_LEN: usize = 64;

/// `__AUDIT_ARCH_LE` of include/uapi/linux/audit.h: set in the audit numbers of
/// little-endian architectures.
const AUDIT_ARCH_LE: u32 = 0x4000_0000;

/// One syscall as filters see it: `struct seccomp_data`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct SeccompData {
    /// Syscall number; for x32 with bit 30 set. The kernel has it signed, a
    /// filter compares it unsigned.
    pub nr: u32,
    /// `AUDIT_ARCH_*` of the calling convention in use.
    pub arch: u32,
    /// Address of the instruction that made the call.
    pub instruction_pointer: u64,
    /// The six argument registers, whether or not the syscall uses them.
    pub args: [u64; 6],
}

impl SeccompData {
    /// The word at a byte offset, with the 64-bit fields laid out in the byte
    /// order of [`SeccompData::arch`]; `None` where no word is.
    #[must_use]
    pub fn word(&self, offset: u32) -> Option<u32> {
        match Word::at(offset, self.arch)? {
            Word::Number => Some(self.nr),
            Word::Arch => Some(self.arch),
            Word::Half { field, high } => {
                let value = match field.checked_sub(1) {
                    None => self.instruction_pointer,
                    Some(argument) => *self.args.get(argument)?,
                };
                Some(half(value, high))
            }
        }
    }
}

/// One half of a 64-bit field.
fn half(value: u64, high: bool) -> u32 {
    let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
    u32::from_le_bytes(if high { [e, f, g, h] } else { [a, b, c, d] })
}

/// What lies at an offset of `struct seccomp_data`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// The syscall number.
    Number,
    /// The audit architecture.
    Arch,
    /// A half of a 64-bit field: 0 is the instruction pointer, 1 to 6 are the
    /// arguments.
    Half { field: usize, high: bool },
}

impl Word {
    /// The word at a byte offset for this audit architecture.
    pub(super) fn at(offset: u32, arch: u32) -> Option<Self> {
        match offset {
            0 => Some(Self::Number),
            4 => Some(Self::Arch),
            8..64 if offset.is_multiple_of(4) => {
                let second = !offset.is_multiple_of(8);
                let little_endian = arch & AUDIT_ARCH_LE != 0;
                Some(Self::Half {
                    field: usize::try_from(offset / 8 - 1).ok()?,
                    high: second == little_endian,
                })
            }
            _ => None,
        }
    }
}
