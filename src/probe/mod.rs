//! Floor 2: what the kernel would do, asked without executing a syscall body. The only floor with unsafe code.
