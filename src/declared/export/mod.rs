//! A seccomp profile from filters: what is decided about every syscall, written as rules by
//! name, and held against the filters again before it is given.

mod arguments;
mod default;
mod probed;
mod profile;
mod rules;
mod verify;

use std::collections::BTreeMap;

use crate::bpf::{Decision, Program, decide_range};
use crate::confinement::{AbiVerdicts, Verdict};
use crate::syscalls::Abi;

pub use profile::{ExportedArgument, ExportedProfile, ExportedRule};

use default::candidates;

/// Numbers of an ABI that are looked at, named or not.
const NUMBERS: u32 = 1024;

/// Most actions that are tried as the default.
const DEFAULTS: usize = 4;

/// What is decided about every number of the ABIs that a process can enter.
type Decisions = BTreeMap<Abi, BTreeMap<u32, Decision>>;

/// A profile that was made.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The profile.
    pub profile: ExportedProfile,
    /// What libseccomp makes of it.
    pub program: Program,
    /// What its user should know.
    pub notes: Vec<String>,
}

/// Why no profile was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    /// Something that no profile can say.
    #[error("no profile can say it: {0}")]
    Inexpressible(String),
    /// It is not known what is decided.
    #[error("{0}")]
    Unknown(String),
    /// libseccomp would compile it to something else.
    #[error("no profile was found that gives the same verdicts: {0}")]
    Different(String),
    /// libseccomp refused it.
    #[error("libseccomp cannot compile it: {0}")]
    Compile(String),
    /// This process runs under a filter that calls of libseccomp could run into.
    #[error("this process runs under a filter that libseccomp could run into")]
    Filtered,
}

/// What a profile is made of.
#[derive(Debug, Clone, Copy)]
pub enum ExportSource<'a> {
    /// Filters that were dumped; the one that was installed first comes first.
    Filters(&'a [Program]),
    /// Verdicts that the filters gave when asked: of other arguments than the listed ones
    /// nothing is known.
    Probed(&'a [AbiVerdicts]),
}

/// Makes a profile that gives the verdicts of the source.
///
/// # Errors
///
/// [`ExportError`]: a profile is given only if what libseccomp compiles from it was found to
/// decide as the source does, for every number from 0 to 1023 of every ABI: for all
/// arguments, or for all that were asked.
pub fn export(source: ExportSource<'_>) -> Result<Exported, ExportError> {
    if !may_compile(source) {
        return Err(ExportError::Filtered);
    }
    let decisions = match source {
        ExportSource::Filters(programs) => abis().map(|abi| (abi, of_abi(programs, abi))).collect(),
        ExportSource::Probed(tables) => probed::decisions(tables)?,
    };
    let mut first = None;
    for default in candidates(&decisions).into_iter().take(DEFAULTS) {
        match rules::build(&decisions, default).and_then(|built| verify::verified(source, built)) {
            Ok(exported) => return Ok(exported),
            Err(error) => {
                first.get_or_insert(error);
            }
        }
    }
    Err(first.unwrap_or_else(|| ExportError::Unknown("nothing is known of any syscall".into())))
}

/// Whether libseccomp, which calls seccomp(2) and prctl(2) to learn what the kernel has, may
/// do so in this process: where it has no filter, or one that was asked and does nothing
/// worse than to refuse them.
fn may_compile(source: ExportSource<'_>) -> bool {
    let ExportSource::Probed(tables) = source else {
        return !super::seccomp_compile::filtered_myself();
    };
    let native = tables.iter().find(|table| table.native);
    ["seccomp", "prctl"].iter().all(|name| {
        let asked = native.and_then(|table| table.by_name(name));
        asked.is_some_and(|asked| matches!(asked.verdict, Verdict::Allowed | Verdict::Errno(_)))
    })
}

/// The ABIs of this machine, its own first.
fn abis() -> impl Iterator<Item = Abi> {
    let native = Abi::native();
    std::iter::once(native).chain(native.foreign().iter().copied())
}

fn of_abi(programs: &[Program], abi: Abi) -> BTreeMap<u32, Decision> {
    let first = abi.first();
    decide_range(programs, abi.audit_arch(), first..=first + (NUMBERS - 1))
}

/// How a syscall is called in a message.
fn called(abi: Abi, number: u32) -> String {
    match abi.name(number) {
        Some(name) => format!("{name} in {}", abi.as_str()),
        None => format!("number {number} in {}", abi.as_str()),
    }
}
