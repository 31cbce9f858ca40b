//! Has the program ask.

use std::fs::File;
use std::io::Write;
use std::os::fd::{AsRawFd, OwnedFd};
use std::time::Instant;

use nix::errno::Errno;
use nix::libc;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::unistd::ftruncate;

use super::super::answer::{Answer, Refusal};
use super::super::own::Own;
use super::super::question::{self, Arguments, Question};
use super::super::supervisor::{How, put as put_natively};
use super::super::{SeccompProbe, verdicts};
use super::board::Board;
use super::child::Task;
use super::image::image;
use super::program::Program;
use super::supervisor::put_on;
use crate::confinement::{SeccompMethod, Verdict};
use crate::syscalls::Abi;

/// What may be called before the first question: the execveat itself, mmap2, rt_sigaction
/// and clone, see `ask.s`.
const STARTS_WITH: [(u32, u32); 4] = [
    (Abi::Aarch64.audit_arch(), 281),
    (Abi::Arm.audit_arch(), 192),
    (Abi::Arm.audit_arch(), 174),
    (Abi::Arm.audit_arch(), 120),
];
/// `__NR_rt_sigreturn` of 32-bit ARM.
const SIGRETURN: u32 = 173;
/// Its `__NR_getpid`.
const GETPID: u32 = 20;
/// `MFD_NOEXEC_SEAL` and `MFD_EXEC`, since Linux 6.3.
const DATA: u32 = 0x8;
const PROGRAM: u32 = 0x10;

/// Adds the verdicts of 32-bit ARM to those of the native ABI.
pub(in super::super) fn add(probe: &mut SeccompProbe, until: Instant) {
    let questions = question::questions(Abi::Arm);
    let (answers, allowed) = match probe.method {
        SeccompMethod::NoFilter => (put(&one(), until), true),
        SeccompMethod::Notify { .. } => {
            let startable = startable(until);
            (startable.and_then(|()| put(&questions, until)), false)
        }
        SeccompMethod::TraceWithoutTracer { .. } => (
            Err(Unasked::because(
                "only a listener lets the program start that asks",
            )),
            false,
        ),
        _ => return,
    };
    let mut table = verdicts::table(Abi::Arm, &questions, |at, _| match &answers {
        _ if allowed => Verdict::Allowed,
        Ok(answers) => {
            let answer = answers.get(at).copied().unwrap_or(Answer::Unasked);
            verdicts::verdict(answer, Own::Notify)
        }
        Err(unasked) => Verdict::NotProbed(unasked.why.clone()),
    });
    table.offered = match answers {
        Ok(_) => Some(true),
        Err(unasked) => unasked.offered,
    };
    probe.abis.push(table);
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

    fn no_memory(errno: Errno) -> Self {
        Self::because(format!("no memory for the program that asks: {errno}"))
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
    vec![Question {
        abi: Abi::Arm,
        number: GETPID,
        asked_with: Arguments::Zero,
    }]
}

/// Whether the filters let the calls pass by which a program comes to ask.
fn startable(until: Instant) -> Result<(), Unasked> {
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
    let questions = calls.map(|(_, number, [a, b, c, d, e])| Question {
        abi: Abi::native(),
        number: u32::try_from(number).unwrap_or(u32::MAX),
        asked_with: Arguments::Given([a, b, c, d, e, 0]),
    });
    let answers = put_natively(&questions, How::here(Own::Notify, until))?;
    let stopped = calls
        .iter()
        .zip(answers)
        .find(|(_, answer)| *answer != Answer::PassedOn);
    stopped.map_or(Ok(()), |((name, ..), _)| {
        let why = format!("the filters stop {name}, by which the program starts that asks");
        Err(Unasked::because(why))
    })
}

/// Puts the questions, by the program.
fn put(questions: &[Question], until: Instant) -> Result<Vec<Answer>, Unasked> {
    let shared = memory(DATA, MFdFlags::empty())?;
    let bytes =
        u32::try_from(Board::bytes(questions)).map_err(|_| Unasked::no_memory(Errno::EFBIG))?;
    ftruncate(&shared, bytes.into()).map_err(Unasked::no_memory)?;
    let board = Board::in_file(questions, &shared).map_err(Unasked::no_memory)?;
    let mut program = File::from(memory(PROGRAM, MFdFlags::MFD_CLOEXEC)?);
    program
        .write_all(&image(shared.as_raw_fd(), bytes, questions))
        .map_err(|error| {
            Unasked::because(format!("no memory for the program that asks: {error}"))
        })?;
    let task = Task {
        board: &board,
        questions,
        program: Program {
            file: program.as_raw_fd(),
            starts_with: &STARTS_WITH,
            sigreturn: SIGRETURN,
        },
    };
    Ok(put_on(&task, until)?)
}

/// A file in memory; kernels that do not know the flag take it without.
fn memory(flag: u32, flags: MFdFlags) -> Result<OwnedFd, Unasked> {
    let with = flags | MFdFlags::from_bits_retain(flag);
    memfd_create(c"amiconfined", with)
        .or_else(|errno| match errno {
            Errno::EINVAL => memfd_create(c"amiconfined", flags),
            other => Err(other),
        })
        .map_err(Unasked::no_memory)
}
