//! `amiconfined seccomp export`: profiles that decide as the filters did, and filters put
//! into one.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use amiconfined::bpf::{Program, differ, evaluate, evaluate_all, merge};
use amiconfined::confinement::CapabilitySet;
use amiconfined::declared::{ExportError, ExportSource, compile_profile, export, read_documents};

use libseccomp::{ScmpAction, ScmpFilterContext, ScmpSyscall};

use crate::bpf::profiles::Profile;
use crate::bpf::programs::{Random, count};
use crate::filtered::{compiled, inside};
use crate::seccomp_cli::seccomp;

const ABIS: [(u32, u32); 3] = [
    (0xc000_003e, 0),
    (0x4000_0003, 0),
    (0xc000_003e, 0x4000_0000),
];

/// What a profile, read again, compiles to; `None` where this process may not compile.
fn read_again(text: &str) -> Option<Program> {
    let document = read_documents("exported.json", text.as_bytes())
        .unwrap()
        .remove(0);
    let compiled = compile_profile(&document, CapabilitySet::EMPTY, None).unwrap();
    Some(compiled?.program)
}

#[test]
fn generated_profiles_go_round() {
    let mut went = 0;
    let tries = count(24);
    for seed in 0..tries {
        let profile = Profile::random(&mut Random(seed), true);
        let filter = std::slice::from_ref(&profile.program);
        let exported = match export(ExportSource::Filters(filter)) {
            Ok(exported) => exported,
            Err(ExportError::Filtered) => {
                println!("SKIPPED: a process without a seccomp filter");
                return;
            }
            // An action for other ABIs that is no kill, or one action for two ABIs: no
            // profile says it, and that is said.
            Err(error @ (ExportError::Different(_) | ExportError::Inexpressible(_))) => {
                println!("seed {seed}: {error}");
                continue;
            }
            Err(error) => panic!("seed {seed}: {error}"),
        };
        let text = serde_json::to_string(&exported.profile).unwrap();
        let again = read_again(&text).unwrap();
        for (arch, first) in ABIS {
            let found = differ(
                filter,
                std::slice::from_ref(&again),
                arch,
                first..=first + 1023,
            );
            assert!(found.is_empty(), "seed {seed}: {found:x?}\n{text}");
        }
        went += 1;
    }
    println!("{went} of {tries} generated filters are profiles");
    assert!(went * 5 > tries, "{went} of {tries}");
}

#[test]
fn merged_filters_answer_as_all_of_them() {
    let mut asked = 0;
    for seed in 0..count(300) {
        let mut random = Random(seed);
        let profiles: Vec<Profile> = (0..2 + seed % 3)
            .map(|_| Profile::random(&mut random, true))
            .collect();
        let stack: Vec<Program> = profiles.iter().map(|p| p.program.clone()).collect();
        let Ok(merged) = merge(&stack) else { continue };
        for turn in 0..100 {
            let call = profiles[turn % profiles.len()].call(&mut random);
            assert_eq!(
                evaluate(&merged, &call),
                evaluate_all(&stack, &call),
                "seed {seed}: {call:x?}"
            );
            asked += 1;
        }
    }
    println!("calls: {asked}");
    assert!(asked > 10_000, "{asked}");
}

#[test]
fn the_own_verdicts_are_exported_and_what_is_no_filter_is_not() {
    let own = seccomp(&["export"]);
    if own.status.code() == Some(3) {
        println!(
            "SKIPPED: {}",
            String::from_utf8_lossy(&own.stderr).trim_end()
        );
        return;
    }
    assert_eq!(own.status.code(), Some(0), "{own:?}");
    let text = String::from_utf8(own.stdout).unwrap();
    assert!(text.contains("SCMP_ACT_ALLOW"), "{text}");
    let operator = seccomp(&["export", "--format", "spo", "--name", "mine"]);
    let text = String::from_utf8(operator.stdout).unwrap();
    assert!(text.contains("\"kind\": \"SeccompProfile\""), "{text}");
    assert!(read_again(&text).is_some(), "{text}");
    let refused = seccomp(&["export", "/dev/null"]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
}

/// The kernel takes the one program that several are put into, and decides by it as by them.
#[test]
fn several_filters_are_exported_as_one_that_the_kernel_takes() {
    let first = compiled();
    let second = tempfile::NamedTempFile::new().unwrap();
    let mut other = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
    for (name, action) in [
        ("keyctl", ScmpAction::Errno(1)),
        ("acct", ScmpAction::KillProcess),
        ("swapon", ScmpAction::Trap),
    ] {
        let call = ScmpSyscall::from_name(name).unwrap();
        other.add_rule(action, call).unwrap();
    }
    other.export_bpf(second.as_file()).unwrap();
    let files = [first.path(), second.path()];
    let both = "--add-seccomp-fd 3 --add-seccomp-fd 4";
    let under = |files: [&Path; 2], options: &str, then: &str| {
        let script = format!("exec bwrap --dev-bind / / {options} {then} 3<\"$0\" 4<\"$1\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).args(files);
        command.stdout(Stdio::piped()).spawn().unwrap()
    };
    let mut held = under(files, both, "sh -c 'echo $$; exec sleep 60'");
    let mut pid = String::new();
    let mut out = BufReader::new(held.stdout.take().unwrap());
    out.read_line(&mut pid).unwrap();
    let exported = seccomp(&["export", "--format", "bpf", "--pid", pid.trim()]);
    Command::new("kill").arg(pid.trim()).status().unwrap();
    held.wait().unwrap();
    if exported.status.code() != Some(0) {
        let said = String::from_utf8_lossy(&exported.stderr);
        assert!(
            pid.is_empty() || exported.status.code() == Some(3),
            "{said}"
        );
        println!("SKIPPED: bubblewrap, and the right to dump: {said}");
        return;
    }
    let merged = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(merged.path(), &exported.stdout).unwrap();
    let asks = format!("{} --format json", env!("CARGO_BIN_EXE_amiconfined"));
    let verdicts = |files, options| {
        let output = under(files, options, &asks).wait_with_output().unwrap();
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let seccomp = &report["confinement"]["seccomp"];
        (seccomp["filters"]["known"].clone(), seccomp["abis"].clone())
    };
    let (two, by_both) = verdicts(files, both);
    let (one, by_one) = verdicts([merged.path(), merged.path()], "--seccomp 3");
    assert_eq!((two, one), (2.into(), 1.into()));
    let killed = by_both.to_string().contains(r#"{"killed":"process"}"#);
    assert!(killed && by_both == by_one, "{by_both}\n{by_one}");
}

/// Inside, a process cannot dump its filters, but it can ask them.
#[test]
fn without_the_privilege_to_dump_it_is_made_from_probed_verdicts() {
    let filter = compiled();
    let Some(inside) = inside(filter.path(), "", &["seccomp", "export"]) else {
        return;
    };
    let said = String::from_utf8(inside.stderr).unwrap();
    assert!(said.contains("made from probed verdicts"), "{said}");
    let text = String::from_utf8(inside.stdout).unwrap();
    let Some(again) = read_again(&text) else {
        println!("SKIPPED: a process without a seccomp filter");
        return;
    };
    let loaded = Program::from_ne_bytes(&std::fs::read(filter.path()).unwrap()).unwrap();
    for (arch, first) in ABIS {
        let sides = [std::slice::from_ref(&loaded), std::slice::from_ref(&again)];
        let found = differ(sides[0], sides[1], arch, first..=first + 1023);
        assert!(found.is_empty(), "{found:x?}\n{text}");
    }
}
