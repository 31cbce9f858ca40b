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
mod answers;
#[cfg(any(target_arch = "aarch64", test))]
mod arm;
mod asker;
mod beside;
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
mod filters;
mod gate;
mod how;
mod kernel_facts;
mod listener;
mod memory;
mod nursery;
mod own;
#[cfg(target_arch = "x86_64")]
mod own_vdso;
mod parallel;
mod processor;
mod question;
mod questions;
mod raw;
mod reaped;
mod skip;
mod slot;
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

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::bpf::{Program, SeccompData, evaluate_all};
use crate::confinement::{AbiVerdicts, SeccompMethod, SeccompMode, Verdict};

use beside::Waiting;
use entry::Offered;
use parallel::Begun;
use question::Question;
use questions::Questions;

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

/// What is ready to ask: a thread that waits.
#[derive(Debug)]
pub struct Ready(Option<Waiting>);

impl Ready {
    /// Starts the thread, if there can be one; if not, one is started when it is to ask.
    #[must_use]
    pub fn start() -> Self {
        Self(Waiting::ahead())
    }

    /// Begins to ask.
    ///
    /// `mode` is what `/proc/self/status` says: with [`SeccompMode::Disabled`] nothing is
    /// asked, since there is nothing to ask.
    #[must_use]
    pub fn begin(self, mode: Option<SeccompMode>) -> Probe {
        let asked = Arc::new(Questions::about(questions::askable()));
        let until = Instant::now() + TIME_LIMIT;
        let begun = (mode != Some(SeccompMode::Disabled))
            .then(|| filters::begin(self.0, Arc::clone(&asked), until));
        Probe { asked, begun }
    }
}

/// Questions to the filters of this process about every number of every ABI that it can enter,
/// of which some are being put already: while another processor does something else.
#[derive(Debug)]
pub struct Probe {
    asked: Arc<Questions>,
    /// `None` where there is nothing to ask.
    begun: Option<Begun>,
}

impl Probe {
    /// Asks the rest. Always ends within [`TIME_LIMIT`] and leaves no process, descriptor or
    /// memory behind. Never fails: what could not be asked is said in the method and in each
    /// verdict.
    #[must_use]
    pub fn verdicts(self, asking: Asking) -> SeccompProbe {
        let until = Instant::now() + TIME_LIMIT;
        let asked = self.asked;
        let probe = if let Some(begun) = self.begun {
            match filters::put(begun, &asked, asking, until) {
                Ok(put) => put.told(&asked, until),
                Err(why) => not_probed(why),
            }
        } else {
            let offered = Offered::try_where(|_| true, until);
            let mut probe = tables(&asked, SeccompMethod::NoFilter, |_, _| Verdict::Allowed);
            Offered::mark(offered, &mut probe.abis);
            probe
        };
        #[cfg(target_arch = "aarch64")]
        let probe = arm::added(probe, asking, until);
        probe
    }
}

/// [`Ready::begin`] and [`Probe::verdicts`], with nothing between them.
#[must_use]
pub fn verdicts(mode: Option<SeccompMode>, asking: Asking) -> SeccompProbe {
    Ready(None).begin(mode).verdicts(asking)
}

/// What filters that were dumped do with every number of every ABI that this processor's
/// processes can enter; `programs` as [`dump`] gives them.
#[must_use]
pub fn verdicts_of(programs: &[Program]) -> Vec<AbiVerdicts> {
    let method = SeccompMethod::Dumped { pause_us: 0 };
    let asked = Questions::about(questions::enterable());
    let told = tables(&asked, method, |_, question| {
        verdicts::of_action(evaluate_all(
            programs,
            &SeccompData {
                nr: question.number(),
                arch: question.abi().audit_arch(),
                instruction_pointer: 0,
                args: question.arguments(),
            },
        ))
    });
    told.abis
}

/// Tables of the verdict of each question, which is asked for with its place among all.
fn tables(
    asked: &[Question],
    method: SeccompMethod,
    verdict_of: impl Fn(usize, &Question) -> Verdict,
) -> SeccompProbe {
    let mut first = 0;
    let mut abis = Vec::new();
    for questions in asked.chunk_by(|one, next| one.abi() == next.abi()) {
        let verdict = |at, question: &Question| verdict_of(first + at, question);
        let abi = questions.first().map(Question::abi);
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
