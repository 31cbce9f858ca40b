//! Random rules on arguments, and what they mean.

use amiconfined::bpf::SeccompData;
use libseccomp::ScmpCompareOp;

use super::programs::Random;

/// One test of a rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compare {
    pub(crate) argument: u32,
    pub(crate) op: ScmpCompareOp,
    pub(crate) datum: u64,
}

/// A rule: all tests hold.
pub(crate) type Rule = Vec<Compare>;

/// Up to three different arguments, and now and then none.
pub(crate) fn some_arguments(random: &mut Random) -> Vec<u32> {
    let mut all: Vec<u32> = (0..6).collect();
    let tests = random.below(12).min(1 + random.below(3));
    (0..tests)
        .map(|_| all.remove(random.below(all.len() as u64) as usize))
        .collect()
}

/// One test of each argument.
pub(crate) fn rule(random: &mut Random, arguments: &[u32], wide: bool) -> Rule {
    arguments
        .iter()
        .map(|argument| {
            let argument = *argument;
            let number = |random: &mut Random| {
                let narrow = u64::from(random.interesting_word());
                if wide && random.below(2) == 0 {
                    random.interesting()
                } else {
                    narrow
                }
            };
            let op = match random.below(9) {
                0 => ScmpCompareOp::NotEqual,
                1 => ScmpCompareOp::Less,
                2 => ScmpCompareOp::LessOrEqual,
                3 => ScmpCompareOp::GreaterEqual,
                4 => ScmpCompareOp::Greater,
                5 | 6 => ScmpCompareOp::MaskedEqual(number(random)),
                _ => ScmpCompareOp::Equal,
            };
            let mut datum = number(random);
            if let ScmpCompareOp::MaskedEqual(mask) = op {
                datum &= mask;
            }
            Compare {
                argument,
                op,
                datum,
            }
        })
        .collect()
}

/// The same test of another value, where the test is for a value.
pub(crate) fn next_value(random: &mut Random, rule: &Rule) -> Option<Rule> {
    let [first] = rule.as_slice() else {
        return None;
    };
    let datum = match first.op {
        ScmpCompareOp::Equal => first.datum ^ u64::from(random.interesting_word()),
        ScmpCompareOp::MaskedEqual(mask) => mask & u64::from(random.interesting_word()),
        _ => return None,
    };
    Some(vec![Compare { datum, ..*first }])
}

pub(crate) fn matches(rule: &Rule, data: &SeccompData) -> bool {
    rule.iter().all(
        |Compare {
             argument,
             op,
             datum,
         }| {
            let have = data.args[*argument as usize];
            match *op {
                ScmpCompareOp::NotEqual => have != *datum,
                ScmpCompareOp::Less => have < *datum,
                ScmpCompareOp::LessOrEqual => have <= *datum,
                ScmpCompareOp::Equal => have == *datum,
                ScmpCompareOp::GreaterEqual => have >= *datum,
                ScmpCompareOp::Greater => have > *datum,
                ScmpCompareOp::MaskedEqual(mask) => have & mask == *datum,
                _ => unreachable!("not generated"),
            }
        },
    )
}
