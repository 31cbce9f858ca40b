//! The memory that executed calls are pointed to.

use crate::syscalls::Argument;

/// A page, as the tables promise.
const PAGE: usize = 4096;

/// Paths and filled pages at fixed addresses: a child has a copy of each at the same place.
#[derive(Debug)]
pub(super) struct Memory {
    missing: Box<[u8; 1]>,
    root: Box<[u8; 2]>,
    filled: Vec<Box<[u8; PAGE]>>,
}

impl Memory {
    pub(super) fn new() -> Self {
        Self {
            missing: Box::new(*b"\0"),
            root: Box::new(*b"/\0"),
            filled: Vec::new(),
        }
    }

    /// The value to pass for an argument; it stays good for as long as this memory.
    pub(super) fn argument(&mut self, argument: Argument) -> u64 {
        let address = match argument {
            Argument::Value(value) => return value,
            Argument::MissingPath => self.missing.as_ptr(),
            Argument::RootPath => self.root.as_ptr(),
            Argument::Filled(byte) => self.filled(byte),
        };
        address.expose_provenance() as u64
    }

    fn filled(&mut self, byte: u8) -> *const u8 {
        let known = self.filled.iter().position(|page| page[0] == byte);
        let at = known.unwrap_or_else(|| {
            self.filled.push(Box::new([byte; PAGE]));
            self.filled.len() - 1
        });
        self.filled[at].as_ptr()
    }
}
