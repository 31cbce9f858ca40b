//! What the bpf targets hold for every input. The tests include this file too.
//!
//! An input is a call (`struct seccomp_data`, 64 bytes little-endian), for
//! `decide` the number of filters, and their instructions, little-endian.

use amiconfined::bpf::{
    Action, Decision, Instruction, MAX_INSTRUCTIONS, Program, SeccompData, decide, disassemble,
    evaluate, evaluate_all,
};

fn call(input: &[u8]) -> Option<(SeccompData, &[u8])> {
    let (head, rest) = input.split_first_chunk::<64>()?;
    let (words, _) = head.as_chunks::<8>();
    let word = |index: usize| {
        words
            .get(index)
            .map_or(0, |bytes| u64::from_le_bytes(*bytes))
    };
    let (arch, nr) = (word(0) >> 32, word(0) & 0xffff_ffff);
    let data = SeccompData {
        nr: u32::try_from(nr).ok()?,
        arch: u32::try_from(arch).ok()?,
        instruction_pointer: word(1),
        args: std::array::from_fn(|argument| word(2 + argument)),
    };
    Some((data, rest))
}

/// Check, listing, bytes and evaluation; whether the input held a program.
pub(crate) fn check_eval(input: &[u8]) -> bool {
    let Some((data, bytes)) = call(input) else {
        return false;
    };
    let Ok(program) = Program::from_le_bytes(bytes) else {
        return false;
    };
    assert_eq!(program.to_le_bytes(), bytes);
    assert!((1..=MAX_INSTRUCTIONS).contains(&program.instructions().len()));
    assert_eq!(disassemble(&program).len(), program.instructions().len());
    let instructions: Vec<Instruction> = program.instructions().to_vec();
    assert_eq!(Program::check(instructions).as_ref(), Ok(&program));
    let action = evaluate(&program, &data);
    assert_eq!(Action::from_raw(action.to_raw()), action);
    true
}

/// What is decided for all calls holds for this one and for every witness;
/// whether the input held programs.
pub(crate) fn decide_all(input: &[u8]) -> bool {
    let Some((data, rest)) = call(input) else {
        return false;
    };
    let Some((count, bytes)) = rest.split_first() else {
        return false;
    };
    let (instructions, _) = bytes.as_chunks::<8>();
    let each = (instructions.len() / (1 + usize::from(count % 4))).max(1);
    let programs: Result<Vec<Program>, _> = instructions
        .chunks(each)
        .map(|part| Program::from_le_bytes(part.as_flattened()))
        .collect();
    let Ok(programs) = programs else {
        return false;
    };
    let expected = evaluate_all(&programs, &data);
    match decide(&programs, data.arch, data.nr) {
        Decision::Always(action) => assert_eq!(action, expected),
        Decision::Depends(cases) => {
            let holds = |data: &SeccompData| {
                let mut found = cases
                    .iter()
                    .filter(|case| case.conditions.iter().all(|c| c.holds(data)));
                let action = found.next().map(|case| case.action);
                assert_eq!(found.next(), None, "a second case");
                action
            };
            assert_eq!(holds(&data), Some(expected));
            for case in &cases {
                if let Some(witness) = case.witness {
                    assert_eq!(evaluate_all(&programs, &witness), case.action, "{case}");
                    assert_eq!(holds(&witness), Some(case.action), "{case}");
                }
            }
        }
        Decision::TooComplex(_) => {}
    }
    true
}
