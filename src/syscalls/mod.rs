//! Floor 0: the kernel's syscall tables per ABI, as constants made from `syscall-tables/` at build time.
