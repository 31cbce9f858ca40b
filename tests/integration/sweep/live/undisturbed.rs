//! That no container is disturbed by a sweep: its heart does not miss a beat.

use std::time::{Duration, Instant};

use super::arena::Arena;
use super::engines::Told;
use super::heartbeat::{Heartbeat, Machine};

/// What no container's heart may miss.
const GAP: Duration = Duration::from_millis(5);

/// How long hearts are listened to at a time.
const ROUND: Duration = Duration::from_millis(700);

/// How often it is listened for a round in which the machine was at rest.
const ATTEMPTS: usize = 12;

/// Sweeps for a while, also with each filter dumped, and looks whether a heart missed a beat.
/// Of a round in which the machine itself was late nothing is concluded.
pub(super) fn held(arena: &Arena, told: &[&Told], swept: &dyn Fn(&[&str])) {
    let hearts: Vec<Heartbeat> = told
        .iter()
        .map(|one| Heartbeat(arena.path("beat").join(one.runtime)))
        .collect();
    let machine = Machine::start();
    let round = |during: &dyn Fn()| -> Option<Duration> {
        machine.late();
        for heart in &hearts {
            heart.longest();
        }
        std::thread::sleep(Duration::from_millis(60));
        let end = Instant::now() + ROUND;
        while Instant::now() < end {
            during();
        }
        let gaps: Vec<Duration> = hearts.iter().map(Heartbeat::longest).collect();
        if !machine.was_at_rest() {
            return None;
        }
        for (gap, one) in gaps.iter().zip(told) {
            assert!(*gap < GAP, "{}: {gap:?}", one.runtime);
        }
        gaps.into_iter().max()
    };
    let pause = || std::thread::sleep(Duration::from_millis(10));
    let kinds: [(&str, &dyn Fn()); 3] = [
        ("without a sweep", &pause),
        ("with sweeps", &|| swept(&[])),
        ("with filters dumped", &|| swept(&["--seccomp", "dump"])),
    ];
    for (kind, during) in kinds {
        let judged: Vec<Duration> = (0..ATTEMPTS)
            .filter_map(|_| round(during))
            .take(4)
            .collect();
        match judged.iter().max() {
            Some(longest) => println!("longest gap of {} hearts: {longest:?} {kind}", told.len()),
            None => println!("SKIPPED: a machine that is not late by itself, {kind}"),
        }
    }
}
