//! Has the program ask.

use std::sync::Arc;
use std::time::Instant;

use nix::errno::Errno;
use nix::libc;

use super::super::answer::{Answer, Refusal};
use super::super::answers::Answers;
use super::super::how::How;
use super::super::own::Own;
use super::super::question::{Part, Question};
use super::super::questions::Questions;
use super::super::{Asking, SeccompProbe, parallel, supervisor, tell, verdicts};
use super::program::{PROGRAM, answered};
use crate::confinement::{LetThrough, SeccompMethod, Verdict};
use crate::syscalls::Abi;

/// 32-bit ARM's `__NR_getpid`.
const GETPID: u32 = 20;

/// Adds the verdicts of 32-bit ARM to those of the native ABI.
pub(in super::super) fn added(
    mut probe: SeccompProbe,
    asking: Asking,
    until: Instant,
) -> SeccompProbe {
    let questions = Arc::new(Questions::about(vec![Abi::Arm]));
    let own = match probe.method {
        SeccompMethod::NoFilter | SeccompMethod::Notify { .. } => Own::Notify,
        SeccompMethod::TraceWithoutTracer { .. } => Own::Trace,
        SeccompMethod::Traced { .. } => Own::Traced,
        _ => return probe,
    };
    let allowed = probe.method == SeccompMethod::NoFilter;
    let answers = match own {
        _ if allowed => answered(Part::whole(&one()), How::here(own, until))
            .map(|answered| Answers::Listed(answered.all()))
            .map_err(Unasked::from),
        Own::Traced => Err(Unasked::because(
            "a tracer of 64-bit ARM cannot keep a 32-bit call from running",
        )),
        _ => startable(own, until).and_then(|()| Ok(parallel::put_all(&questions, own, until)?)),
    };
    let answers = answers.map(|answers| told(&questions, answers, &mut probe, asking, until));
    let mut table = verdicts::table(Abi::Arm, &questions, |at, _| match &answers {
        _ if allowed => Verdict::Allowed,
        Ok(answers) => verdicts::verdict(answers.get(at), own),
        Err(unasked) => Verdict::NotProbed(unasked.why.clone()),
    });
    table.offered = match answers {
        Ok(_) => Some(true),
        Err(unasked) => unasked.offered,
    };
    probe.abis.push(table);
    probe
}

/// The answers, once it is told as far as wanted what let a call through.
fn told(
    questions: &[Question],
    answers: Answers,
    probe: &mut SeccompProbe,
    asking: Asking,
    until: Instant,
) -> Answers {
    let SeccompMethod::Notify {
        allowed_may_be,
        trace_untold,
    } = &mut probe.method
    else {
        return answers;
    };
    if !asking.tell_trace {
        return answers;
    }
    let mut all = answers.listed(questions.len());
    if let Err(why) = tell::traces(questions, &mut all, until)
        && !allowed_may_be.contains(&LetThrough::Traced)
    {
        allowed_may_be.push(LetThrough::Traced);
        *trace_untold = Some(why);
    }
    Answers::Listed(all)
}

/// Why nothing was asked, and whether the kernel has the ABI, as far as that shows it.
struct Unasked {
    why: String,
    offered: Option<bool>,
}

impl Unasked {
    fn because(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            offered: None,
        }
    }
}

impl From<Refusal> for Unasked {
    fn from(refusal: Refusal) -> Self {
        Self {
            offered: (refusal == Refusal::NotExecuted(Errno::ENOEXEC)).then_some(false),
            ..Self::because(refusal.to_string())
        }
    }
}

/// The call of which it is asked whether the ABI is there.
fn one() -> Vec<Question> {
    vec![Question::Zero(Abi::Arm, GETPID)]
}

/// Whether the filters let the calls pass by which a program comes to ask.
fn startable(own: Own, until: Instant) -> Result<(), Unasked> {
    let calls = [
        (
            "memfd_create",
            libc::SYS_memfd_create,
            [0, u64::from(PROGRAM), 0, 0, 0],
        ),
        ("ftruncate", libc::SYS_ftruncate, [0; 5]),
        (
            "execveat",
            libc::SYS_execveat,
            [0, 0, 0, 0, libc::AT_EMPTY_PATH.cast_unsigned().into()],
        ),
    ];
    let questions =
        calls.map(|(_, number, [a, b, c, d, e])| Question::given(number, [a, b, c, d, e, 0]));
    let answers = supervisor::put(Part::whole(&questions), How::here(own, until))?;
    let passes = |answer| match own {
        Own::Notify => answer == Answer::PassedOn,
        _ => answer == Answer::Returned(own.answers()),
    };
    let stopped = calls
        .iter()
        .zip(answers)
        .find(|(_, answer)| !passes(*answer));
    stopped.map_or(Ok(()), |((name, ..), _)| {
        let why = format!("the filters stop {name}, by which the program starts that asks");
        Err(Unasked::because(why))
    })
}
