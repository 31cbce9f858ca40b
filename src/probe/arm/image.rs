//! The asking program as a file that the kernel executes: an ELF header, the instructions,
//! and the questions (`elf(5)`).

use std::os::fd::RawFd;

use nix::libc;

use super::super::question::Part;
use super::words::WORDS;

/// Where it is loaded: above what `vm.mmap_min_addr` keeps free, and good for pages of 64 KiB.
const ADDRESS: u32 = 0x10000;
/// Bytes before the first instruction: the header of the file and of two segments.
const HEADERS: u32 = 52 + 2 * 32;
/// `EM_ARM`.
const MACHINE: u16 = 40;
/// Bytes from the first instruction to where the program begins: before that is the one
/// call of `ask.s` that the own filter lets through, and its return.
const START: u32 = 8;
/// Where the kernel says that such a call comes from.
pub(in super::super) const EXEMPT_RETURN: u64 = (ADDRESS + HEADERS + 4) as u64;
/// The calling convention, EABI version 5 (`EF_ARM_EABI_VER5`).
const EABI_5: u32 = 0x0500_0000;

/// The file's bytes. `board` is the descriptor by which the program finds the board, of so
/// many bytes; `alone` is whether it asks without a second thread.
pub(super) fn image(board: RawFd, board_bytes: u32, questions: Part<'_>, alone: bool) -> Vec<u8> {
    let thread = libc::CLONE_VM
        | libc::CLONE_FILES
        | libc::CLONE_FS
        | libc::CLONE_SIGHAND
        | libc::CLONE_THREAD
        | libc::CLONE_SYSVSEM
        | libc::CLONE_VFORK;
    let count = u32::try_from(questions.len()).unwrap_or(0);
    let given = [
        board.cast_unsigned(),
        board_bytes,
        if alone { 0 } else { thread.cast_unsigned() },
        count,
    ];
    let asked = questions.iter().flat_map(|question| {
        // The registers of this ABI have 32 bits.
        #[allow(clippy::cast_possible_truncation)]
        let arguments = question.arguments().map(|argument| argument as u32);
        std::iter::once(question.number()).chain(arguments)
    });
    let body: Vec<u8> = WORDS
        .into_iter()
        .chain(given)
        .chain(asked)
        .flat_map(u32::to_le_bytes)
        .collect();
    let bytes = HEADERS + u32::try_from(body.len()).unwrap_or(0);
    let mut file = header();
    for word in segment(1, bytes, 5)
        .into_iter()
        .chain(segment(0x6474_e551, 0, 6))
    {
        file.extend(word.to_le_bytes());
    }
    file.extend(body);
    file
}

/// The ELF header of a 32-bit little-endian program with two segments and no section.
fn header() -> Vec<u8> {
    let mut header = b"\x7fELF\x01\x01\x01".to_vec();
    header.resize(16, 0);
    for half in [2, MACHINE] {
        header.extend(half.to_le_bytes());
    }
    for word in [1, ADDRESS + HEADERS + START, 52, 0, EABI_5] {
        header.extend(word.to_le_bytes());
    }
    for half in [52_u16, 32, 2, 40, 0, 0] {
        header.extend(half.to_le_bytes());
    }
    header
}

/// A program header: its type, bytes from the file's start on, and permissions. `PT_LOAD` is
/// 1; `PT_GNU_STACK` without bytes keeps the stack from being executable.
fn segment(kind: u32, bytes: u32, permissions: u32) -> [u32; 8] {
    let address = if bytes == 0 { 0 } else { ADDRESS };
    [
        kind,
        0,
        address,
        address,
        bytes,
        bytes,
        permissions,
        ADDRESS,
    ]
}
