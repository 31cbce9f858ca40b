//! What the kernel answers when a call is let through: only calls that the tables clear,
//! and only where the filters are known to let exactly these arguments pass.

use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use crate::confinement::{
    Errno, Executed, LetThrough, Seccomp, SeccompMethod, SyscallVerdict, Verdict,
};
use crate::syscalls::{Abi, Execution, semantics};

use super::answer::Answer;
use super::board::Board;
use super::execute_child::{self, Setup};
use super::how::How;
use super::memory::Memory;
use super::own::Own;
use super::question::{Part, Question};
use super::reaped::Child;
use super::supervisor;
use super::tell;

/// How long all executions may take together, and the questions before them.
pub const EXECUTION_LIMIT: Duration = Duration::from_millis(350);
/// How long one call may take: each returns at once, or it is not the call that was meant.
const STALL: Duration = Duration::from_millis(60);

/// Makes the calls of the native ABI that `syscall-tables/semantics.tsv` clears, in a
/// disposable child, and puts the kernel's answers beside the verdicts.
///
/// A call is made only where its verdict is [`Verdict::Allowed`] and an own filter has
/// seen that the inherited ones let these very arguments pass; where the filters could
/// not be asked so, nothing is. Ends within [`EXECUTION_LIMIT`].
pub fn execute(seccomp: &mut Seccomp) {
    let until = Instant::now() + EXECUTION_LIMIT;
    let mut memory = Memory::new();
    let native = Abi::native();
    let Some(abi) = seccomp.abis.iter_mut().find(|abi| abi.native) else {
        return;
    };
    let mut meant: Vec<(usize, Question)> = Vec::new();
    for (at, syscall) in abi.syscalls.iter_mut().enumerate() {
        match cleared(syscall, &mut memory) {
            Ok(arguments) => {
                let registers = Box::new(arguments);
                meant.push((at, Question::Given(native, syscall.number, registers)));
            }
            Err(why) => syscall.executed = Some(Executed::NotExecuted(why)),
        }
    }
    let answers = match passing(&seccomp.method, &meant, until) {
        Ok((setup, passing)) => {
            let mut answers = run(&meant, &passing, &setup, until);
            if may_be_traced(&seccomp.method) {
                for (at, data) in handed_on(&meant, &mut answers, until) {
                    if let Some(syscall) = abi.syscalls.get_mut(at) {
                        syscall.verdict = Verdict::Traced(data);
                    }
                }
            }
            answers
        }
        Err(why) => vec![Executed::NotExecuted(why); meant.len()],
    };
    for ((at, _), answer) in meant.iter().zip(answers) {
        if let Some(syscall) = abi.syscalls.get_mut(*at) {
            syscall.executed = Some(answer);
        }
    }
}

/// The arguments that a call is cleared to be made with, or why it is not made.
fn cleared(syscall: &SyscallVerdict, memory: &mut Memory) -> Result<[u64; 6], String> {
    if syscall.verdict != Verdict::Allowed {
        return Err("only what the filters allow is executed".to_owned());
    }
    match semantics(&syscall.name).map(|known| known.execution) {
        Some(Execution::Safe { arguments, .. }) => Ok(arguments.map(|a| memory.argument(a))),
        Some(Execution::Never { why }) => Err(why.to_owned()),
        None => Err("no table tells how it is harmless".to_owned()),
    }
}

/// Which of the calls pass the inherited filters, and which calls may prepare the child.
fn passing(
    method: &SeccompMethod,
    meant: &[(usize, Question)],
    until: Instant,
) -> Result<(Setup, Vec<bool>), String> {
    match method {
        SeccompMethod::NoFilter => return Ok((Setup::all(), vec![true; meant.len()])),
        SeccompMethod::Notify { .. } => {}
        _ => return Err("the filters could not be asked whether they let it pass".to_owned()),
    }
    let setup = Setup::questions();
    let wanted = setup.len();
    let questions: Vec<Question> = setup
        .into_iter()
        .chain(meant.iter().map(|(_, question)| question.clone()))
        .collect();
    let answers = supervisor::put(Part::whole(&questions), How::here(Own::Notify, until))
        .map_err(|refusal| format!("the filters could not be asked again: {refusal}"))?;
    let passed: Vec<bool> = answers.iter().map(|a| a.is_passed_on()).collect();
    let (setup, passed) = passed.split_at(wanted.min(passed.len()));
    Ok((Setup::only(setup), passed.to_vec()))
}

/// Whether what was let through may be an inherited TRACE.
fn may_be_traced(method: &SeccompMethod) -> bool {
    let SeccompMethod::Notify { allowed_may_be, .. } = method else {
        return false;
    };
    allowed_may_be.contains(&LetThrough::Traced)
}

/// A call that a filter hands to a tracer fails with ENOSYS where there is none, as one does
/// that the kernel has not. Gives the places of those, with the filter's data.
fn handed_on(
    meant: &[(usize, Question)],
    answers: &mut [Executed],
    until: Instant,
) -> Vec<(usize, u16)> {
    let missing = Executed::Refused(Errno(nix::libc::ENOSYS));
    let mut suspects: Vec<(usize, Question, &mut Executed)> = meant
        .iter()
        .zip(answers)
        .filter(|(_, answer)| **answer == missing)
        .map(|((at, question), answer)| (*at, question.clone(), answer))
        .collect();
    if suspects.is_empty() {
        return Vec::new();
    }
    let asked: Vec<Question> = suspects
        .iter()
        .map(|(_, question, _)| question.clone())
        .collect();
    let mut told = vec![Answer::PassedOn; asked.len()];
    let known = tell::traces(&asked, &mut told, until).is_ok();
    let mut found = Vec::new();
    for ((at, _, executed), told) in suspects.iter_mut().zip(told) {
        let why = match told {
            Answer::Handed(data) => {
                found.push((*at, data));
                "a filter hands it to a tracer, and there is none"
            }
            _ if known => continue,
            _ => "ENOSYS: the kernel's, or of a filter that hands it to a tracer",
        };
        **executed = Executed::NotExecuted(why.to_owned());
    }
    found
}

/// Makes the calls that pass, each once, and gives what came of every one.
fn run(
    meant: &[(usize, Question)],
    passing: &[bool],
    setup: &Setup,
    until: Instant,
) -> Vec<Executed> {
    let not = |why: &str| Executed::NotExecuted(why.to_owned());
    let calls: Vec<Question> = meant
        .iter()
        .zip(passing)
        .filter(|(_, passes)| **passes)
        .map(|((_, question), _)| question.clone())
        .collect();
    let mut answers = vec![not("time was up before it was executed"); calls.len()];
    if let Err(errno) = run_children(&calls, setup, until, &mut answers) {
        let why = format!("no child to execute it in: {errno}");
        answers.fill(not(&why));
    }
    let mut answers = answers.into_iter();
    let blocked = "the filters do not let these arguments pass";
    let each = passing.iter().map(|passes| match passes {
        true => answers.next().unwrap_or_else(|| not(blocked)),
        false => not(blocked),
    });
    each.collect()
}

fn run_children(
    calls: &[Question],
    setup: &Setup,
    until: Instant,
    answers: &mut [Executed],
) -> nix::Result<()> {
    let board = Board::new(calls.len())?;
    let header = board.header();
    let mut stalled: Vec<(usize, String)> = Vec::new();
    while (header.cursor.load(SeqCst) as usize) < calls.len() && Instant::now() < until {
        let mut child = Child::new(execute_child::start(&board, calls, setup)?);
        let mut moved = (header.cursor.load(SeqCst), Instant::now());
        let why = loop {
            let cursor = header.cursor.load(SeqCst);
            if header.done.load(SeqCst) == 1 {
                break None;
            }
            if child.poll() {
                let signal = child.end();
                break Some(signal.map_or_else(
                    || "the child ended in it".to_owned(),
                    |signal| format!("the child died of {signal} in it"),
                ));
            }
            if cursor != moved.0 {
                moved = (cursor, Instant::now());
            } else if moved.1.elapsed() > STALL || Instant::now() >= until {
                break Some("it did not return at once, and its child was killed".to_owned());
            }
            std::thread::sleep(Duration::from_micros(100));
        };
        drop(child);
        let Some(why) = why else { break };
        let at = header.cursor.load(SeqCst);
        stalled.push((at as usize, why));
        header.cursor.store(at.saturating_add(1), SeqCst);
    }
    for (answer, slot) in answers.iter_mut().zip(board.slots()) {
        if let Some(returned) = slot.answer() {
            *answer = judged(returned);
        }
    }
    for (at, why) in stalled {
        if let Some(answer) = answers.get_mut(at) {
            *answer = Executed::NotExecuted(format!("no answer: {why}"));
        }
    }
    Ok(())
}

/// What an answer means: EPERM, EACCES and ENOSYS are a layer's or the kernel's, for no
/// recipe's arguments have these; any other error is what the arguments were made for.
fn judged(returned: i64) -> Executed {
    match i32::try_from(-returned) {
        Ok(errno @ (nix::libc::EPERM | nix::libc::EACCES | nix::libc::ENOSYS)) => {
            Executed::Refused(Errno(errno))
        }
        Ok(errno @ 1..=4095) => Executed::Reached(Errno(errno)),
        _ => Executed::Succeeded,
    }
}
