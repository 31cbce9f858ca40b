//! Whether what enters by the compatibility gate is taken for that.
//!
//! gVisor's kernel takes `int 0x80` for a native call: its filters are then shown the native
//! architecture, and each number that is asked is the native ABI's.

use std::time::Instant;

use crate::confinement::{AbiVerdicts, Verdict};
use crate::syscalls::Abi;

use super::answer::Answer;
use super::how::How;
use super::own::Own;
use super::question::{Part, Question};
use super::supervisor;

/// The call that is asked about: a filter that stops it for good is rare.
const CALL: &str = "getpid";

/// Takes back the verdicts of each ABI that the kernel takes for the native one.
///
/// Not needed where a filter's listener could be had, which is a kernel of Linux's own.
pub(super) fn mark(abis: &mut [AbiVerdicts], until: Instant) {
    for table in abis.iter_mut().filter(|table| !table.native) {
        let abi = Abi::ALL.into_iter().find(|abi| abi.as_str() == table.abi);
        let Some(abi) = abi.filter(|abi| taken_for_native(*abi, until)) else {
            continue;
        };
        table.offered = Some(false);
        let why = format!(
            "this kernel takes {abi} calls for those of {}",
            Abi::native()
        );
        let untold = || Verdict::NotProbed(why.clone());
        for syscall in &mut table.syscalls {
            syscall.verdict = untold();
            syscall.cause = None;
            for asked in &mut syscall.arguments {
                asked.verdict = untold();
            }
        }
        for range in &mut table.unnamed {
            range.verdict = untold();
        }
    }
}

/// Asks below an own filter that tells architectures apart, and whose error outranks any
/// other filter's: no body runs.
fn taken_for_native(abi: Abi, until: Instant) -> bool {
    let question = abi.number(CALL).map(|number| Question::Zero(abi, number));
    let Some(question) = question.filter(Question::compat) else {
        return false;
    };
    let answers =
        supervisor::put(Part::whole(&[question]), How::here(Own::Errno, until)).unwrap_or_default();
    answers == [Answer::Returned(Own::Errno.answers())]
}
