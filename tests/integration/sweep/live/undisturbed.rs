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
    let heard = |during: &dyn Fn()| -> Option<Vec<Duration>> {
        machine.late();
        for heart in &hearts {
            heart.longest();
        }
        std::thread::sleep(Duration::from_millis(60));
        let end = Instant::now() + ROUND;
        while Instant::now() < end {
            during();
        }
        let gaps = hearts.iter().map(Heartbeat::longest).collect();
        machine.was_at_rest().then_some(gaps)
    };
    let missed = |gaps: &[Duration]| gaps.iter().position(|gap| *gap >= GAP);
    let pause = || std::thread::sleep(Duration::from_millis(10));
    let kinds: [(&str, &dyn Fn()); 3] = [
        ("without a sweep", &pause),
        ("with sweeps", &|| swept(&[])),
        ("with filters dumped", &|| swept(&["--seccomp", "dump"])),
    ];
    for (nth, (kind, during)) in kinds.into_iter().enumerate() {
        let round = || -> Option<Duration> {
            let gaps = heard(during)?;
            if let Some(at) = missed(&gaps) {
                // What hearts miss without a sweep, or right after as well, is the machine's doing.
                let own = nth > 0 && missed(&heard(&pause)?).is_none();
                assert!(!own, "{kind}: {}: {:?}", told[at].runtime, gaps[at]);
                return None;
            }
            gaps.into_iter().max()
        };
        let judged: Vec<Duration> = (0..ATTEMPTS).filter_map(|_| round()).take(4).collect();
        match judged.iter().max() {
            Some(longest) => println!("longest gap of {} hearts: {longest:?} {kind}", told.len()),
            None => println!("SKIPPED: a machine that is not late by itself, {kind}"),
        }
    }
}
