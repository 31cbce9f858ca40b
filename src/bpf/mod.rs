//! Floor 1: classic BPF as seccomp runs it.
//!
//! A seccomp filter is a program of at most 4096 [`Instruction`]s that looks at
//! one [`SeccompData`] (number, architecture, instruction pointer and the six
//! arguments of a syscall) and returns an [`Action`]. This module answers five
//! questions about such programs, without I/O and without running them in the
//! kernel:
//!
//! - would the kernel take it? [`Program::check`]
//! - what does it say, in words? [`disassemble`]
//! - what does it answer to this very call? [`evaluate`], [`evaluate_all`]
//! - what does it answer to a syscall number for all arguments at once?
//!   [`decide`], and [`decide_range`] for a whole table
//! - where do two stacks of them answer differently? [`differ`]
//!
//! Programs come from hostile containers: nothing here panics, and the work of
//! every function is bounded by a named limit.
//!
//! A task may have several filters. Slices of programs are ordered as
//! `PTRACE_SECCOMP_GET_FILTER` counts them: **index 0 is the filter that was
//! installed first**, the last one is the newest (`get_nth_filter` in
//! kernel/seccomp.c; ptrace(2) has it the other way round).

mod action;
mod bits;
mod budget;
mod cases;
mod check;
mod compare;
mod condition;
mod data;
mod decide;
mod differ;
mod disassemble;
mod evaluate;
mod explore;
mod instruction;
mod merge;
mod opcode;
mod path;
mod program;
mod solve;
mod state;
mod tree;
mod value;

pub use action::{Action, MAX_ERRNO};
pub use bits::Bits;
pub use check::{CheckError, CheckProblem};
pub use condition::{Comparison, Computation, Condition, Field, Relation};
pub use data::{SECCOMP_DATA_LEN, SeccompData};
pub use decide::{Case, Decision, TooComplex, decide, decide_range};
pub use differ::{Difference, Differing, differ};
pub use disassemble::disassemble;
pub use evaluate::{evaluate, evaluate_all};
pub use instruction::{INSTRUCTION_LEN, Instruction};
pub use merge::{MergeError, merge};
pub use program::{BytesError, MAX_INSTRUCTIONS, Program};
pub use value::{Expression, Operation};
