//! Services of a real systemd, which is started as the first process of a machine of its
//! own: the sweep is one of its services.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::arena::{Arena, background, has, until};
use super::engines::sorted;

const TEST: &str = "sweep::live::services::a_service_is_a_row_where_systemd_confines_it";

/// What each service is told beside what it runs; `plain` is told nothing.
const SERVICES: [(&str, &str); 5] = [
    ("plain", ""),
    ("private", "PrivateTmp=yes"),
    (
        "strict",
        "ProtectSystem=strict\nNoNewPrivileges=yes\nCapabilityBoundingSet=CAP_CHOWN",
    ),
    ("dropped", "CapabilityBoundingSet=~CAP_SYS_PTRACE"),
    ("filtered", "SystemCallFilter=~@mount"),
];

/// Sweeps once the others have started, and asks systemd about them.
const SWEEP: &str = "Type=oneshot
ExecStart=/out/amiconfined sweep --format ndjson
StandardOutput=file:/out/records
ExecStartPost=/bin/sh -c 'systemctl show plain private strict dropped filtered > /out/told'
ExecStartPost=/bin/mv /out/told /out/shown
";

/// The folder of units, and the folder in which the sweep leaves what it says.
fn prepared(arena: &Arena) -> [std::path::PathBuf; 2] {
    let folders = ["units", "out"].map(|name| arena.path(name));
    let [units, out] = &folders;
    fs::create_dir(units).unwrap();
    fs::create_dir(out).unwrap();
    let names: Vec<String> = SERVICES
        .iter()
        .map(|(name, _)| format!("{name}.service"))
        .collect();
    let names = names.join(" ");
    for (name, told) in SERVICES {
        let unit = format!("[Service]\nType=exec\nExecStart=/bin/sleep 1000\n{told}\n");
        fs::write(units.join(format!("{name}.service")), unit).unwrap();
    }
    let unit = format!("[Unit]\nAfter={names}\n[Service]\n{SWEEP}");
    fs::write(units.join("sweep.service"), unit).unwrap();
    let target = format!("[Unit]\nWants={names} sweep.service\n");
    fs::write(units.join("sweep.target"), target).unwrap();
    let binary = env!("CARGO_BIN_EXE_amiconfined");
    fs::copy(binary, out.join("amiconfined")).unwrap();
    folders
}

/// What systemd says of each service, by its name.
fn told<'a>(shown: &'a str, service: &str, property: &str) -> &'a str {
    let id = format!("Id={service}.service");
    let mut blocks = shown.split("\n\n");
    let block = blocks.find(|block| block.lines().any(|line| line == id));
    let value = |line: &'a str| line.strip_prefix(property)?.strip_prefix('=');
    block.unwrap().lines().find_map(value).unwrap()
}

#[test]
fn a_service_is_a_row_where_systemd_confines_it() {
    let Some(arena) = Arena::enter(TEST, &[]) else {
        return;
    };
    if !has("systemd-nspawn") || !Path::new("/lib/systemd/systemd").exists() {
        println!("SKIPPED: systemd-nspawn and systemd");
        return;
    }
    let [units, out] = prepared(&arena);
    let mut command = Command::new("systemd-nspawn");
    command.args(["-q", "--register=no", "--keep-unit", "-M", "sweep-systemd"]);
    command.args(["-D", "/", "--volatile=yes", "--boot"]);
    command.arg(format!("--bind={}:/out", out.display()));
    command.arg(format!("--bind-ro={}:/etc/systemd/system", units.display()));
    command.args(["systemd.unit=sweep.target", "systemd.firstboot=no"]);
    let log = arena.path("systemd.log");
    background(&mut command, &log);
    let shown = (0..6).find_map(|_| until("", || fs::read_to_string(out.join("shown")).ok()).ok());
    let shown = shown.unwrap_or_else(|| panic!("{}", fs::read_to_string(&log).unwrap()));
    let records = fs::read_to_string(out.join("records")).unwrap();
    let records: Vec<Value> = records
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (name, said) in SERVICES {
        let id = format!("{name}.service");
        let found: Vec<&Value> = records
            .iter()
            .filter(|record| record["identity"]["id"] == id.as_str())
            .collect();
        assert_eq!(found.len(), usize::from(!said.is_empty()), "{name}");
        let Some(record) = found.first() else {
            continue;
        };
        assert_eq!(record["identity"]["kind"]["known"], "service", "{name}");
        assert_eq!(record["identity"]["manager"], "systemd", "{name}");
        let seen = &record["confinement"];
        let first = seen["process"]["pid"].to_string();
        assert_eq!(first, told(&shown, name, "MainPID"), "{name}");
        let nnp = if seen["identity"]["no_new_privs"]["known"] == true {
            "yes"
        } else {
            "no"
        };
        assert_eq!(nnp, told(&shown, name, "NoNewPrivileges"), "{name}");
        // systemd says what it was told; what is not the machine's it cannot give.
        let bounding = told(&shown, name, "CapabilityBoundingSet").to_uppercase();
        let had = names(&records, "private");
        let had = had.iter().filter(|one| bounding.contains(one.as_str()));
        assert!(had.eq(&names(&records, name)), "{name}: {bounding}");
    }
}

/// The capabilities that bound a service, as its row has them.
fn names(records: &[Value], service: &str) -> Vec<String> {
    let id = format!("{service}.service");
    let mut records = records.iter();
    let record = records.find(|record| record["identity"]["id"] == id.as_str());
    let bounding = &record.unwrap()["confinement"]["capabilities"]["bounding"];
    sorted(&bounding["known"]["names"]).unwrap()
}
