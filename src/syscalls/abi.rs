//! The ABIs: how each is named and what its table says.

use std::fmt;

use super::{Syscall, X32_BIT, tables};

/// A set of syscall numbers and calling conventions that the kernel offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Abi {
    /// 64-bit x86.
    X86_64,
    /// 32-bit x86, also offered to 64-bit processes by `int 0x80`.
    I386,
    /// 64-bit x86 with 32-bit pointers: the x86_64 entry, numbers with [`X32_BIT`].
    X32,
    /// 64-bit ARM.
    Aarch64,
    /// 32-bit ARM, EABI.
    Arm,
    /// 64-bit RISC-V.
    Riscv64,
    /// 64-bit POWER, little endian.
    Ppc64le,
    /// 64-bit IBM Z.
    S390x,
    /// 64-bit LoongArch.
    Loongarch64,
}

#[cfg(all(target_arch = "x86_64", target_pointer_width = "64"))]
const NATIVE: Abi = Abi::X86_64;
#[cfg(all(target_arch = "x86_64", target_pointer_width = "32"))]
const NATIVE: Abi = Abi::X32;
#[cfg(target_arch = "x86")]
const NATIVE: Abi = Abi::I386;
#[cfg(target_arch = "aarch64")]
const NATIVE: Abi = Abi::Aarch64;
#[cfg(target_arch = "arm")]
const NATIVE: Abi = Abi::Arm;
#[cfg(target_arch = "riscv64")]
const NATIVE: Abi = Abi::Riscv64;
#[cfg(all(target_arch = "powerpc64", target_endian = "little"))]
const NATIVE: Abi = Abi::Ppc64le;
#[cfg(target_arch = "s390x")]
const NATIVE: Abi = Abi::S390x;
#[cfg(target_arch = "loongarch64")]
const NATIVE: Abi = Abi::Loongarch64;

/// First of the numbers that 32-bit ARM keeps for itself, far above its table
/// (`__ARM_NR_BASE`, arch/arm/include/uapi/asm/unistd.h).
const ARM_PRIVATE: u32 = 0x000f_0000;

impl Abi {
    /// Every ABI that has a table.
    pub const ALL: [Abi; 9] = [
        Abi::X86_64,
        Abi::I386,
        Abi::X32,
        Abi::Aarch64,
        Abi::Arm,
        Abi::Riscv64,
        Abi::Ppc64le,
        Abi::S390x,
        Abi::Loongarch64,
    ];

    /// The ABI that this program is built for.
    pub const fn native() -> Abi {
        NATIVE
    }

    /// The other ABIs that a kernel may offer to a process of this one. Whether
    /// it does depends on its configuration and, for 32-bit ARM, on the CPU.
    pub const fn foreign(self) -> &'static [Abi] {
        match self {
            Abi::X86_64 => &[Abi::I386, Abi::X32],
            Abi::Aarch64 => &[Abi::Arm],
            _ => &[],
        }
    }

    /// The name, as in `syscall-tables/`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Abi::X86_64 => "x86_64",
            Abi::I386 => "i386",
            Abi::X32 => "x32",
            Abi::Aarch64 => "aarch64",
            Abi::Arm => "arm",
            Abi::Riscv64 => "riscv64",
            Abi::Ppc64le => "ppc64le",
            Abi::S390x => "s390x",
            Abi::Loongarch64 => "loongarch64",
        }
    }

    /// The name in an OCI seccomp profile (runtime-spec, config-linux.md).
    pub const fn oci_name(self) -> &'static str {
        match self {
            Abi::X86_64 => "SCMP_ARCH_X86_64",
            Abi::I386 => "SCMP_ARCH_X86",
            Abi::X32 => "SCMP_ARCH_X32",
            Abi::Aarch64 => "SCMP_ARCH_AARCH64",
            Abi::Arm => "SCMP_ARCH_ARM",
            Abi::Riscv64 => "SCMP_ARCH_RISCV64",
            Abi::Ppc64le => "SCMP_ARCH_PPC64LE",
            Abi::S390x => "SCMP_ARCH_S390X",
            Abi::Loongarch64 => "SCMP_ARCH_LOONGARCH64",
        }
    }

    /// The ABI with that name, ours or that of an OCI profile.
    pub fn from_name(name: &str) -> Option<Abi> {
        Self::ALL
            .into_iter()
            .find(|abi| abi.as_str() == name || abi.oci_name() == name)
    }

    /// `seccomp_data.arch` of a call in this ABI (include/uapi/linux/audit.h).
    /// x32 has that of x86_64 and is told from it by [`X32_BIT`].
    pub const fn audit_arch(self) -> u32 {
        match self {
            Abi::X86_64 | Abi::X32 => 0xc000_003e,
            Abi::I386 => 0x4000_0003,
            Abi::Aarch64 => 0xc000_00b7,
            Abi::Arm => 0x4000_0028,
            Abi::Riscv64 => 0xc000_00f3,
            Abi::Ppc64le => 0xc000_0015,
            Abi::S390x => 0x8000_0016,
            Abi::Loongarch64 => 0xc000_0102,
        }
    }

    /// The ABI of a call that a filter sees with this arch and number.
    pub fn of_call(audit_arch: u32, number: u32) -> Option<Abi> {
        let x32 = audit_arch == Abi::X32.audit_arch() && number & X32_BIT != 0;
        if x32 {
            return Some(Abi::X32);
        }
        Self::ALL
            .into_iter()
            .find(|abi| abi.audit_arch() == audit_arch)
    }

    /// The first number: 0, in x32 [`X32_BIT`].
    pub const fn first(self) -> u32 {
        match self {
            Abi::X32 => X32_BIT,
            _ => 0,
        }
    }

    /// The first number after the table. Numbers from here on no kernel of
    /// [`super::KERNEL_RELEASE`] or older knows, except those which 32-bit ARM
    /// keeps at 0x0f0000: they are in [`Abi::syscalls`] but not below this end.
    pub fn end(self) -> u32 {
        let table = self.syscalls();
        let private = match self {
            Abi::Arm => table.partition_point(|row| row.number < ARM_PRIVATE),
            _ => table.len(),
        };
        table
            .get(..private)
            .and_then(<[Syscall]>::last)
            .map_or(self.first(), |row| row.number.saturating_add(1))
    }

    /// The table, in rising order of the numbers. x32 numbers carry [`X32_BIT`].
    pub const fn syscalls(self) -> &'static [Syscall] {
        self.table().0
    }

    /// The syscall with this number (x32: with [`X32_BIT`]).
    pub fn syscall(self, number: u32) -> Option<&'static Syscall> {
        let table = self.syscalls();
        let at = table.binary_search_by_key(&number, |row| row.number).ok()?;
        table.get(at)
    }

    /// The name of the syscall with this number (x32: with [`X32_BIT`]).
    pub fn name(self, number: u32) -> Option<&'static str> {
        self.syscall(number).map(Syscall::name)
    }

    /// The number of the syscall with this name (x32: with [`X32_BIT`]).
    pub fn number(self, name: &str) -> Option<u32> {
        let (table, by_name) = self.table();
        let row = |at: &u16| table.get(usize::from(*at));
        let found = by_name
            .binary_search_by(|at| row(at).map_or("", Syscall::name).cmp(name))
            .ok()?;
        by_name.get(found).and_then(row).map(|row| row.number)
    }

    /// The rows by number, and the positions of the rows in the order of their names.
    const fn table(self) -> (&'static [Syscall], &'static [u16]) {
        match self {
            Abi::X86_64 => (tables::X86_64, tables::X86_64_BY_NAME),
            Abi::I386 => (tables::I386, tables::I386_BY_NAME),
            Abi::X32 => (tables::X32, tables::X32_BY_NAME),
            Abi::Aarch64 => (tables::AARCH64, tables::AARCH64_BY_NAME),
            Abi::Arm => (tables::ARM, tables::ARM_BY_NAME),
            Abi::Riscv64 => (tables::RISCV64, tables::RISCV64_BY_NAME),
            Abi::Ppc64le => (tables::PPC64LE, tables::PPC64LE_BY_NAME),
            Abi::S390x => (tables::S390X, tables::S390X_BY_NAME),
            Abi::Loongarch64 => (tables::LOONGARCH64, tables::LOONGARCH64_BY_NAME),
        }
    }
}

impl fmt::Display for Abi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
