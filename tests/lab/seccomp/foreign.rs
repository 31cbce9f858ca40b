//! What the filters let through in a foreign ABI that they stop in the native one.

use libseccomp::ScmpSyscall;

use super::simulator::Decided;
use super::{ABIS, Abi, Each, NUMBERS, words};

/// The names that libseccomp has in both ABIs, as its simulator decides them with zeros and a
/// probe sees it.
pub(super) fn passes(kernel: &[Decided]) -> Each<Vec<String>> {
    let stopped = |at: usize, number: u32| {
        let place = number as usize;
        let answer = words::strongest(kernel.iter().map(|k| k[at][place].as_str()));
        words::seen_by_probe(answer) != "allowed"
    };
    let mut at = 0..;
    ABIS.map(|abi| {
        let at = at.next().unwrap();
        let passing = (0..NUMBERS).filter(|number| at > 0 && !stopped(at, *number));
        let names = passing.filter_map(|number| name(&abi, number));
        names
            .filter(|name| here(name).is_some_and(|number| stopped(0, number)))
            .collect()
    })
}

fn name(abi: &Abi, number: u32) -> Option<String> {
    let syscall = ScmpSyscall::from((number | abi.bit).cast_signed());
    syscall.get_name_by_arch(abi.libseccomp).ok()
}

/// The native number; none of what another architecture has alone.
fn here(name: &str) -> Option<u32> {
    let syscall = ScmpSyscall::from_name_by_arch(name, ABIS[0].libseccomp).ok()?;
    let number = u32::try_from(syscall.as_raw_syscall()).ok()?;
    (number < NUMBERS).then_some(number)
}
