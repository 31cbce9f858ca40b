//! What a profile asks for, compiled by libseccomp as a runtime compiles it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::fd::OwnedFd;

use libseccomp::{ScmpAction, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpSyscall};
use serde_json::Value;

use super::{ABIS, Each};

/// The filters that a container was told.
pub(crate) struct Declared {
    /// The oldest first.
    pub(crate) filters: Vec<Told>,
    /// Where they were read, for the table.
    pub(crate) by: &'static str,
}

/// One of them, and who compiles it.
#[derive(Clone)]
pub(crate) struct Told {
    /// In the form of OCI's `linux.seccomp`.
    pub(crate) profile: Value,
    /// The program itself, where it is told that way.
    pub(crate) compiled: Option<Vec<u8>>,
    /// Whether runc compiles it, and adds to what it says.
    pub(crate) stub: bool,
    /// The one answer in each ABI that it is not compiled for.
    pub(crate) elsewhere: Each<Option<&'static str>>,
}

impl Told {
    /// One that says all there is to say.
    pub(crate) fn plain(profile: Value) -> Self {
        Self {
            profile,
            compiled: None,
            stub: false,
            elsewhere: Default::default(),
        }
    }

    /// A program.
    pub(crate) fn program(program: Vec<u8>) -> Self {
        Self {
            compiled: Some(program),
            ..Self::plain(Value::Null)
        }
    }

    /// What it comes to.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.compiled
            .clone()
            .unwrap_or_else(|| program(&self.profile))
    }
}

/// The action that a rule, or a profile by default, names. Without an errno it is EPERM.
fn action(name: &Value, errno: &Value) -> ScmpAction {
    let errno = errno.as_i64().unwrap_or(1);
    match name.as_str().unwrap() {
        "SCMP_ACT_ALLOW" => ScmpAction::Allow,
        "SCMP_ACT_ERRNO" => ScmpAction::Errno(errno.try_into().unwrap()),
        "SCMP_ACT_KILL_PROCESS" => ScmpAction::KillProcess,
        "SCMP_ACT_KILL" | "SCMP_ACT_KILL_THREAD" => ScmpAction::KillThread,
        "SCMP_ACT_TRAP" => ScmpAction::Trap,
        "SCMP_ACT_LOG" => ScmpAction::Log,
        "SCMP_ACT_TRACE" => ScmpAction::Trace(errno.try_into().unwrap()),
        "SCMP_ACT_NOTIFY" => ScmpAction::Notify,
        other => panic!("no such action: {other}"),
    }
}

/// Compiles a profile into an unnamed file.
fn compile(profile: &Value) -> File {
    let default = action(&profile["defaultAction"], &profile["defaultErrnoRet"]);
    let mut filter = ScmpFilterContext::new(default).unwrap();
    let arches = profile["architectures"].as_array().into_iter().flatten();
    for name in arches {
        if let Some(abi) = ABIS.iter().find(|abi| name == abi.oci) {
            filter.add_arch(abi.libseccomp).unwrap();
        }
    }
    for rule in list(&profile["syscalls"]) {
        let action = action(&rule["action"], &rule["errnoRet"]);
        // What the default does anyway libseccomp refuses; a name that it does not know a
        // runtime passes over.
        if action == default {
            continue;
        }
        for name in list(&rule["names"]) {
            let Ok(syscall) = ScmpSyscall::from_name(name.as_str().unwrap()) else {
                continue;
            };
            let conditions: Vec<ScmpArgCompare> = list(&rule["args"]).map(condition).collect();
            if conditions.is_empty() {
                filter.add_rule(action, syscall).unwrap();
                continue;
            }
            let whole = filter.add_rule_conditional(action, syscall, &conditions);
            if whole.is_err() {
                // Two conditions on one argument: each is a rule of its own, as in runc.
                for one in conditions {
                    let added = filter.add_rule_conditional(action, syscall, &[one]);
                    added.unwrap();
                }
            }
        }
    }
    let mut file: File = tempfile::tempfile().unwrap();
    filter.export_bpf(&file).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn condition(arg: &Value) -> ScmpArgCompare {
    let number = |key: &str| arg[key].as_u64().unwrap_or(0);
    let value = number("value");
    let (operator, datum) = match arg["op"].as_str().unwrap() {
        "SCMP_CMP_NE" => (ScmpCompareOp::NotEqual, value),
        "SCMP_CMP_LT" => (ScmpCompareOp::Less, value),
        "SCMP_CMP_LE" => (ScmpCompareOp::LessOrEqual, value),
        "SCMP_CMP_EQ" => (ScmpCompareOp::Equal, value),
        "SCMP_CMP_GE" => (ScmpCompareOp::GreaterEqual, value),
        "SCMP_CMP_GT" => (ScmpCompareOp::Greater, value),
        "SCMP_CMP_MASKED_EQ" => (ScmpCompareOp::MaskedEqual(value), number("valueTwo")),
        other => panic!("no such comparison: {other}"),
    };
    ScmpArgCompare::new(number("index").try_into().unwrap(), operator, datum)
}

/// The program's bytes.
pub(crate) fn program(profile: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    compile(profile).read_to_end(&mut bytes).unwrap();
    bytes
}

/// The program in a file that a child inherits, for those that take one.
pub(crate) fn inherited(profile: &Value) -> OwnedFd {
    let file = compile(profile);
    // Without close-on-exec.
    let flags = nix::fcntl::FcntlArg::F_SETFD(nix::fcntl::FdFlag::empty());
    nix::fcntl::fcntl(&file, flags).unwrap();
    file.into()
}

/// The highest number that a profile names in each ABI; runc answers ENOSYS to what is
/// higher, unless the profile lets through by default (`libcontainer/seccomp/patchbpf`,
/// since 1.0.0-rc93).
pub(super) fn highest(profile: &Value) -> Each<Option<u32>> {
    let default = profile["defaultAction"].as_str();
    let lets = ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"];
    ABIS.map(|abi| {
        let told = list(&profile["architectures"]).any(|name| name == abi.oci);
        if !told || default.is_some_and(|name| lets.contains(&name)) {
            return None;
        }
        let names = list(&profile["syscalls"]).flat_map(|rule| list(&rule["names"]));
        let number = |name: &Value| {
            let syscall = ScmpSyscall::from_name_by_arch(name.as_str()?, abi.libseccomp).ok()?;
            u32::try_from(syscall.as_raw_syscall()).ok()
        };
        names.filter_map(number).max()
    })
}

/// Whether what a profile says of a number is known here: runtimes out of another Debian's tree
/// compile it by a libseccomp that has names which this machine's has not.
pub(super) fn compiles(number: u32, abi: &super::Abi) -> bool {
    let syscall = ScmpSyscall::from((number | abi.bit).cast_signed());
    crate::runtimes::tree::root().is_none() || syscall.get_name_by_arch(abi.libseccomp).is_ok()
}

/// libseccomp's number of a report's row; none where it does not know the name in this ABI.
pub(crate) fn number(abi: &Value, row: &Value) -> Option<u32> {
    let at = super::ABIS
        .iter()
        .position(|known| abi["abi"] == known.name)?;
    let name = row["name"].as_str()?;
    let syscall = ScmpSyscall::from_name_by_arch(name, ABIS[at].libseccomp).ok()?;
    u32::try_from(syscall.as_raw_syscall()).ok()
}
