//! The fuzz corpora, replayed; and the fuzz targets on generated programs.

use std::path::Path;

use amiconfined::bpf::{Program, SeccompData};

use super::programs::{Random, S390X, Style, X86_64, count, mutated, program};

#[path = "../../../fuzz/src/bpf.rs"]
mod targets;

fn inputs(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    std::fs::read_dir(folder)
        .expect("corpus")
        .map(|entry| std::fs::read(entry.expect("entry").path()).expect("input"))
        .collect()
}

fn input(data: &SeccompData, count: Option<u8>, programs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(data.nr.to_le_bytes());
    bytes.extend(data.arch.to_le_bytes());
    bytes.extend(data.instruction_pointer.to_le_bytes());
    bytes.extend(data.args.iter().flat_map(|argument| argument.to_le_bytes()));
    bytes.extend(count);
    bytes.extend(programs.iter().flatten());
    bytes
}

#[test]
fn the_corpora_hold() {
    let check = inputs("bpf_check_eval");
    let decide = inputs("bpf_decide");
    let programs = check
        .iter()
        .filter(|input| targets::check_eval(input))
        .count();
    let decided = decide
        .iter()
        .filter(|input| targets::decide_all(input))
        .count();
    println!("{programs} of {} inputs are programs", check.len());
    println!("{decided} of {} inputs are filters", decide.len());
    assert!(programs > 0 && programs < check.len());
    assert!(decided > 0 && decided < decide.len());
}

#[test]
fn the_fuzz_targets_hold_for_generated_and_broken_programs() {
    let mut held = [0, 0];
    for seed in 0..count(3000) {
        let mut random = Random(seed);
        let arch = random.pick(&[X86_64, S390X]);
        let nr = random.interesting_word();
        let data = random.data(arch, nr);
        let bytes = |program: Program| program.to_le_bytes();
        let one: Vec<u8> = mutated(&mut random)
            .into_iter()
            .flat_map(|instruction| instruction.to_le_bytes())
            .collect();
        let mut broken = input(&data, None, std::slice::from_ref(&one));
        broken.truncate(broken.len() - usize::from(seed % 5 == 0));
        held[0] += usize::from(targets::check_eval(&broken));
        let style = random.pick(&[Style::Plain, Style::Wild]);
        let stack = [bytes(program(&mut random, style))];
        assert!(targets::decide_all(&input(&data, Some(0), &stack)));
        held[1] += usize::from(targets::decide_all(&input(&data, Some(1), &[one])));
    }
    println!("held for programs and filters: {held:?}");
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_a_target_fail(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..256)) {
        targets::check_eval(&bytes);
        targets::decide_all(&bytes);
    }
}
