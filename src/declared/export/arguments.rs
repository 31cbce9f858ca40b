//! Conditions on one argument as comparisons that a profile can make: one for each rule.

use super::ExportedArgument;
use crate::bpf::{Comparison, Relation};

/// Most comparisons that the conditions on one argument become.
const MOST: usize = 512;

/// Alternatives, of which any one holds exactly where all of the conditions hold. An inner
/// `None` holds always. `None` where no profile says it, or only a very long one.
pub(super) fn alternatives(
    index: u8,
    conditions: &[Comparison],
) -> Option<Vec<Option<ExportedArgument>>> {
    let mut mask = 0;
    let mut value = 0;
    let mut others = Vec::new();
    for condition in conditions {
        if condition.relation != Relation::Equal {
            others.push(*condition);
        } else if (value ^ condition.value) & mask & condition.mask != 0 {
            return Some(Vec::new());
        } else {
            mask |= condition.mask;
            value |= condition.value;
        }
    }
    match others.as_slice() {
        [] => Some(vec![equal(index, mask, value)]),
        [one] if mask == 0 && one.mask == u64::MAX => {
            let op = match one.relation {
                Relation::NotEqual => "SCMP_CMP_NE",
                Relation::Less => "SCMP_CMP_LT",
                _ => "SCMP_CMP_GE",
            };
            Some(vec![Some(ExportedArgument::new(index, op, one.value))])
        }
        [first, rest @ ..]
            if mask == 0
                && first.mask & first.mask.wrapping_add(1) == 0
                && rest.iter().all(|other| other.mask == first.mask) =>
        {
            within(index, first.mask, &others)
        }
        _ => by_bits(index, (mask, value), &others),
    }
}

/// The bits of `mask` as in `value`.
fn equal(index: u8, mask: u64, value: u64) -> Option<ExportedArgument> {
    match mask {
        0 => None,
        u64::MAX => Some(ExportedArgument::new(index, "SCMP_CMP_EQ", value)),
        _ => Some(ExportedArgument {
            value_two: value,
            ..ExportedArgument::new(index, "SCMP_CMP_MASKED_EQ", mask)
        }),
    }
}

/// Bounds and exceptions on the lowest bits: the spans of numbers that are left.
fn within(
    index: u8,
    most: u64,
    conditions: &[Comparison],
) -> Option<Vec<Option<ExportedArgument>>> {
    let mut spans = vec![(0, most)];
    for condition in conditions {
        let value = condition.value;
        let below = value.checked_sub(1).map(|last| (0, last));
        let above = value.checked_add(1).map(|first| (first, most));
        let kept: Vec<(u64, u64)> = match condition.relation {
            Relation::Equal => vec![(value, value)],
            Relation::NotEqual => below.into_iter().chain(above).collect(),
            Relation::Less => below.into_iter().collect(),
            Relation::GreaterEqual => vec![(value, most)],
        };
        spans = spans
            .iter()
            .flat_map(|span| {
                kept.iter()
                    .map(|keep| (span.0.max(keep.0), span.1.min(keep.1)))
            })
            .filter(|(first, last)| first <= last)
            .collect();
    }
    let mut all = Vec::new();
    for (first, last) in spans {
        match (first, last) {
            (0, last) if last == u64::MAX => all.push(None),
            (0, last) if most == u64::MAX => {
                all.push(Some(ExportedArgument::new(index, "SCMP_CMP_LE", last)));
            }
            (first, u64::MAX) => {
                all.push(Some(ExportedArgument::new(index, "SCMP_CMP_GE", first)));
            }
            _ => blocks(index, most, (first, last), &mut all),
        }
        if all.len() > MOST {
            return None;
        }
    }
    Some(all)
}

/// A span as the fewest runs of numbers that share their upper bits.
fn blocks(
    index: u8,
    most: u64,
    (mut first, last): (u64, u64),
    all: &mut Vec<Option<ExportedArgument>>,
) {
    loop {
        let mut rest = 0;
        // The largest run that starts here and does not go beyond the end.
        loop {
            let wider = rest << 1 | 1;
            if rest == most || first & wider != 0 || last - first < wider {
                break;
            }
            rest = wider;
        }
        all.push(equal(index, most & !rest, first));
        match first.checked_add(rest).and_then(|end| end.checked_add(1)) {
            Some(next) if next <= last => first = next,
            _ => return,
        }
    }
}

/// "Not these bits" as: one of them is another.
fn by_bits(
    index: u8,
    known: (u64, u64),
    others: &[Comparison],
) -> Option<Vec<Option<ExportedArgument>>> {
    let mut all = vec![known];
    for other in others {
        if other.relation != Relation::NotEqual {
            return None;
        }
        let mut next = Vec::new();
        for (mask, value) in all {
            if (value ^ other.value) & mask & other.mask != 0 {
                next.push((mask, value));
                continue;
            }
            let open = other.mask & !mask;
            for bit in (0..64).map(|shift| 1_u64 << shift) {
                if open & bit != 0 {
                    next.push((mask | bit, value | (!other.value & bit)));
                }
            }
        }
        if next.len() > MOST {
            return None;
        }
        all = next;
    }
    Some(
        all.into_iter()
            .map(|(mask, value)| equal(index, mask, value))
            .collect(),
    )
}
