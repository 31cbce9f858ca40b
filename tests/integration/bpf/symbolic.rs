//! What `decide` says of all calls holds for every call that is evaluated.

use amiconfined::bpf::{
    Case, Condition, Decision, Field, Program, SeccompData, decide, evaluate_all,
};

use super::programs::{Random, S390X, Style, X86_64, count, program};

/// Calls that a decision can go wrong on: each case's own, neighbours of every
/// number in a condition, and random ones.
fn calls(random: &mut Random, nr: u32, arch: u32, cases: &[Case]) -> Vec<SeccompData> {
    let mut calls: Vec<SeccompData> = (0..40).map(|_| random.data(arch, nr)).collect();
    for case in cases.iter().take(64) {
        let Some(witness) = case.witness else {
            continue;
        };
        calls.push(witness);
        for condition in case.conditions.iter().take(16) {
            let Condition::Comparison(comparison) = condition else {
                continue;
            };
            for value in [
                comparison.value,
                comparison.value.wrapping_add(1),
                comparison.value.wrapping_sub(1),
                !comparison.value,
                comparison.value | !comparison.mask,
            ] {
                let mut near = witness;
                match comparison.field {
                    Field::InstructionPointer => near.instruction_pointer = value,
                    Field::Argument(argument) => near.args[usize::from(argument)] = value,
                }
                calls.push(near);
            }
        }
    }
    calls
}

/// Counts of decisions: always, depends, too complex.
pub(crate) type Tally = [u64; 3];

/// Holds a decision against evaluation.
pub(crate) fn agree(
    random: &mut Random,
    programs: &[Program],
    arch: u32,
    nr: u32,
    tally: &mut Tally,
) {
    let decision = decide(programs, arch, nr);
    let cases = match &decision {
        Decision::Always(_) => &[],
        Decision::Depends(cases) => cases.as_slice(),
        Decision::TooComplex(why) => {
            println!("too complex: {why}");
            tally[2] += 1;
            return;
        }
    };
    tally[usize::from(!cases.is_empty())] += 1;
    for case in cases {
        if let Some(witness) = case.witness {
            assert_eq!(
                evaluate_all(programs, &witness),
                case.action,
                "witness of {case}"
            );
            assert_eq!((witness.nr, witness.arch), (nr, arch));
        }
    }
    for data in calls(random, nr, arch, cases) {
        let expected = evaluate_all(programs, &data);
        match &decision {
            Decision::Always(action) => assert_eq!(*action, expected, "{data:x?}"),
            _ => {
                let matching: Vec<&Case> = cases
                    .iter()
                    .filter(|case| case.conditions.iter().all(|c| c.holds(&data)))
                    .collect();
                assert_eq!(matching.len(), 1, "{data:x?} is of one case: {matching:#?}");
                assert_eq!(matching[0].action, expected, "{data:x?}: {}", matching[0]);
            }
        }
    }
}

fn random_programs_agree(style: Style, filters: u64, tries: u64) -> Tally {
    let mut tally = [0; 3];
    for seed in 0..count(tries) {
        let mut random = Random(seed);
        let programs: Vec<Program> = (0..1 + random.below(filters))
            .map(|_| program(&mut random, style))
            .collect();
        let arch = random.pick(&[X86_64, X86_64, S390X]);
        let nr = random.interesting_word();
        println!("seed {seed}");
        agree(&mut random, &programs, arch, nr, &mut tally);
    }
    tally
}

#[test]
fn decisions_on_plain_programs_are_exact() {
    let tally = random_programs_agree(Style::Plain, 1, 4000);
    println!("always, depends, too complex: {tally:?}");
    assert_eq!(tally[2], 0, "a plain program is never too complex");
}

#[test]
fn decisions_on_wild_programs_are_sound() {
    let tally = random_programs_agree(Style::Wild, 1, 4000);
    println!("always, depends, too complex: {tally:?}");
    assert!(tally[2] * 10 < tally[0] + tally[1], "{tally:?}");
}

#[test]
fn decisions_on_stacked_programs_are_sound() {
    let tally = random_programs_agree(Style::Plain, 4, 2000);
    println!("always, depends, too complex: {tally:?}");
    assert!(tally[2] * 100 < tally[0] + tally[1], "{tally:?}");
}
