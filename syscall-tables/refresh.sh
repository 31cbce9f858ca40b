#!/bin/sh
# Writes the number tables anew from an unpacked kernel source tree.
# Usage: refresh.sh TREE "MONTH YEAR OF THE RELEASE"
set -eu
tree=${1:?give the kernel source tree}
date=${2:?give the month and year of the release}
here=$(dirname "$0")
release=$(awk -F' *= *' '
	/^VERSION/ { v = $2 } /^PATCHLEVEL/ { p = $2 } /^SUBLEVEL/ { s = $2 }
	/^EXTRAVERSION/ { e = $2; exit }
	END { printf "%s.%s%s%s", v, p, (s > 0 ? "." s : ""), e }' "$tree/Makefile")

# table NAME SOURCE ABIS [BIT]: keeps the rows whose ABI column is one of ABIS, adding BIT.
table() {
	{
		echo "# Syscall numbers and names of $1."
		echo "# kernel: $release ($date)"
		echo "# source: $2, ABIs $3"
		if [ "$1" = x32 ]; then
			echo "# Numbers carry the x32 bit 0x40000000, as seccomp filters see them."
		fi
		awk -v abis=",$3," -v bit="${4:-0}" '
			/^[0-9]/ && index(abis, "," $2 ",") { printf "%d\t%s\n", $1 + bit, $3 }
		' "$tree/$2" | sort -n
		if [ "$1" = arm ]; then
			echo "# From arch/arm/include/uapi/asm/unistd.h: above the table, from __ARM_NR_BASE (0x0f0000) on."
			awk '/^#define __ARM_NR_[a-z]/ {
				sub("__ARM_NR_", "", $2); gsub("[^0-9]", "", $3); printf "%d\t%s\n", 983040 + $3, $2
			}' "$tree/arch/arm/include/uapi/asm/unistd.h"
		fi
	} >"$here/$1.tbl"
}

table x86_64 arch/x86/entry/syscalls/syscall_64.tbl common,64
table x32 arch/x86/entry/syscalls/syscall_64.tbl common,x32 1073741824
table i386 arch/x86/entry/syscalls/syscall_32.tbl i386
table arm arch/arm/tools/syscall.tbl common,eabi
# The selectors are those of arch/*/kernel/Makefile.syscalls.
table aarch64 scripts/syscall.tbl common,64,renameat,rlimit,memfd_secret
table riscv64 scripts/syscall.tbl common,64,riscv,rlimit,memfd_secret
table loongarch64 scripts/syscall.tbl common,64,memfd_secret
table ppc64le arch/powerpc/kernel/syscalls/syscall.tbl common,nospu,64
table s390x arch/s390/kernel/syscalls/syscall.tbl common,64
