//! Yama: who may trace whom by `kernel.yama.ptrace_scope`, and that the dump of a process's
//! filters says what is withheld; of what is read in /proc it withholds nothing.

use std::process::{Child, Command, Output, Stdio};

use crate::guests::MADE;

/// Whose process it is: neither root's nor one that root's capabilities are over.
const USER: &str = "1000";

/// Who asks, and up to which scope the kernel lets him
/// (`Documentation/admin-guide/LSM/Yama.rst`).
const ASKERS: [(&str, &[&str], u8); 3] = [
    ("root", &[], 2),
    (
        "the process's parent",
        &["--reuid", USER, "--regid", USER, "--clear-groups"],
        1,
    ),
    (
        "another process of its user",
        &["--reuid", USER, "--regid", USER, "--clear-groups"],
        0,
    ),
];

/// Says it for each who may ask.
pub(super) fn prepare() -> Result<(), String> {
    let scope = std::fs::read_to_string("/proc/sys/kernel/yama/ptrace_scope");
    let scope: u8 = scope
        .map_err(|e| format!("ptrace_scope: {e}"))?
        .trim()
        .parse()
        .map_err(|e| format!("ptrace_scope: {e}"))?;
    for (who, words, up_to) in ASKERS {
        let traces = asked(who, words, "{ask} attach $pid")?;
        let answer = String::from_utf8_lossy(&traces.stdout).trim().to_owned();
        let wanted = if scope <= up_to { "0" } else { "1" };
        if answer != wanted {
            return Err(format!("{who} at scope {scope}: errno {answer}"));
        }
        let dump = asked(who, words, "{tool} seccomp show --pid $pid")?;
        let told = String::from_utf8_lossy(&dump.stderr).into_owned();
        let right = match (scope <= up_to, who) {
            (true, "root") => dump.status.success(),
            // Attached, and then told that filters are for CAP_SYS_ADMIN.
            (true, _) => told.contains("PTRACE_SECCOMP_GET_FILTER") && told.contains("EACCES"),
            (false, _) => told.contains("PTRACE_SEIZE") && told.contains("EPERM"),
        };
        if !right {
            return Err(format!("{who} at scope {scope}: {told}"));
        }
        let wanted = asked(who, words, "ls -l /proc/$pid/ns")?;
        let links = String::from_utf8_lossy(&wanted.stdout).into_owned();
        let report = asked(
            who,
            words,
            "{tool} --no-probe --pid $pid --format json | jq -r '.confinement.namespaces\
            .namespaces[] | \"\\(.kind):[\\(.inode.known)]\"'",
        )?;
        let report = String::from_utf8_lossy(&report.stdout).into_owned();
        let count = report.lines().filter(|l| links.contains(l)).count();
        if count == 0 || count != report.lines().count() {
            return Err(format!("{who} at scope {scope}: {report} is not {links}"));
        }
        println!(
            "scope {scope}: {who} {}",
            if scope <= up_to {
                "may trace"
            } else {
                "is refused, and told so"
            }
        );
    }
    Ok(())
}

/// What a line of shell prints for this asker, `$pid` being a process under a filter.
fn asked(who: &str, words: &[&str], line: &str) -> Result<Output, String> {
    let line = line
        .replace("{ask}", &format!("{MADE}/ask"))
        .replace("{tool}", env!("CARGO_BIN_EXE_amiconfined"));
    let sleep = format!("{MADE}/rootfs/entry {MADE}/rootfs/entry.bpf 1 /bin/sleep 600");
    let mut asker = Command::new("setpriv");
    asker.args(words).stdin(Stdio::null());
    if who.contains("parent") {
        // Who asks has to be the parent itself, and leaves its child to the guest's end.
        let script = format!(
            "setpriv --no-new-privs {sleep} >/dev/null 2>&1 & pid=$!; \
            until grep -q '^Seccomp_filters:.*1' /proc/$pid/status; do sleep 0.1; done; \
            exec {line}"
        );
        return run(asker.args(["sh", "-c", &script]));
    }
    let process = Sleeper::start(&sleep)?;
    run(asker.args(["sh", "-c", &format!("pid={}; {line}", process.0.id())]))
}

fn run(command: &mut Command) -> Result<Output, String> {
    command.output().map_err(|e| e.to_string())
}

/// A user's process under a filter, which ends with this value.
struct Sleeper(Child);

impl Sleeper {
    fn start(command: &str) -> Result<Self, String> {
        let mut setpriv = Command::new("setpriv");
        let child = setpriv
            .args(["--reuid", USER, "--regid", USER, "--clear-groups"])
            .args(["--no-new-privs", "sh", "-c", &format!("exec {command}")])
            .spawn();
        let mut sleeper = Self(child.map_err(|e| e.to_string())?);
        let status = format!("/proc/{}/status", sleeper.0.id());
        while sleeper.0.try_wait().is_ok_and(|ended| ended.is_none()) {
            let text = std::fs::read_to_string(&status).map_err(|e| e.to_string())?;
            if text.contains("Seccomp_filters:\t1") {
                return Ok(sleeper);
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Err("the process with a filter ended".to_owned())
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
