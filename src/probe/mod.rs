//! Floor 2: what the kernel would do, asked without executing a syscall body. The only
//! floor with unsafe code.
//!
//! A child adds one filter that answers everything with USER_NOTIF, and then makes every
//! call there is. What an inherited filter stops shows its own action, which outranks
//! USER_NOTIF; everything else waits at the child's listener, where it is refused. No
//! body runs, so any number and any arguments can be asked (`seccomp(2)`,
//! `seccomp_unotify(2)`, `kernel/seccomp.c`).
//!
//! An inherited LOG or TRACE ranks below USER_NOTIF and cannot be told from ALLOW so.

#[cfg(any(target_arch = "aarch64", test))]
mod arm;
mod board;
mod bodies;
mod causes;
mod child;
mod decided;
mod dump;
mod entry;
mod execute;
mod execute_child;
mod kernel_facts;
mod listener;
mod memory;
mod program;
mod question;
mod raw;
mod supervisor;
mod verdicts;

pub use causes::{Privileges, name_causes};
pub use decided::decided_of;
pub use dump::{Dump, DumpError, dump};
pub use execute::{EXECUTION_LIMIT, execute};
pub use kernel_facts::{landlock_abi, security_modules, user_namespace_depth};

use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::Signal;

use crate::bpf::{Program, SeccompData, evaluate_all};
use crate::confinement::{AbiVerdicts, SeccompMethod, SeccompMode, Verdict};
use crate::syscalls::Abi;

use bodies::Bodies;
use child::Own;
use question::Question;
use supervisor::{Answer, Refusal};

/// How long the questions may take altogether.
pub const TIME_LIMIT: Duration = Duration::from_millis(1500);
/// Bytes of stack of a supervising thread, which only waits and answers.
const THREAD_STACK: usize = 64 << 10;

/// What the filters of this very process do with each syscall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeccompProbe {
    /// How the verdicts were come by.
    pub method: SeccompMethod,
    /// The verdicts, the native ABI's first; empty where none could be had.
    pub abis: Vec<AbiVerdicts>,
}

/// Asks the filters of this process about every number of every ABI that it can enter.
///
/// `mode` is what `/proc/self/status` says: with [`SeccompMode::Disabled`] nothing is
/// asked, since there is nothing to ask. Always ends within [`TIME_LIMIT`] and leaves no
/// process, descriptor or memory behind. Never fails: what could not be asked is said in
/// the method and in each verdict.
pub fn verdicts(mode: Option<SeccompMode>) -> SeccompProbe {
    let until = Instant::now() + TIME_LIMIT;
    let asked: Vec<(Abi, Vec<Question>)> = question::askable()
        .into_iter()
        .map(|abi| (abi, question::questions(abi)))
        .collect();
    let mut probe = if mode == Some(SeccompMode::Disabled) {
        tables(&asked, SeccompMethod::NoFilter, |_, _, _| Verdict::Allowed)
    } else {
        of_filters(&asked, until)
    };
    entry::mark_offered(&mut probe.abis);
    #[cfg(target_arch = "aarch64")]
    arm::add(&mut probe, until);
    probe
}

/// What the inherited filters answer, by the best method that they leave.
fn of_filters(asked: &[(Abi, Vec<Question>)], until: Instant) -> SeccompProbe {
    let bodies = Bodies::tried(until);
    let refusal = match side_by_side(asked, Own::Notify, until) {
        Ok(answers) => {
            let mut probe = judged(asked, &answers, Own::Notify, SeccompMethod::Notify);
            bodies.mark(&mut probe.abis);
            return probe;
        }
        Err(refusal) => refusal,
    };
    let why = refusal.to_string();
    match refusal {
        // A kernel before 5.0, a sandbox's own kernel, or a filter that knows the flag.
        Refusal::Filter(errno) if errno != Errno::EBUSY => {
            match side_by_side(asked, Own::Trace, until) {
                Ok(answers) => {
                    let method = SeccompMethod::TraceWithoutTracer { why };
                    let mut probe = judged(asked, &answers, Own::Trace, method);
                    bodies.mark(&mut probe.abis);
                    probe
                }
                Err(second) => not_probed(format!("{why}; without a listener: {second}")),
            }
        }
        // With EBUSY another notifying filter is there: it would outrank TRACE and reach its
        // own supervisor.
        _ => not_probed(why),
    }
}

/// What filters that were dumped do with every number of every ABI that this processor's
/// processes can enter; `programs` as [`dump`] gives them.
#[must_use]
pub fn verdicts_of(programs: &[Program]) -> Vec<AbiVerdicts> {
    let asked: Vec<(Abi, Vec<Question>)> = question::enterable()
        .into_iter()
        .map(|abi| (abi, question::questions(abi)))
        .collect();
    let method = SeccompMethod::Dumped { pause_us: 0 };
    let told = tables(&asked, method, |_, _, question| {
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

/// The answers to one ABI's questions, or why they could not be put.
type Answers = Result<Vec<Answer>, Refusal>;

/// Puts each ABI's questions, with a child and a supervising thread for each. What could
/// not be had beside the others is asked again alone, with the time that is left: a limit
/// of processes may have room for one.
///
/// # Errors
///
/// Where not even the native ABI's questions, the first ones, could be put.
fn side_by_side(
    asked: &[(Abi, Vec<Question>)],
    own: Own,
    until: Instant,
) -> Result<Vec<Answers>, Refusal> {
    let put = |questions: &[Question]| supervisor::put(questions, own, until);
    let Some(((_, native), foreign)) = asked.split_first() else {
        return Ok(Vec::new());
    };
    let (first, mut answers) = std::thread::scope(|scope| {
        let threads: Vec<_> = foreign
            .iter()
            .map(|(_, questions)| {
                let thread = std::thread::Builder::new().stack_size(THREAD_STACK);
                thread.spawn_scoped(scope, || put(questions)).ok()
            })
            .collect();
        let first = put(native);
        let answers: Vec<Option<Answers>> = threads
            .into_iter()
            .map(|thread| thread.and_then(|thread| thread.join().ok()))
            .collect();
        (first, answers)
    });
    let first = match first {
        Err(Refusal::Clone(_)) => put(native)?,
        other => other?,
    };
    for (answers, (_, questions)) in answers.iter_mut().zip(foreign) {
        if matches!(answers, None | Some(Err(Refusal::Clone(_)))) {
            *answers = Some(put(questions));
        }
    }
    Ok(std::iter::once(Ok(first))
        .chain(answers.into_iter().flatten())
        .collect())
}

fn judged(
    asked: &[(Abi, Vec<Question>)],
    answers: &[Answers],
    own: Own,
    method: SeccompMethod,
) -> SeccompProbe {
    tables(asked, method, |table, at, _| match answers.get(table) {
        Some(Ok(answers)) => {
            let answer = answers.get(at).copied().unwrap_or(Answer::Unasked);
            verdicts::verdict(answer, own)
        }
        Some(Err(refusal)) => Verdict::NotProbed(refusal.to_string()),
        None => Verdict::NotProbed("not asked".to_owned()),
    })
}

fn tables(
    asked: &[(Abi, Vec<Question>)],
    method: SeccompMethod,
    verdict_of: impl Fn(usize, usize, &Question) -> Verdict,
) -> SeccompProbe {
    let abis = asked.iter().enumerate().map(|(table, (abi, questions))| {
        verdicts::table(*abi, questions, |at, question| {
            verdict_of(table, at, question)
        })
    });
    SeccompProbe {
        method,
        abis: abis.collect(),
    }
}

fn not_probed(why: String) -> SeccompProbe {
    SeccompProbe {
        method: SeccompMethod::NotProbed { why },
        abis: Vec::new(),
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Clone(errno) => write!(f, "clone: {errno}: no child to ask from"),
            Self::NoNewPrivs(errno) => write!(f, "prctl(PR_SET_NO_NEW_PRIVS): {errno}"),
            Self::Filter(Errno::EBUSY) => {
                f.write_str("a seccomp listener is present (seccomp: EBUSY)")
            }
            Self::Filter(errno) => write!(f, "seccomp(SECCOMP_SET_MODE_FILTER): {errno}"),
            Self::NotAListener(errno) => {
                write!(
                    f,
                    "seccomp(2) returned what is no listener to supervise (ioctl: {errno})"
                )
            }
            Self::Died => f.write_str("the asking child died before it had a filter"),
            Self::NotExecuted(Errno::ENOEXEC) => f.write_str(
                "execveat: ENOEXEC: this kernel or processor executes no 32-bit program",
            ),
            Self::NotExecuted(errno) => write!(f, "execveat: {errno}"),
            Self::Interpreted => {
                f.write_str("an interpreter executes 32-bit programs here, not the kernel")
            }
            Self::NotAsking(Some(Signal::SIGSYS)) => f.write_str(
                "a filter kills the 32-bit program that asks, before its first question",
            ),
            Self::NotAsking(Some(signal)) => {
                write!(
                    f,
                    "the program that asks died of {signal} before its first question"
                )
            }
            Self::NotAsking(None) => {
                f.write_str("the program that asks did not come to its first question")
            }
        }
    }
}
