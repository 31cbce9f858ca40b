//! A program that the kernel would take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CheckError, INSTRUCTION_LEN, Instruction, check};

/// Most instructions of one program: `BPF_MAXINSNS` of
/// include/uapi/linux/bpf_common.h.
pub const MAX_INSTRUCTIONS: usize = 4096;

/// A checked program: one to [`MAX_INSTRUCTIONS`] instructions that pass the
/// kernel's own rules. Deserializing checks as well.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Vec<Instruction>", into = "Vec<Instruction>")]
pub struct Program {
    instructions: Vec<Instruction>,
}

/// Bytes that are no program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BytesError {
    /// The length is no multiple of [`INSTRUCTION_LEN`].
    #[error("bpf program of {len} bytes: expected a multiple of {INSTRUCTION_LEN}")]
    Length {
        /// Bytes given.
        len: usize,
    },
    /// The kernel would refuse the instructions.
    #[error(transparent)]
    Check(#[from] CheckError),
}

impl Program {
    /// Takes the instructions if the kernel would.
    ///
    /// # Errors
    /// Names the first rule that is broken, and at which instruction.
    pub fn check(instructions: Vec<Instruction>) -> Result<Self, CheckError> {
        check::check(&instructions)?;
        Ok(Self { instructions })
    }

    /// Reads a program in this machine's byte order, as
    /// `PTRACE_SECCOMP_GET_FILTER` and `seccomp_export_bpf` give it.
    ///
    /// # Errors
    /// The bytes are not whole instructions, or the kernel would refuse them.
    pub fn from_ne_bytes(bytes: &[u8]) -> Result<Self, BytesError> {
        Self::from_bytes(bytes, Instruction::from_ne_bytes)
    }

    /// Reads a program written little-endian.
    ///
    /// # Errors
    /// The bytes are not whole instructions, or the kernel would refuse them.
    pub fn from_le_bytes(bytes: &[u8]) -> Result<Self, BytesError> {
        Self::from_bytes(bytes, Instruction::from_le_bytes)
    }

    fn from_bytes(
        bytes: &[u8],
        read: impl Fn([u8; INSTRUCTION_LEN]) -> Instruction,
    ) -> Result<Self, BytesError> {
        let (chunks, rest) = bytes.as_chunks::<INSTRUCTION_LEN>();
        if !rest.is_empty() {
            return Err(BytesError::Length { len: bytes.len() });
        }
        // One more than the most is enough for the check to refuse it.
        let instructions = chunks
            .iter()
            .take(MAX_INSTRUCTIONS + 1)
            .map(|chunk| read(*chunk))
            .collect();
        Ok(Self::check(instructions)?)
    }

    /// The instructions, in order.
    #[must_use]
    pub fn instructions(&self) -> &[Instruction] {
        &self.instructions
    }

    /// The program little-endian: the same bytes on every machine, for hashing
    /// and for files.
    #[must_use]
    pub fn to_le_bytes(&self) -> Vec<u8> {
        self.instructions
            .iter()
            .flat_map(|instruction| instruction.to_le_bytes())
            .collect()
    }

    /// The program in this machine's byte order, as the kernel loads it.
    #[must_use]
    pub fn to_ne_bytes(&self) -> Vec<u8> {
        self.instructions
            .iter()
            .flat_map(|instruction| instruction.to_ne_bytes())
            .collect()
    }
}

impl TryFrom<Vec<Instruction>> for Program {
    type Error = CheckError;

    fn try_from(instructions: Vec<Instruction>) -> Result<Self, CheckError> {
        Self::check(instructions)
    }
}

impl From<Program> for Vec<Instruction> {
    fn from(program: Program) -> Self {
        program.instructions
    }
}
