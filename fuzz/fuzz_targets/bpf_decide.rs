#![no_main]

#[path = "../src/bpf.rs"]
#[allow(dead_code)] // each target runs one half
mod bpf;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    bpf::decide_all(input);
});
