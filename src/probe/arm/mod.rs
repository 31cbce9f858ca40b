//! 32-bit ARM, asked from 64-bit ARM.
//!
//! No instruction enters the kernel by the other ABI there: a process is of one or the other
//! from its execve(2) on. So a program of its own asks, `ask.s`, which is executed out of
//! memory by the child that has the own filter. The listener lets that execve and the three
//! calls through with which the program starts, and after them nothing.

#[cfg(target_arch = "aarch64")]
mod ask;
#[cfg(target_arch = "aarch64")]
mod board;
#[cfg(target_arch = "aarch64")]
mod child;
#[cfg(target_arch = "aarch64")]
mod image;
#[cfg(target_arch = "aarch64")]
mod listener;
#[cfg(target_arch = "aarch64")]
mod program;
#[cfg(target_arch = "aarch64")]
mod supervisor;
mod words;

#[cfg(target_arch = "aarch64")]
pub(super) use ask::add;
