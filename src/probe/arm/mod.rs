//! 32-bit ARM, asked from 64-bit ARM.
//!
//! No instruction enters the kernel by the other ABI there: a process is of one or the other
//! from its execve(2) on. So a program of its own asks, `ask.s`, which is executed out of
//! memory by what the child with the own filter starts. That filter lets its execve pass, and
//! the calls through with which the program itself starts, made by one instruction of its own
//! whose address is known; of all else nothing.

#[cfg(target_arch = "aarch64")]
mod ask;
#[cfg(target_arch = "aarch64")]
mod image;
#[cfg(target_arch = "aarch64")]
mod program;
mod words;

#[cfg(target_arch = "aarch64")]
pub(super) use ask::added;
#[cfg(target_arch = "aarch64")]
pub(super) use image::EXEMPT_RETURN;
#[cfg(target_arch = "aarch64")]
pub(super) use program::{Program, answered, ended, no_process, refused};
