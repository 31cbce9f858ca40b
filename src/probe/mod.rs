//! Floor 2: what the kernel would do, asked without executing a syscall body. The only
//! floor with unsafe code.
//!
//! A child adds one filter that answers everything with USER_NOTIF, and then makes every
//! call there is. What an inherited filter stops shows its own action, which outranks
//! USER_NOTIF; everything else waits at the child's listener, where it is refused. No
//! body runs, so any number and any arguments can be asked (`seccomp(2)`,
//! `seccomp_unotify(2)`, `kernel/seccomp.c`).
//!
//! An inherited LOG or TRACE ranks below USER_NOTIF and cannot be told from ALLOW so. TRACE
//! can be told under an own filter that kills ([`Asking::tell_trace`]); LOG cannot be told
//! from ALLOW by any filter that keeps the body from running.

mod answer;
#[cfg(any(target_arch = "aarch64", test))]
mod arm;
mod asker;
mod board;
mod bodies;
mod causes;
mod child;
mod decided;
mod dump;
mod entry;
mod execute;
mod execute_child;
mod exempt;
#[cfg(target_arch = "x86_64")]
mod fast_entry;
mod gate;
mod kernel_facts;
mod listener;
mod memory;
mod nursery;
mod own;
#[cfg(target_arch = "x86_64")]
mod own_vdso;
mod parallel;
mod question;
mod raw;
mod reaped;
mod status;
mod supervisor;
mod tell;
mod tracer;
mod verdicts;

pub use causes::{Privileges, name_causes};
pub use decided::decided_of;
pub use dump::{Dump, DumpError, dump};
pub use execute::{EXECUTION_LIMIT, execute};
pub use kernel_facts::{landlock_abi, security_modules, user_namespace_depth};

use std::time::{Duration, Instant};

use nix::errno::Errno;

use crate::bpf::{Program, SeccompData, evaluate_all};
use crate::confinement::{AbiVerdicts, LetThrough, SeccompMethod, SeccompMode, Verdict};
use crate::syscalls::Abi;

use answer::{Answer, Refusal};
use bodies::Bodies;
use own::Own;
use question::Question;

/// How long the questions may take altogether.
pub const TIME_LIMIT: Duration = Duration::from_millis(1500);

/// What the filters of this very process do with each syscall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeccompProbe {
    /// How the verdicts were come by.
    pub method: SeccompMethod,
    /// The verdicts, the native ABI's first; empty where none could be had.
    pub abis: Vec<AbiVerdicts>,
}

/// What may be done to know more, each of which costs something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asking {
    /// Ask, by a tracer, also where an inherited filter has a listener already. The calls
    /// that it notifies then come to that listener's supervisor, who may answer them, or
    /// let them run with the arguments of the question.
    pub under_listener: bool,
    /// Tell an inherited TRACE from ALLOW: a child is killed for every call that is let
    /// through, and the kernel may log each.
    pub tell_trace: bool,
}

/// Asks the filters of this process about every number of every ABI that it can enter.
///
/// `mode` is what `/proc/self/status` says: with [`SeccompMode::Disabled`] nothing is
/// asked, since there is nothing to ask. Always ends within [`TIME_LIMIT`] and leaves no
/// process, descriptor or memory behind. Never fails: what could not be asked is said in
/// the method and in each verdict.
pub fn verdicts(mode: Option<SeccompMode>, asking: Asking) -> SeccompProbe {
    let until = Instant::now() + TIME_LIMIT;
    let asked = asked(question::askable());
    let mut bodies = None;
    let mut probe = if mode == Some(SeccompMode::Disabled) {
        tables(&asked, SeccompMethod::NoFilter, |_, _| Verdict::Allowed)
    } else {
        let probe = of_filters(&asked, asking, until);
        bodies = Bodies::try_where_unclear(&probe.abis, until);
        probe
    };
    entry::mark_offered(&mut probe.abis, until);
    if let Some(bodies) = bodies {
        bodies.mark(&mut probe.abis);
    }
    #[cfg(target_arch = "aarch64")]
    arm::add(&mut probe, asking, until);
    probe
}

/// Every question of these ABIs, one ABI after the other.
fn asked(abis: Vec<Abi>) -> Vec<Question> {
    // About a thousand each, and some hundred with arguments.
    let mut all = Vec::with_capacity(abis.len() * 1400);
    all.extend(abis.into_iter().flat_map(question::questions));
    all
}

/// What the inherited filters answer, by the best method that they leave.
fn of_filters(asked: &[Question], asking: Asking, until: Instant) -> SeccompProbe {
    let refusal = match parallel::put_all(asked, Own::Notify, until) {
        Ok(answers) => {
            let method = |allowed_may_be, trace_untold| SeccompMethod::Notify {
                allowed_may_be,
                trace_untold,
            };
            return told(asked, answers, Own::Notify, asking, until, method);
        }
        Err(refusal) => refusal,
    };
    let why = refusal.to_string();
    match refusal {
        // Another notifying filter is there: it outranks TRACE and reaches its own supervisor.
        Refusal::Filter(Errno::EBUSY) if asking.under_listener => {
            match tell::put_traced(asked, Own::Traced, until) {
                Ok(answers) => {
                    let method = |allowed_may_be, trace_untold| SeccompMethod::Traced {
                        why,
                        allowed_may_be,
                        trace_untold,
                    };
                    told(asked, answers, Own::Traced, asking, until, method)
                }
                Err(second) => not_probed(format!("{why}; by a tracer: {second}")),
            }
        }
        // A kernel before 5.0, a sandbox's own kernel, or a filter that knows the flag.
        Refusal::Filter(_) | Refusal::Trapped(_) if refusal != Refusal::Filter(Errno::EBUSY) => {
            match parallel::put_all(asked, Own::Trace, until) {
                Ok(answers) => {
                    let method = SeccompMethod::TraceWithoutTracer { why };
                    let mut probe = judged(asked, &answers, Own::Trace, method);
                    gate::mark(&mut probe.abis, until);
                    probe
                }
                Err(second) => not_probed(format!("{why}; without a listener: {second}")),
            }
        }
        _ => not_probed(why),
    }
}

/// The verdicts of answers, once it is told as far as wanted what let a call through.
fn told(
    asked: &[Question],
    mut answers: Vec<Answer>,
    own: Own,
    asking: Asking,
    until: Instant,
    method: impl FnOnce(Vec<LetThrough>, Option<String>) -> SeccompMethod,
) -> SeccompProbe {
    let mut may_be = vec![LetThrough::Logged];
    let told = (asking.tell_trace).then(|| tell::traces(asked, &mut answers, until));
    if told != Some(Ok(())) {
        may_be.push(LetThrough::Traced);
    }
    let untold = told.and_then(Result::err);
    judged(asked, &answers, own, method(may_be, untold))
}

/// What filters that were dumped do with every number of every ABI that this processor's
/// processes can enter; `programs` as [`dump`] gives them.
#[must_use]
pub fn verdicts_of(programs: &[Program]) -> Vec<AbiVerdicts> {
    let method = SeccompMethod::Dumped { pause_us: 0 };
    let told = tables(&asked(question::enterable()), method, |_, question| {
        verdicts::of_action(evaluate_all(
            programs,
            &SeccompData {
                nr: question.number,
                arch: question.abi.audit_arch(),
                instruction_pointer: 0,
                args: question.arguments(),
            },
        ))
    });
    told.abis
}

fn judged(asked: &[Question], answers: &[Answer], own: Own, method: SeccompMethod) -> SeccompProbe {
    tables(asked, method, |at, _| {
        let answer = answers.get(at).copied().unwrap_or(Answer::Unasked);
        verdicts::verdict(answer, own)
    })
}

/// Tables of the verdict of each question, which is asked for with its place among all.
fn tables(
    asked: &[Question],
    method: SeccompMethod,
    verdict_of: impl Fn(usize, &Question) -> Verdict,
) -> SeccompProbe {
    let mut first = 0;
    let mut abis = Vec::new();
    for questions in asked.chunk_by(|one, next| one.abi == next.abi) {
        let verdict = |at, question: &Question| verdict_of(first + at, question);
        let abi = questions.first().map(|question| question.abi);
        abis.extend(abi.map(|abi| verdicts::table(abi, questions, verdict)));
        first += questions.len();
    }
    SeccompProbe { method, abis }
}

fn not_probed(why: String) -> SeccompProbe {
    SeccompProbe {
        method: SeccompMethod::NotProbed { why },
        abis: Vec::new(),
    }
}
