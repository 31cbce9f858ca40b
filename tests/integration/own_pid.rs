//! The inspection's own id, where a filter answers for getpid(2).

use libseccomp::{ScmpAction, ScmpFilterContext};
use serde_json::Value;

use crate::probe::rule;

#[test]
fn a_filters_answer_is_not_taken_for_an_id() {
    for answer in [nix::libc::EPERM, 0] {
        let inspects = std::thread::spawn(move || {
            let mut filter = ScmpFilterContext::new(ScmpAction::Allow).unwrap();
            rule(&mut filter, ScmpAction::Errno(answer), "getpid");
            filter.load().unwrap();
            let child = std::process::Command::new(env!("CARGO_BIN_EXE_amiconfined"))
                .args(["--format", "json"])
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            let id = child.id();
            (id, child.wait_with_output().unwrap())
        });
        let (id, output) = inspects.join().unwrap();
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let seen = &report["confinement"];
        assert_eq!(seen["process"]["pid"], id);
        assert_eq!(seen["seccomp"]["method"]["method"], "notify");
    }
}
