//! A container that keeps the standard, and how capabilities take from it.

use amiconfined::confinement::{CapabilitySet, Reading};
use amiconfined::pod_security::{Level, judge_observed};
use proptest::prelude::*;

use super::fixture::restricted;

#[test]
fn a_restricted_container_keeps_restricted() {
    let judgement = judge_observed(&restricted());
    assert_eq!(
        (judgement.keeps, judgement.may_keep),
        (Level::Restricted, Level::Restricted)
    );
    assert!(judgement.failed(Level::Restricted).next().is_none());
}

proptest! {
    #[test]
    fn a_capability_more_never_keeps_more(mask in any::<u64>(), number in 0u8..64) {
        let keeps = |mask: CapabilitySet| {
            let mut confinement = restricted();
            confinement.capabilities.bounding = Reading::Known(mask);
            judge_observed(&confinement).keeps
        };
        let mask = CapabilitySet(mask);
        prop_assert!(keeps(mask.with(number)) <= keeps(mask));
    }
}
