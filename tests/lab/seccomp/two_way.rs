//! Two of the three, where no program can be dumped: what the probe was answered, and what the
//! profile asks for.

use serde_json::Value;

use super::three_way::{Comparison, note};
use super::verdicts::Verdicts;
use super::{ABIS, Declared, NUMBERS, Tools, words};

/// What the probe says of a call that is let through where no listener can be had: ENOSYS, the
/// filter's or of the question itself.
const AMBIGUOUS: &str = "inconclusive: ENOSYS";

/// Holds the report made inside against the profile, in the native ABI: gVisor compiles for no
/// other. `why` says why there is no program.
pub(crate) fn told(
    tools: &Tools,
    declared: &Declared,
    inside: &Value,
    why: &'static str,
) -> Option<Comparison> {
    let simulator = tools.simulator.as_ref()?;
    let filters = declared.filters.iter();
    let asked: Vec<_> = filters.map(|f| simulator.decide(&f.bytes())).collect();
    let mut comparison = Comparison {
        filters: declared.filters.len(),
        declared: declared.by,
        undumped: Some(why),
        ..Comparison::default()
    };
    for (at, abi) in ABIS.iter().enumerate().take(1) {
        let probed = Verdicts::of(&inside["abis"], abi);
        for number in 0..NUMBERS {
            let wanted = words::strongest(asked.iter().map(|a| a[at][number as usize].as_str()));
            let answered = probed.at(number);
            let agrees = match &answered[..] {
                [one] if one.starts_with(AMBIGUOUS) => {
                    ["allowed", "errno 38"].contains(&words::seen_by_probe(wanted))
                }
                [one] => one == wanted,
                _ => false,
            };
            if agrees {
                comparison.agreed[at] += 1;
            } else {
                let why = format!("the profile says {wanted}, the probe says {answered:?}");
                note(&mut comparison.differences, abi.name, number, why);
            }
        }
    }
    Some(comparison)
}
