//! Processes that are not as their container's first: each is a row of its own.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::arena::{Arena, sweep, until};
use super::engines::{bundle, run};

const TEST: &str = "sweep::live::entered::who_enters_or_differs_is_a_row_and_who_does_not_is_none";

/// The process with these arguments.
fn process(args: &[u8]) -> Option<u64> {
    fs::read_dir("/proc")
        .ok()?
        .filter_map(Result::ok)
        .find_map(|entry| {
            let pid: u64 = entry.file_name().to_str()?.parse().ok()?;
            let found = fs::read(entry.path().join("cmdline")).ok()?;
            (found == args).then_some(pid)
        })
}

/// Starts a program in the background and gives the process that sleeps this long.
fn started(program: &str, args: &[&str], seconds: u32) -> u64 {
    let seconds = seconds.to_string();
    let mut command = Command::new(program);
    command.args(args).args(["/bin/sleep", &seconds]);
    #[allow(clippy::zombie_processes)] // it ends with the arena
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let cmdline = format!("/bin/sleep\0{seconds}\0");
    until(program, || process(cmdline.as_bytes())).unwrap()
}

fn status(pid: u64, field: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|l| l.strip_prefix(field)?.strip_prefix(":\t"));
    line.unwrap().replace('\t', " ")
}

#[test]
fn who_enters_or_differs_is_a_row_and_who_does_not_is_none() {
    let Some(arena) = Arena::enter(TEST, &["runc", "nsenter"]) else {
        return;
    };
    let sleep = ["/bin/sleep", "1000"].map(str::to_owned);
    let first = run(
        "runc",
        &bundle(&arena, "sweep-in", &sleep, |_| {}),
        "sweep-in",
    )
    .unwrap();
    let first = first["pid"].as_u64().unwrap();
    let target = first.to_string();
    let exec = ["exec", "--detach"];
    let privileged = started(
        "runc",
        &[&exec[..], &["--cap", "CAP_SYS_ADMIN", "sweep-in"]].concat(),
        1001,
    );
    let user = started(
        "runc",
        &[&exec[..], &["--user", "7:8", "sweep-in"]].concat(),
        1002,
    );
    let guest = started("nsenter", &["-t", &target, "-n", "-u"], 1003);
    // As `exec` does it without asking for anything else.
    let same = started("runc", &[&exec[..], &["sweep-in"]].concat(), 1004);

    let records = sweep(&[]);
    let record = records
        .iter()
        .find(|r| r["identity"]["id"] == "sweep-in")
        .unwrap();
    assert_eq!(record["processes"], 4);
    assert_eq!(record["confinement"]["process"]["pid"], first);
    let rows = record["deviations"].as_array().unwrap();
    let row = |pid: u64| rows.iter().find(|row| row["pid"] == pid);
    let differs = |row: &Value, what: &str| -> Option<(String, String)> {
        let found = row["differences"]
            .as_array()?
            .iter()
            .find(|d| d["what"] == what)?;
        Some((
            found["first"].as_str()?.to_owned(),
            found["here"].as_str()?.to_owned(),
        ))
    };
    let capabilities = differs(row(privileged).unwrap(), "capabilities.effective").unwrap();
    assert_eq!(
        capabilities,
        (status(first, "CapEff"), status(privileged, "CapEff"))
    );
    assert_ne!(capabilities.0, capabilities.1);
    let ids = differs(row(user).unwrap(), "identity.uid").unwrap();
    assert_eq!(ids, (status(first, "Uid"), status(user, "Uid")));
    assert_eq!(row(same), None, "{rows:?}");
    assert_eq!(row(guest), None, "{rows:?}");
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows.iter().all(|row| row["entered"] == true), "{rows:?}");

    let guests = record["guests"].as_array().unwrap();
    assert_eq!(guests.len(), 1, "{guests:?}");
    assert_eq!(guests[0]["pid"], guest);
    assert_eq!(guests[0]["namespaces"], json!(["net", "uts"]));
    assert_eq!(guests[0]["comm"]["known"], "sleep");
}
