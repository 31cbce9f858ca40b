//! Puts many questions from two threads, each with a child and a processor of its own.

use std::time::Instant;

use super::answer::{Answer, Refusal};
use super::own::Own;
use super::question::Question;
use super::supervisor::{How, put};

/// How many threads ask. With more, copying this process's memory for their children takes
/// longer than they save.
const PARTS: usize = 2;
/// Bytes of stack of a supervising thread, which only waits and answers.
const THREAD_STACK: usize = 64 << 10;

/// Puts the questions, in parts beside each other. A part that could not be had so is put
/// again alone, with the time that is left: a limit of processes may have room for one.
///
/// # Errors
///
/// Where not even the first part could be put, or the other for another reason than that.
pub(super) fn put_all(
    questions: &[Question],
    own: Own,
    until: Instant,
) -> Result<Vec<Answer>, Refusal> {
    let size = questions.len().div_ceil(PARTS).max(1);
    let parts: Vec<&[Question]> = questions.chunks(size).collect();
    let id = std::process::id();
    let answered: Vec<Option<Result<Vec<Answer>, Refusal>>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (id..)
            .zip(&parts)
            .map(|(place, part)| {
                let how = How {
                    own,
                    // Neighbours, but not always the first ones.
                    processor: Some(place),
                    until,
                };
                let thread = std::thread::Builder::new().stack_size(THREAD_STACK);
                thread.spawn_scoped(scope, move || put(part, how)).ok()
            })
            .collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, _>| thread.join().ok();
        threads
            .into_iter()
            .map(|thread| thread.and_then(join))
            .collect()
    });
    let mut answers = Vec::with_capacity(questions.len());
    for (answered, part) in answered.into_iter().zip(parts) {
        answers.extend(match answered {
            None | Some(Err(Refusal::Clone(_))) => put(part, How::here(own, until))?,
            Some(answered) => answered?,
        });
    }
    Ok(answers)
}
