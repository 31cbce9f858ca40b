//! Questions to the inherited filters: by which own filter they are put, and what the answers say.

use std::sync::Arc;
use std::time::Instant;

use nix::errno::Errno;

use super::answer::Refusal;
use super::answers::Answers;
use super::beside::Waiting;
use super::entry::{self, Offered};
use super::own::Own;
use super::parallel::Begun;
use super::question::Question;
use super::questions::Questions;
use super::{Asking, SeccompProbe, gate, parallel, tables, tell, verdicts};
use crate::confinement::{LetThrough, SeccompMethod, Verdict};

/// Questions that were put: what came of each, under which own filter.
pub(super) struct Put {
    answers: Answers,
    own: Own,
    method: SeccompMethod,
}

impl Put {
    /// The verdict that the answer in this place is.
    fn verdict(&self, at: usize) -> Verdict {
        verdicts::verdict(self.answers.get(at), self.own)
    }

    /// The verdicts that the answers are, with what the kernel does before any filter. That is
    /// tried while the tables are made.
    pub(super) fn told(self, asked: &[Question], until: Instant) -> SeccompProbe {
        let place = |question: &Question| {
            let mut places = asked.iter().enumerate();
            let first = places.find(|(_, asked)| asked.abi() == question.abi())?;
            let mut rest = std::iter::once(first).chain(places);
            Some(rest.find(|(_, asked)| asked.is(question))?.0)
        };
        let allowed =
            |call: &Question| place(call).is_some_and(|at| self.verdict(at) == Verdict::Allowed);
        let tried = (self.own != Own::Notify)
            .then(|| Offered::try_where(allowed, until))
            .flatten();
        let verdict = |at, _: &Question| self.verdict(at);
        let mut probe = tables(asked, self.method.clone(), verdict);
        match self.own {
            Own::Notify => {
                let answer_to = |call: &Question| Some(self.answers.get(place(call)?));
                entry::mark(answer_to, &mut probe.abis);
            }
            Own::Trace => gate::mark(&mut probe.abis, until),
            _ => {}
        }
        Offered::mark(tried, &mut probe.abis);
        probe
    }
}

/// Begins to put the questions, by the method that is tried first and the thread that waits.
pub(super) fn begin(by: Option<Waiting>, asked: Arc<Questions>, until: Instant) -> Begun {
    Begun::early(by, asked, Own::Notify, until)
}

/// Puts the questions to the inherited filters, by the best method that they leave; why it could
/// not be done, if so.
pub(super) fn put(
    begun: Begun,
    asked: &Arc<Questions>,
    asking: Asking,
    until: Instant,
) -> Result<Put, String> {
    let refusal = match begun.answers(until) {
        Ok(answers) => {
            let method = |allowed_may_be, trace_untold| SeccompMethod::Notify {
                allowed_may_be,
                trace_untold,
            };
            return Ok(traces_told(
                asked,
                answers,
                Own::Notify,
                asking,
                until,
                method,
            ));
        }
        Err(refusal) => refusal,
    };
    let why = refusal.to_string();
    match refusal {
        // Another notifying filter is there: it outranks TRACE and reaches its own supervisor.
        Refusal::Filter(Errno::EBUSY) if asking.under_listener => {
            let answers = tell::put_traced(Arc::clone(asked), Own::Traced, until)
                .map_err(|second| format!("{why}; by a tracer: {second}"))?;
            let answers = Answers::Listed(answers);
            let method = |allowed_may_be, trace_untold| SeccompMethod::Traced {
                why,
                allowed_may_be,
                trace_untold,
            };
            Ok(traces_told(
                asked,
                answers,
                Own::Traced,
                asking,
                until,
                method,
            ))
        }
        // A kernel before 5.0, a sandbox's own kernel, or a filter that knows the flag.
        Refusal::Filter(_) | Refusal::Trapped(_) if refusal != Refusal::Filter(Errno::EBUSY) => {
            let answers = parallel::put_all(asked, Own::Trace, until)
                .map_err(|second| format!("{why}; without a listener: {second}"))?;
            Ok(Put {
                answers,
                own: Own::Trace,
                method: SeccompMethod::TraceWithoutTracer { why },
            })
        }
        _ => Err(why),
    }
}

/// The answers, once it is told as far as wanted what let a call through.
fn traces_told(
    asked: &[Question],
    mut answers: Answers,
    own: Own,
    asking: Asking,
    until: Instant,
    method: impl FnOnce(Vec<LetThrough>, Option<String>) -> SeccompMethod,
) -> Put {
    let mut may_be = vec![LetThrough::Logged];
    let mut told = None;
    if asking.tell_trace {
        let mut all = answers.listed(asked.len());
        told = Some(tell::traces(asked, &mut all, until));
        answers = Answers::Listed(all);
    }
    if told != Some(Ok(())) {
        may_be.push(LetThrough::Traced);
    }
    let method = method(may_be, told.and_then(Result::err));
    Put {
        answers,
        own,
        method,
    }
}
