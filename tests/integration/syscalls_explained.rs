//! `amiconfined syscalls NAME…`: of each the number in every ABI, verdict, cause, and the
//! arguments that are asked.

use std::process::Command;

use amiconfined::syscalls::argument_vectors;
use libseccomp::{
    ScmpAction, ScmpArch, ScmpArgCompare, ScmpCompareOp, ScmpFilterContext, ScmpSyscall,
};

use crate::filtered::with_time;

const NAMES: [&str; 3] = ["acct", "keyctl", "mount"];
const ABIS: [(&str, ScmpArch); 3] = [
    ("x86_64", ScmpArch::X8664),
    ("i386", ScmpArch::X86),
    ("x32", ScmpArch::X32),
];
const KEYCTL_READ: u64 = 11;

/// Stops `acct`, and `keyctl` where it reads.
fn filter() -> tempfile::NamedTempFile {
    let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    for (_, arch) in &ABIS[1..] {
        filter.add_arch(*arch).unwrap();
    }
    let call = |name| ScmpSyscall::from_name(name).unwrap();
    filter
        .add_rule(ScmpAction::Errno(13), call("acct"))
        .unwrap();
    let reads = ScmpArgCompare::new(0, ScmpCompareOp::Equal, KEYCTL_READ);
    filter
        .add_rule_conditional(ScmpAction::Errno(1), call("keyctl"), &[reads])
        .unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    filter.export_bpf(file.as_file()).unwrap();
    file
}

/// The lines of each syscall, blanks folded, by a user without capabilities.
fn explained() -> Option<Vec<Vec<String>>> {
    let file = filter();
    let script = "exec bwrap --dev-bind / / --seccomp 3 setpriv --reuid 1000 --clear-groups \
        --inh-caps=-all \"$0\" syscalls \"$@\" 3<\"$FILTER\"";
    let binary = tempfile::tempdir().unwrap();
    let copy = binary.path().join("amiconfined");
    std::fs::copy(env!("CARGO_BIN_EXE_amiconfined"), &copy).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(binary.path(), open).unwrap();
    let mut command = Command::new("sh");
    command
        .args(["-c", script])
        .arg(&copy)
        .args(NAMES)
        .env("FILTER", file.path())
        .env("COLUMNS", "300");
    let output = with_time(&mut command);
    if !nix::unistd::geteuid().is_root() || output.status.code() == Some(127) {
        println!("SKIPPED: root and bubblewrap");
        return None;
    }
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let folded = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let about = text
        .split("\n\n")
        .skip(1)
        .filter(|part| !part.trim().is_empty());
    let about = about.map(|part| part.trim().lines().map(folded).collect());
    Some(about.collect())
}

#[test]
fn single_syscalls_are_explained() {
    let Some(parts) = explained() else { return };
    assert_eq!(parts.len(), NAMES.len(), "{parts:#?}");
    for (name, lines) in NAMES.iter().zip(&parts) {
        assert_eq!(lines[0], *name);
        let says = |line: &str| assert!(lines.iter().any(|l| l == line), "{line}: {lines:#?}");
        let begins = |start: &str| {
            let found = lines.iter().any(|l| l.starts_with(start));
            assert!(found, "{start}: {lines:#?}");
        };
        let verdict = match *name {
            "acct" => "errno(EACCES)",
            "keyctl" => "allowed, except KEYCTL_READ (errno EPERM)",
            _ => "allowed",
        };
        for (abi, arch) in ABIS {
            let number = ScmpSyscall::from_name_by_arch(name, arch).unwrap();
            says(&format!("{abi} {} {verdict}", number.as_raw_syscall()));
        }
        match *name {
            "acct" => says("stopped by seccomp"),
            "mount" => says("stopped by capability CAP_SYS_ADMIN, which is not effective"),
            _ => {}
        }
        begins("kernel since Linux ");
        begins("capability ");
        begins("execution ");
        for vector in argument_vectors(name) {
            let answer = match vector.label {
                "KEYCTL_READ" => "errno(EPERM)",
                _ => "allowed",
            };
            begins(&format!(
                "with {} {answer} ({}",
                vector.label, vector.reason
            ));
        }
    }
}
