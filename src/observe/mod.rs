//! Floor 2: what the kernel says of a process, read through one `ProcRoot`.
