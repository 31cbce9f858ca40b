//! What a reader wants first, computed from the facts and from nothing else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::confinement::{CapabilitySet, Confinement, Reading, SyscallVerdict, Verdict};

use super::{Layer, StandsOut, layers, stands_out};

/// How confined the process is and what stands out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Each layer of confinement, and whether it confines.
    pub layers: Vec<Layer>,
    /// What stands out, most serious first.
    pub stands_out: Vec<StandsOut>,
    /// The bounding set against Docker's default fourteen.
    pub bounding: Reading<BoundingDifference>,
    /// How many named syscalls have each verdict, by ABI.
    pub verdicts: Vec<VerdictCount>,
}

/// What the bounding set adds to Docker's default fourteen capabilities, and lacks of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BoundingDifference {
    /// In the bounding set, not in the fourteen.
    pub adds: CapabilitySet,
    /// In the fourteen, not in the bounding set.
    pub lacks: CapabilitySet,
}

/// How many named syscalls of an ABI have one verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VerdictCount {
    /// The ABI's name.
    pub abi: String,
    /// The verdict with all arguments zero, as text shows it.
    pub verdict: String,
    /// How many.
    pub count: usize,
}

impl Summary {
    /// Computes it.
    pub fn of(confinement: &Confinement) -> Self {
        Self {
            layers: layers(confinement),
            stands_out: stands_out(confinement),
            bounding: confinement.capabilities.bounding.as_ref().map(|bounding| {
                BoundingDifference {
                    adds: bounding.minus(CapabilitySet::DOCKER_DEFAULT),
                    lacks: CapabilitySet::DOCKER_DEFAULT.minus(*bounding),
                }
            }),
            verdicts: verdicts(confinement),
        }
    }
}

fn verdicts(confinement: &Confinement) -> Vec<VerdictCount> {
    let mut counts: Vec<VerdictCount> = Vec::new();
    for abi in &confinement.seccomp.abis {
        let start = counts.len();
        let mut of_each: Vec<(&Verdict, usize)> = Vec::new();
        for SyscallVerdict { verdict, .. } in &abi.syscalls {
            match of_each.iter_mut().find(|(known, _)| *known == verdict) {
                Some((_, count)) => *count += 1,
                None => of_each.push((verdict, 1)),
            }
        }
        for (verdict, count) in of_each {
            let verdict = verdict.to_string();
            match counts.iter_mut().skip(start).find(|c| c.verdict == verdict) {
                Some(found) => found.count += count,
                None => counts.push(VerdictCount {
                    abi: abi.abi.clone(),
                    verdict,
                    count,
                }),
            }
        }
        if let Some(of_this_abi) = counts.get_mut(start..) {
            of_this_abi.sort_by_key(|c| std::cmp::Reverse(c.count));
        }
    }
    counts
}
