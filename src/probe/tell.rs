//! Tells calls that an inherited filter hands to a tracer (`SECCOMP_RET_TRACE`) from those
//! that it lets through.
//!
//! Of two filters that answer TRACE the newer one wins, so an own filter that answers TRACE
//! hides an inherited one. An action that the kernel does not know ranks by its number, and
//! kills: one between TRACE and LOG gives way to an inherited TRACE, which comes to the
//! tracer, and kills for LOG and ALLOW. The body runs in neither case.

use std::sync::Arc;
use std::time::{Duration, Instant};

use nix::errno::Errno;

use super::answer::{Answer, Refusal};
use super::answers::Answered;
use super::beside::{Beside, Given};
use super::how::How;
use super::own::Own;
use super::question::{Part, Question, Share};
use super::questions::Questions;
use super::supervisor::put;

/// What a tracer asks of ptrace(2).
const REQUESTS: [i64; 4] = [
    nix::libc::PTRACE_SEIZE as i64,
    nix::libc::PTRACE_CONT as i64,
    nix::libc::PTRACE_GETEVENTMSG as i64,
    nix::libc::PTRACE_POKEUSER as i64,
];
/// How long it may take to ask whether it may.
const SOON: Duration = Duration::from_millis(100);

/// Puts questions by a tracer. It is a thread of its own: with that, tracing ends.
///
/// Whether this process may call ptrace(2) at all is asked first, in a child that a filter
/// may kill for it.
pub(super) fn put_traced(
    questions: Arc<Questions>,
    own: Own,
    until: Instant,
) -> Result<Vec<Answer>, Refusal> {
    let requests = REQUESTS.map(|request| {
        let request = u64::try_from(request).unwrap_or(u64::MAX);
        Question::given(nix::libc::SYS_ptrace, [request, 0, 0, 0, 0, 0])
    });
    let soon = until.min(Instant::now() + SOON);
    let may = put(Part::whole(&requests), How::here(Own::Trace, soon))?;
    if (may.iter()).any(|answer| matches!(answer, Answer::Lost | Answer::Unasked)) {
        return Err(Refusal::PtraceUntold);
    }
    let passes = Answer::Returned(-i64::from(nix::libc::ENOSYS));
    if may.iter().any(|answer| *answer != passes) {
        return Err(Refusal::PtraceStopped);
    }
    let tracer = Beside::start(Given {
        questions,
        share: Share::ALL,
        how: How::here(own, until),
    });
    tracer
        .map_or(Err(Refusal::Clone(Errno::EAGAIN)), Beside::answers)
        .map(Answered::all)
}

/// Puts what is handed to a tracer in place of [`Answer::PassedOn`]; why that is not known of
/// every question, if so.
pub(super) fn traces(
    questions: &[Question],
    answers: &mut [Answer],
    until: Instant,
) -> Result<(), String> {
    let let_through: Vec<(usize, Question)> = answers
        .iter()
        .zip(questions)
        .enumerate()
        .filter(|(_, (answer, _))| answer.is_passed_on())
        .map(|(at, (_, question))| (at, question.clone()))
        .collect();
    let asked: Vec<Question> = let_through
        .iter()
        .map(|(_, question)| question.clone())
        .collect();
    let found = put_traced(Arc::new(asked.into()), Own::Between, until)
        .map_err(|refusal| refusal.to_string())?;
    let mut all = Ok(());
    for ((at, _), found) in let_through.into_iter().zip(found) {
        match (found, answers.get_mut(at)) {
            (Answer::Handed(_), Some(answer)) => *answer = found,
            (Answer::PassedOn, _) => {}
            (Answer::Unasked, _) => all = Err("time was up".to_owned()),
            _ => all = Err("a call was answered otherwise the second time".to_owned()),
        }
    }
    all
}
