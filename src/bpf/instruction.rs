//! One classic BPF instruction.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bytes of one instruction in memory and on disk.
pub const INSTRUCTION_LEN: usize = 8;

/// One instruction: `struct sock_filter` of include/uapi/linux/filter.h.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Instruction {
    /// Opcode: class, size or operation, mode or source.
    pub code: u16,
    /// Instructions to skip where the test of a conditional jump holds.
    pub jt: u8,
    /// Instructions to skip where it does not.
    pub jf: u8,
    /// Constant operand: a number, a byte offset, a memory slot, a jump length.
    pub k: u32,
}

impl Instruction {
    /// Reads one instruction, little-endian.
    #[must_use]
    pub fn from_le_bytes(bytes: [u8; INSTRUCTION_LEN]) -> Self {
        let [c0, c1, jt, jf, k0, k1, k2, k3] = bytes;
        Self {
            code: u16::from_le_bytes([c0, c1]),
            jt,
            jf,
            k: u32::from_le_bytes([k0, k1, k2, k3]),
        }
    }

    /// Reads one instruction in this machine's byte order, as the kernel and
    /// libseccomp's `seccomp_export_bpf` write it.
    #[must_use]
    pub fn from_ne_bytes(bytes: [u8; INSTRUCTION_LEN]) -> Self {
        let [c0, c1, jt, jf, k0, k1, k2, k3] = bytes;
        Self {
            code: u16::from_ne_bytes([c0, c1]),
            jt,
            jf,
            k: u32::from_ne_bytes([k0, k1, k2, k3]),
        }
    }

    /// Writes the instruction, little-endian.
    #[must_use]
    pub fn to_le_bytes(self) -> [u8; INSTRUCTION_LEN] {
        let [c0, c1] = self.code.to_le_bytes();
        let [k0, k1, k2, k3] = self.k.to_le_bytes();
        [c0, c1, self.jt, self.jf, k0, k1, k2, k3]
    }

    /// Writes the instruction in this machine's byte order, as
    /// `seccomp(SECCOMP_SET_MODE_FILTER)` wants it.
    #[must_use]
    pub fn to_ne_bytes(self) -> [u8; INSTRUCTION_LEN] {
        let [c0, c1] = self.code.to_ne_bytes();
        let [k0, k1, k2, k3] = self.k.to_ne_bytes();
        [c0, c1, self.jt, self.jf, k0, k1, k2, k3]
    }
}
