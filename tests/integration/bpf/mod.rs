//! `bpf` held against the kernel, against libseccomp and its simulator, and
//! against itself. `AMICONFINED_BPF_FACTOR` multiplies the generated programs.
#![allow(clippy::cast_possible_truncation)] // random numbers are cut on purpose

mod corpus;
#[cfg(target_arch = "x86_64")]
mod differing;
mod filter_order;
mod hostile;
#[cfg(target_arch = "x86_64")]
mod kernel;
#[cfg(target_arch = "x86_64")]
mod kernel_agrees;
#[cfg(target_arch = "x86_64")]
pub(crate) mod profiles;
#[cfg(target_arch = "x86_64")]
mod profiles_agree;
pub(crate) mod programs;
#[cfg(target_arch = "x86_64")]
mod readable;
#[cfg(target_arch = "x86_64")]
mod rules;
#[cfg(target_arch = "x86_64")]
pub(crate) mod simulator;
mod symbolic;
