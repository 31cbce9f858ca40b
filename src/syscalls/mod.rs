//! Floor 0: the kernel's syscalls: their numbers in each ABI, what is known of
//! each, and the arguments worth asking a filter about.
//!
//! All of it is constant, made at build time from `syscall-tables/` (whose
//! README says where each fact is from); no lookup allocates.
//!
//! ```
//! use amiconfined::syscalls::{self, Abi};
//!
//! assert_eq!(Abi::X86_64.number("clone3"), Some(435));
//! assert_eq!(Abi::X86_64.name(435), Some("clone3"));
//! let clone3 = syscalls::semantics("clone3").expect("a syscall that a table names");
//! assert_eq!(clone3.since.map(|release| release.to_string()).as_deref(), Some("5.3"));
//! ```

mod abi;
mod release;
mod semantics;
mod vectors;

pub use abi::Abi;
pub use release::Release;
pub use semantics::{
    Argument, Capability, Execution, Recipe, Requirement, Scope, Semantics, semantics,
};
pub use tables::{KERNEL_DATE, KERNEL_RELEASE};
pub use vectors::{ArgumentVector, Vector, argument_vectors};

/// The bit that tells an x32 number from an x86_64 one (`__X32_SYSCALL_BIT`,
/// arch/x86/include/uapi/asm/unistd.h).
pub const X32_BIT: u32 = 0x4000_0000;

/// One row of an ABI's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syscall {
    /// The number as the process passes it and as a seccomp filter sees it in
    /// `seccomp_data.nr`: in x32 with [`X32_BIT`].
    pub number: u32,
    /// Its place among all names. A name here would be a pointer, and a page of
    /// pointers has to be relocated whenever the program starts.
    known: u16,
}

impl Syscall {
    /// The kernel's own name, without `sys_` or `__NR_`.
    pub fn name(&self) -> &'static str {
        semantics::name_at(self.known).unwrap_or("")
    }

    /// What is known of it apart from its number.
    pub fn semantics(&self) -> Option<Semantics> {
        tables::semantics(self.known)
    }
}

/// What the build script makes of `syscall-tables/`.
mod tables {
    use std::ops::Range;

    use super::{
        Argument, ArgumentVector, Capability, Execution, Recipe, Release, Requirement, Scope,
        Semantics, Syscall,
    };

    include!(concat!(env!("OUT_DIR"), "/tables.rs"));
}
