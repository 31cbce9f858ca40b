//! Where two filters differ: each difference is one when the call is evaluated, and calls
//! that differ are among the differences.

use amiconfined::bpf::{differ, evaluate};

use super::profiles::Profile;
use super::programs::{Random, count};

#[test]
fn differences_are_those_of_evaluation() {
    let mut told = 0;
    for seed in 0..count(300) {
        let mut random = Random(seed);
        let sides = [
            Profile::random(&mut random, true),
            Profile::random(&mut random, true),
        ];
        let [left, right] = [&sides[0].program, &sides[1].program];
        let calls: Vec<_> = (0..200)
            .map(|turn| sides[turn % 2].call(&mut random))
            .collect();
        for call in calls {
            let found = differ(
                std::slice::from_ref(left),
                std::slice::from_ref(right),
                call.arch,
                call.nr..=call.nr,
            );
            let differing = found.get(&call.nr).map(|found| found.as_ref().unwrap());
            for difference in differing.into_iter().flatten() {
                let example = difference.witness.unwrap();
                assert_eq!((example.nr, example.arch), (call.nr, call.arch));
                assert_eq!(evaluate(left, &example), difference.left, "seed {seed}");
                assert_eq!(evaluate(right, &example), difference.right, "seed {seed}");
                told += 1;
            }
            let narrow = call.arch & 0x8000_0000 == 0;
            if narrow && call.args.iter().any(|argument| *argument > 0xffff_ffff) {
                continue;
            }
            let listed = differing.into_iter().flatten().find(|difference| {
                let mut conditions = difference.conditions.iter();
                conditions.all(|condition| condition.holds(&call))
            });
            let (ours, theirs) = (evaluate(left, &call), evaluate(right, &call));
            match listed {
                Some(difference) => assert_eq!((difference.left, difference.right), (ours, theirs)),
                None => assert_eq!(ours, theirs, "seed {seed}: {call:?}"),
            }
        }
    }
    assert!(told > 1000, "{told} differences");
}
