//! Floor 1: classic BPF as seccomp runs it: check, disassemble, evaluate.
