//! What confinement is this process really under?
//!
//! `amiconfined` reads what the kernel says of a process, asks the kernel what
//! it would do, holds both against what was declared, and says so. Every fact
//! is a [`confinement::Reading`]: known, absent from this kernel, or denied
//! with the errno and what would lift it.
//!
//! # Floors
//!
//! Imports go down only, and modules of one floor do not import each other
//! (`tests/integration/floors.rs` keeps it):
//!
//! | floor | modules |
//! |---|---|
//! | 4 | [`cli`] |
//! | 3 | [`sweep`], [`report`] |
//! | 2 | [`observe`], [`probe`], [`declared`], [`compare`], [`pod_security`] |
//! | 1 | [`bpf`], [`confinement`] |
//! | 0 | [`syscalls`] |
//!
//! # Terms
//!
//! - *Reading*: one fact with its state of knowledge.
//! - *Verdict*: what the seccomp filters of a process do with one syscall.
//! - *Cause*: the layer that stops a syscall (seccomp, capability, user
//!   namespace, LSM, kernel).
//! - *Finding*: a difference between what was declared and what is enforced.
//! - *Control*: the security setting that a finding is about.
//!
//! Unsafe code lives in [`probe`] alone.
#![deny(unsafe_code)]

pub mod bpf;
pub mod cli;
pub mod compare;
pub mod confinement;
pub mod declared;
pub mod observe;
pub mod pod_security;
#[allow(unsafe_code)]
pub mod probe;
pub mod report;
pub mod sweep;
pub mod syscalls;
