//! Profiles that libseccomp compiles: evaluation, symbolic decision, the rules'
//! own meaning, libseccomp's simulator and the kernel all say the same.

use amiconfined::bpf::{Action, SeccompData, evaluate};

use super::kernel::{Observed, accepts, observe};
use super::kernel_agrees::{expected, few_kills};
use super::profiles::{Profile, X32};
use super::programs::{I386, Random, X86_64, count};
use super::simulator::Simulator;
use super::symbolic::agree;

fn profiles(tries: u64, tidy: bool) -> impl Iterator<Item = (Random, Profile)> {
    (0..count(tries)).map(move |seed| {
        println!("seed {seed}");
        let mut random = Random(seed);
        let profile = Profile::random(&mut random, tidy);
        (random, profile)
    })
}

#[test]
fn evaluation_is_what_the_rules_mean() {
    let mut asked = 0;
    for (mut random, profile) in profiles(3000, true) {
        for _ in 0..64 {
            let call = profile.call(&mut random);
            let meant = profile.means(&call);
            assert_eq!(
                evaluate(&profile.program, &call),
                meant,
                "{call:x?} {profile:x?}"
            );
            asked += 1;
        }
    }
    println!("calls: {asked}");
}

#[test]
fn decisions_on_profiles_are_exact() {
    let mut tally = [0; 3];
    for (mut random, profile) in profiles(300, false) {
        let program = std::slice::from_ref(&profile.program);
        for number in profile.numbers() {
            agree(&mut random, program, X86_64, number, &mut tally);
            agree(&mut random, program, X86_64, number | X32, &mut tally);
            agree(&mut random, program, I386, number, &mut tally);
        }
    }
    println!("always, depends, too complex: {tally:?}");
    assert!(tally[2] * 100 < tally[0] + tally[1], "{tally:?}");
}

#[test]
fn the_simulator_says_the_same() {
    let Some(simulator) = Simulator::build() else {
        return;
    };
    let mut asked = 0;
    for (mut random, profile) in profiles(2000, false) {
        let path = simulator.load(&profile.program);
        for _ in 0..2 {
            let call = profile.call(&mut random);
            let ours = evaluate(&profile.program, &call);
            if ours == Action::UserNotif {
                continue; // the simulator of libseccomp 2.5 does not know it
            }
            assert_eq!(
                ours,
                simulator.simulate(&path, &call),
                "{call:x?} {profile:x?}"
            );
            asked += 1;
        }
    }
    println!("calls simulated: {asked}");
}

/// The calls are real ones: what is let through returns an id. A kernel without
/// x32 says ENOSYS to all of those.
fn agrees(action: Action, call: &SeccompData, observed: Observed) -> bool {
    match (action, observed) {
        (Action::Allow | Action::Log, Observed::Returned(value)) => {
            value >= 0 || value == -38 && call.nr & X32 != 0
        }
        // libseccomp's traps carry no data of their own.
        _ => expected(action) == observed,
    }
}

#[test]
fn the_kernel_says_the_same() {
    if accepts(&[Vec::new()]).is_none() {
        println!("SKIPPED: seccomp is not to be had");
        return;
    }
    let mut asked = 0;
    for (mut random, profile) in profiles(2000, false) {
        let filters = std::slice::from_ref(&profile.program);
        let calls = (0..64).map(|_| profile.call(&mut random)).collect();
        let calls = few_kills(filters, calls);
        for (call, observed) in calls.iter().zip(observe(filters, &calls)) {
            let action = evaluate(&profile.program, call);
            assert!(
                agrees(action, call, observed),
                "{action} is {observed:?}: {call:x?} {profile:x?}"
            );
            asked += 1;
        }
    }
    println!("calls asked: {asked}");
}
