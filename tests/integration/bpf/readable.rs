//! What people read: decisions on filters as runtimes write them, and listings.

use std::io::{Read, Seek};

use amiconfined::bpf::{Decision, Program, decide, disassemble};
use libseccomp::ScmpCompareOp::{
    Equal, Greater, GreaterEqual, Less, LessOrEqual, MaskedEqual, NotEqual,
};
use libseccomp::{
    ScmpAction, ScmpArch, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpSyscall,
};

use super::programs::{I386, X86_64};

/// A filter that answers EPERM, but lets the syscall through under each rule.
fn filter(number: i32, rules: &[&[(u32, ScmpCompareOp, u64)]]) -> Program {
    let mut context = ScmpFilterContext::new(ScmpAction::Errno(1)).expect("context");
    for rule in rules {
        let tests: Vec<_> = rule
            .iter()
            .map(|(argument, op, datum)| ScmpArgCompare::new(*argument, *op, *datum))
            .collect();
        context
            .add_rule_conditional(ScmpAction::Allow, ScmpSyscall::from(number), &tests)
            .expect("rule");
    }
    exported(&context)
}

fn exported(context: &ScmpFilterContext) -> Program {
    let mut file = tempfile::tempfile().expect("temporary file");
    context.export_bpf(&file).expect("export");
    let mut bytes = Vec::new();
    file.rewind().expect("rewind");
    file.read_to_end(&mut bytes).expect("read");
    Program::from_ne_bytes(&bytes).expect("program")
}

/// The cases that are let through, or the decision where there are none.
fn allowed(programs: &[Program], number: u32) -> Vec<String> {
    match decide(programs, X86_64, number) {
        Decision::Depends(cases) => cases
            .iter()
            .filter(|case| case.action.lets_through())
            .map(ToString::to_string)
            .collect(),
        other => vec![format!("{other:?}")],
    }
}

#[test]
fn one_test_of_one_argument_is_one_condition() {
    let one = |op, datum| {
        let program = filter(56, &[&[(0, op, datum)]]);
        let Decision::Depends(cases) = decide(&[program], X86_64, 56) else {
            panic!("it depends");
        };
        assert_eq!(cases.len(), 2, "{cases:?}");
        allowed(&[filter(56, &[&[(0, op, datum)]])], 56).join("; ")
    };
    assert_eq!(one(Equal, 2), "allow if arg0 == 2");
    assert_eq!(one(Equal, 0x1_0000_0002), "allow if arg0 == 0x100000002");
    assert_eq!(one(NotEqual, 38), "allow if arg0 != 0x26");
    assert_eq!(one(Less, 0x5000), "allow if arg0 < 0x5000");
    assert_eq!(one(Less, 0x5_0000_5000), "allow if arg0 < 0x500005000");
    assert_eq!(one(LessOrEqual, 7), "allow if arg0 < 8");
    assert_eq!(
        one(Greater, u64::from(u32::MAX)),
        "allow if arg0 >= 0x100000000"
    );
    assert_eq!(one(Greater, 0x1_0000_0000), "allow if arg0 >= 0x100000001");
    assert_eq!(one(GreaterEqual, 40), "allow if arg0 >= 0x28");
    // The mask with which runtimes keep CLONE_NEW* out.
    assert_eq!(
        one(MaskedEqual(0x7e02_0000), 0),
        "allow if arg0 & 0x7e020000 == 0"
    );
    assert_eq!(
        one(MaskedEqual(0x80_0000_0080), 0x80),
        "allow if arg0 & 0x8000000080 == 0x80"
    );
}

#[test]
fn a_list_of_values_is_one_case_each() {
    // personality, as runtimes allow it.
    let rules: Vec<[_; 1]> = [0, 8, 0x20000, 0x20008, 0xffff_ffff]
        .map(|value| [(0, Equal, value)])
        .to_vec();
    let rules: Vec<&[_]> = rules.iter().map(|rule| rule.as_slice()).collect();
    let mut allowed = allowed(&[filter(135, &rules)], 135);
    allowed.sort();
    assert_eq!(
        allowed,
        [
            "allow if arg0 == 0",
            "allow if arg0 == 0x20000",
            "allow if arg0 == 0x20008",
            "allow if arg0 == 0xffffffff",
            "allow if arg0 == 8",
        ]
    );
}

#[test]
fn several_arguments_and_several_filters_are_joined() {
    let one = filter(41, &[&[(0, Equal, 16), (2, Equal, 9)]]);
    let other = filter(41, &[&[(0, NotEqual, 40)]]);
    assert_eq!(
        allowed(&[one.clone(), other.clone()], 41),
        ["allow if arg0 == 0x10 && arg2 == 9"]
    );
    assert_eq!(allowed(&[one, other], 42), ["Always(Errno(1))"]);
}

#[test]
fn a_foreign_architecture_is_decided_by_itself() {
    let mut context = ScmpFilterContext::new(ScmpAction::Errno(1)).expect("context");
    context.add_arch(ScmpArch::X86).expect("arch");
    let number = ScmpSyscall::from_name("personality").expect("number");
    let test = ScmpArgCompare::new(0, Equal, 8);
    context
        .add_rule_conditional(ScmpAction::Allow, number, &[test])
        .expect("rule");
    let Decision::Depends(cases) = decide(&[exported(&context)], I386, 136) else {
        panic!("it depends");
    };
    let cases: Vec<_> = cases.iter().map(ToString::to_string).collect();
    assert_eq!(
        cases,
        [
            "allow if arg0 & 0xffffffff == 8",
            "errno(1) if arg0 & 0xffffffff != 8"
        ]
    );
}

#[test]
fn a_listing_names_fields_actions_and_targets() {
    let listing = disassemble(&filter(56, &[&[(0, MaskedEqual(0x7e02_0000), 0)]]));
    insta::assert_snapshot!(listing.join("\n"));
}
