//! The program that asks in the child's stead: how it is made, and how it begins.

use std::ffi::CStr;
use std::fs::File;
use std::io::Write;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::ptr::null;
use std::sync::atomic::Ordering::SeqCst;

use nix::errno::Errno;
use nix::libc;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::signal::Signal;

use super::super::answer::Refusal;
use super::super::answers::Answered;
use super::super::board::{Board, Header};
use super::super::child::{self, Task};
use super::super::exempt;
use super::super::how::How;
use super::super::own::Own;
use super::super::question::Part;
use super::super::raw;
use super::super::slot::By;
use super::super::supervisor::put_on;
use super::image::image;

/// `MFD_NOEXEC_SEAL` and `MFD_EXEC`, since Linux 6.3.
const DATA: u32 = 0x8;
pub(super) const PROGRAM: u32 = 0x10;

/// A program that asks, for an ABI that this process cannot enter. It is executed once the
/// own filter is there, and finds the board by a descriptor.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Program {
    /// The file to execute.
    file: RawFd,
}

/// Puts questions of 32-bit ARM, by the program.
pub(in super::super) fn answered(questions: Part<'_>, how: How) -> Result<Answered, Refusal> {
    let shared = memory(DATA, MFdFlags::empty())?;
    let (board, bytes) = Board::in_file(questions.len(), &shared).map_err(Refusal::NoMemory)?;
    let mut file = File::from(memory(PROGRAM, MFdFlags::MFD_CLOEXEC)?);
    // Its second thread tells who is killed: the own filter that kills always kills both.
    let alone = how.own == Own::Between;
    file.write_all(&image(shared.as_raw_fd(), bytes, questions, alone))
        .map_err(|error| {
            let errno = error.raw_os_error().map_or(Errno::EIO, Errno::from_raw);
            Refusal::NoMemory(errno)
        })?;
    let (_memory, stacks) = child::stacks();
    let task = Task {
        program: Some(Program {
            file: file.as_raw_fd(),
        }),
        waits: false,
        ..Task::new(&board, questions, how, stacks)
    };
    put_on(task, how.until)?;
    Ok(Answered::on(board, how.own, how.until))
}

/// A file in memory; kernels that do not know the flag take it without.
fn memory(flag: u32, flags: MFdFlags) -> Result<OwnedFd, Refusal> {
    let with = flags | MFdFlags::from_bits_retain(flag);
    memfd_create(c"amiconfined", with)
        .or_else(|errno| match errno {
            Errno::EINVAL => memfd_create(c"amiconfined", flags),
            other => Err(other),
        })
        .map_err(Refusal::NoMemory)
}

/// What failed, in [`Header::stage`].
const CLONE: u32 = 3;
const EXECVEAT: u32 = 4;
const PROGRAM_ENDED: u32 = 5;

impl Program {
    /// Executes it in this process's place.
    pub(in super::super) fn execute(self, header: &Header) -> ! {
        const NAME: &CStr = c"amiconfined";
        let (arguments, environment) = ([NAME.as_ptr(), null()], [null::<u8>()]);
        let [name, arguments, environment] = [
            c"".as_ptr().expose_provenance(),
            arguments.as_ptr().expose_provenance(),
            environment.as_ptr().expose_provenance(),
        ]
        .map(|address| address as u64);
        let file = i64::from(self.file).cast_unsigned();
        let flags = u64::from(libc::AT_EMPTY_PATH.cast_unsigned());
        let args = [file, name, arguments, environment, flags];
        // SAFETY: replaces this process alone; the pointers are to memory that is there.
        let answer = unsafe { exempt::call(libc::SYS_execveat, args) };
        note(header, EXECVEAT, answer);
        raw::die()
    }
}

fn note(header: &Header, stage: u32, answer: i64) {
    header.stage.store(stage, SeqCst);
    let answer = i32::try_from(answer).unwrap_or(0);
    header.start.store(answer, SeqCst);
}

/// Notes that no process could be had for the program.
pub(in super::super) fn no_process(header: &Header, answer: i64) {
    note(header, CLONE, answer);
}

/// Notes of which signal the program's process ended before the first question.
pub(in super::super) fn ended(header: &Header, status: Option<i32>) {
    if header.stage.load(SeqCst) != EXECVEAT {
        note(header, PROGRAM_ENDED, i64::from(status.unwrap_or(0) & 0x7f));
    }
}

/// Why a program has put no question at all, if it has put none.
pub(in super::super) fn refused(task: &Task<'_>) -> Option<Refusal> {
    let header = task.board.header();
    let begun = header.begun.load(SeqCst) == 1 || header.cursor.load(SeqCst) > 0;
    if task.program.is_none() || begun {
        return None;
    }
    let start = header.start.load(SeqCst);
    let errno = Errno::from_raw(-start);
    Some(match header.stage.load(SeqCst) {
        // What the program itself calls before its first question never comes to the listener.
        _ if task.board.slots().iter().any(|slot| slot.by() == By::Own) => Refusal::Interpreted,
        CLONE => Refusal::Clone(errno),
        EXECVEAT => Refusal::NotExecuted(errno),
        _ => Refusal::NotAsking(Signal::try_from(start).ok()),
    })
}
