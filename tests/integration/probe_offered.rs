//! Whether the kernel offers the foreign ABIs, as the asking child sees it.
#![cfg(target_arch = "x86_64")]

use amiconfined::confinement::{SeccompMethod, SeccompMode};
use amiconfined::probe::{self, Asking, SeccompProbe};
use libseccomp::{ScmpAction, ScmpArch, ScmpFilterContext};

use crate::probe::{asked, in_own_process, rule};

/// What is said of i386 and x32.
fn offered(found: &SeccompProbe) -> [Option<bool>; 2] {
    ["i386", "x32"].map(|name| {
        let abi = found.abis.iter().find(|abi| abi.abi == name);
        abi.unwrap().offered
    })
}

/// Where nothing is asked, a call of each is made.
fn made() -> [Option<bool>; 2] {
    offered(&probe::verdicts(
        Some(SeccompMode::Disabled),
        Asking::default(),
    ))
}

#[test]
fn what_the_child_sees_is_what_a_call_of_each_shows() {
    let seen = asked(Asking::default());
    assert!(matches!(seen.method, SeccompMethod::Notify { .. }));
    assert_eq!(offered(&seen), made());
    println!("{:?}", made());
    assert!(made().iter().all(Option::is_some));
}

/// What came to a filter by i386 has entered by it; of x32 that shows nothing.
#[test]
fn where_a_filter_stops_the_call_it_is_not_made() {
    in_own_process(
        "probe_offered::where_a_filter_stops_the_call_it_is_not_made",
        || {
            let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
            filter.add_arch(ScmpArch::X86).unwrap();
            filter.add_arch(ScmpArch::X32).unwrap();
            let made = made();
            rule(&mut filter, ScmpAction::Errno(nix::libc::EPERM), "getpid");
            filter.load().unwrap();
            let [i386, x32] = offered(&asked(Asking::default()));
            assert_eq!((i386, x32), (made[0], None));
        },
    );
}
