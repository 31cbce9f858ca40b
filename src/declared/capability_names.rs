//! Capabilities as declarations spell them.

use super::{Field, InputError, RuntimeName};
use crate::confinement::{
    CapabilityRule, CapabilitySet, EffectiveRule, Ignored, SetRule, Text, WrittenCapability,
    capability_number,
};

/// All bits that a name may stand for: the kernel's own limit is 64.
const ALL: CapabilitySet = CapabilitySet(u64::MAX);

/// What a name means to whoever wrote it: with or without `CAP_`, in any case of letters.
pub(super) fn meaning(spelling: &str) -> Option<CapabilitySet> {
    let upper = spelling.to_ascii_uppercase();
    let bare = upper.strip_prefix("CAP_").unwrap_or(&upper);
    if bare == "ALL" {
        return Some(ALL);
    }
    capability_number(&format!("CAP_{bare}")).map(|n| CapabilitySet::EMPTY.with(n))
}

/// What adding and dropping makes of the default set; `None` where the default counts and
/// is not known.
pub(super) struct AddDrop {
    written: Vec<WrittenCapability>,
    added: CapabilitySet,
    dropped: CapabilitySet,
}

impl AddDrop {
    /// Reads the two lists.
    pub(super) fn read(
        add: &Field<'_>,
        drop: &Field<'_>,
        privileged: bool,
        runtime: Option<RuntimeName>,
    ) -> Result<Self, InputError> {
        let mut this = Self {
            written: Vec::new(),
            added: CapabilitySet::EMPTY,
            dropped: CapabilitySet::EMPTY,
        };
        for (list, is_drop) in [(add, false), (drop, true)] {
            for (spelling, item) in list.texts()? {
                let meant = meaning(spelling);
                let set = if is_drop {
                    &mut this.dropped
                } else {
                    &mut this.added
                };
                *set = set.union(meant.unwrap_or_default());
                let ignored = if privileged && is_drop {
                    Some(Ignored {
                        why: String::from(
                            "a privileged container has every capability: what it drops is ignored",
                        ),
                        mend: String::from("set privileged: false, and add what is needed"),
                    })
                } else {
                    runtime.and_then(|runtime| runtime.ignores(spelling))
                };
                this.written.push(WrittenCapability {
                    spelling: Text::from(spelling),
                    meant,
                    drop: is_drop,
                    source: item.source(),
                    ignored,
                });
            }
        }
        Ok(this)
    }

    /// The rule that they make, on top of the runtime's default.
    pub(super) fn rule(
        self,
        privileged: bool,
        default: Option<CapabilitySet>,
    ) -> Option<CapabilityRule> {
        let all_added = self.added == ALL;
        let all_dropped = self.dropped == ALL;
        let bounding = if privileged || all_added && !all_dropped {
            SetRule::AllBut(self.dropped)
        } else {
            let start = if all_dropped {
                CapabilitySet::EMPTY
            } else {
                default?
            };
            let single = |drop: bool| {
                self.written
                    .iter()
                    .filter(|w| w.drop == drop && w.meant != Some(ALL))
                    .filter_map(|w| w.meant)
                    .fold(CapabilitySet::EMPTY, CapabilitySet::union)
            };
            SetRule::Exactly(start.union(single(false)).minus(single(true)))
        };
        let other = if privileged {
            SetRule::Any
        } else {
            SetRule::Exactly(CapabilitySet::EMPTY)
        };
        Some(CapabilityRule {
            bounding,
            inheritable: other,
            ambient: other,
            effective: EffectiveRule::AfterExec,
            written: self.written,
        })
    }
}

/// The set that a list of names stands for, as the OCI runtime reads it: `CAP_` and all.
pub(super) fn told_set(
    list: &Field<'_>,
    unknown: &mut Vec<WrittenCapability>,
) -> Result<CapabilitySet, InputError> {
    let mut set = CapabilitySet::EMPTY;
    for (spelling, item) in list.texts()? {
        match capability_number(spelling) {
            Some(number) => set = set.with(number),
            None if unknown.iter().any(|w| w.spelling == *spelling) => {}
            None => unknown.push(WrittenCapability {
                spelling: Text::from(spelling),
                meant: None,
                drop: false,
                source: item.source(),
                ignored: None,
            }),
        }
    }
    Ok(set)
}
