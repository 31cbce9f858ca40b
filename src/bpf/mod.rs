//! Floor 1: classic BPF as seccomp runs it.
//!
//! A seccomp filter is a program of at most 4096 [`Instruction`]s that looks at
//! one [`SeccompData`] (number, architecture, instruction pointer and the six
//! arguments of a syscall) and returns an [`Action`]. This module answers these
//! questions about such programs, without I/O and without running them in the
//! kernel:
//!
//! - would the kernel take it? [`Program::check`]
//! - what does it say, in words? [`disassemble`]
//! - what does it answer to this very call? [`evaluate`], [`evaluate_all`]
//!
//! Programs come from hostile containers: nothing here panics, and the work of
//! every function is bounded by a named limit.
//!
//! A task may have several filters. Slices of programs are ordered as
//! `PTRACE_SECCOMP_GET_FILTER` counts them: **index 0 is the filter that was
//! installed first**, the last one is the newest (`get_nth_filter` in
//! kernel/seccomp.c; ptrace(2) has it the other way round).

mod action;
mod check;
mod data;
mod disassemble;
mod evaluate;
mod instruction;
mod opcode;
mod program;

pub use action::{Action, MAX_ERRNO};
pub use check::{CheckError, CheckProblem};
pub use data::{SECCOMP_DATA_LEN, SeccompData};
pub use disassemble::disassemble;
pub use evaluate::{evaluate, evaluate_all};
pub use instruction::{INSTRUCTION_LEN, Instruction};
pub use program::{BytesError, MAX_INSTRUCTIONS, Program};
