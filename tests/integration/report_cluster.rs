//! `amiconfined report` on what sweeps of several nodes logged.

use std::process::{Command, Output};

use amiconfined::confinement::{
    CONTAINER_SCHEMA, CapabilitySet, ContainerGone, ContainerIdentity, ContainerKind,
    ContainerRecord, Control, GONE_SCHEMA, Manager, Reading, Text,
};

use crate::fed::fed;
use crate::report::fixture;
use crate::schemas;

fn known(text: &str) -> Reading<Text> {
    Reading::Known(text.into())
}

/// A record of the renderers' own fixture, as container `name` of a Pod of the same name.
pub(crate) fn record(node: &str, name: &str, time: &str) -> ContainerRecord {
    ContainerRecord {
        schema: CONTAINER_SCHEMA.to_owned(),
        tool_version: "0.0.0".to_owned(),
        time: time.to_owned(),
        node: known(node),
        identity: ContainerIdentity {
            id: name.into(),
            recognised_by: "cgroup path".into(),
            manager: Some(Manager::Containerd),
            kind: Reading::Known(ContainerKind::Workload),
            pod_namespace: known("shop"),
            pod_name: known(name),
            pod_uid: known("u-1"),
            container_name: known(name),
            image: known("registry.example/web:1"),
            restart: Reading::Known(2),
            bundle: Reading::absent("not looked for"),
        },
        processes: 3,
        confinement: fixture::report().confinement,
        nested_in: None,
        deviations: Vec::new(),
        guests: Vec::new(),
        controls: Reading::Known(vec![Control {
            id: "no-new-privs".to_owned(),
            control: "allowPrivilegeEscalation".to_owned(),
            kind: "drift".to_owned(),
            severity: "high".to_owned(),
            declared: Some("false".to_owned()),
            told: Some("true".to_owned()),
            enforced: "false".to_owned(),
            began: Some("told -> enforced".to_owned()),
        }]),
        half_seen: vec!["mountinfo of pid 12: EACCES".to_owned()],
    }
}

fn line(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap() + "\n"
}

fn confined(name: &str) -> ContainerRecord {
    let mut record = record("node-2", name, "2026-01-02T03:04:06Z");
    record.confinement.capabilities.effective = Reading::Known(CapabilitySet::EMPTY);
    record.controls = Reading::Known(Vec::new());
    record.half_seen.clear();
    record
}

fn report(args: &[&str], input: &str) -> Output {
    let mut agent = Command::new(env!("CARGO_BIN_EXE_amiconfined"));
    fed(agent.arg("report").args(args).arg("-"), input.as_bytes())
}

fn text(output: &Output) -> String {
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(0));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_table_has_the_worst_first_and_the_last_word_of_each() {
    let mut log = line(&confined("calm"));
    log += &line(&confined("web\x1b[31m"));
    log += "\n";
    log += &line(&record("node-1", "web", "2026-01-02T03:04:05Z"));
    log += &line(&record("node-1", "gone", "2026-01-02T03:04:05Z"));
    log += &line(&ContainerGone {
        schema: GONE_SCHEMA.to_owned(),
        time: "2026-01-02T03:04:07Z".to_owned(),
        node: known("node-1"),
        id: "gone".into(),
        recognised_by: "cgroup path".into(),
    });
    log += "{\"schema\":\"amiconfined/node/v1\"}\n";
    let mut again = record("node-1", "web", "2026-01-02T03:04:09Z");
    again.processes = 9;
    log += &line(&again);
    let table = text(&report(
        &["--columns", "node,pod,processes,capabilities,drifts"],
        &log,
    ));
    insta::assert_snapshot!(table);
    assert!(!table.contains('\x1b'));
}

/// Two runtimes may have a container each by one id; either is told of, and goes, by itself.
#[test]
fn containers_of_one_id_are_two_rows() {
    let mut log = String::new();
    for place in ["/runc", "/user", "/user/gone"] {
        let mut one = confined("web");
        one.identity.recognised_by = place.into();
        log += &line(&one);
    }
    log += &line(&ContainerGone {
        schema: GONE_SCHEMA.to_owned(),
        time: "2026-01-02T03:04:07Z".to_owned(),
        node: known("node-2"),
        id: "web".into(),
        recognised_by: "/user/gone".into(),
    });
    let table = text(&report(&["--columns", "node,id"], &log));
    assert_eq!(table.matches("web").count(), 2, "{table}");
}

#[test]
fn names_that_are_numbers_come_before_those_that_only_begin_so() {
    let names = (0..60).map(|n| format!("{n}{}", ["", "x"][n % 2]));
    let mut names: Vec<String> = names.collect();
    let log: String = names.iter().map(|name| line(&confined(name))).collect();
    let table = text(&report(
        &["--columns", "container", "--sort", "container"],
        &log,
    ));
    names.sort_by_key(|name| {
        let number = name.parse::<u64>().ok();
        (number.is_none(), std::cmp::Reverse(number), name.clone())
    });
    let shown = table.lines().skip(1).map(str::trim);
    assert_eq!(shown.take(60).collect::<Vec<_>>(), names);
}

#[test]
fn html_escapes_what_a_container_chose() {
    let page = text(&report(
        &["--format", "html", "--wide"],
        &line(&record(
            "node-1",
            "<script>alert(1)</script>\x07&'\"",
            "2026-01-02T03:04:05Z",
        )),
    ));
    assert!(!page.contains("<script"), "{page}");
    assert!(
        page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"),
        "{page}"
    );
    assert!(page.chars().all(|c| c == '\n' || !c.is_control()));
}

#[test]
fn ndjson_comes_out_as_it_went_in() {
    let log = line(&record("node-1", "web", "2026-01-02T03:04:05Z")) + &line(&confined("calm"));
    assert_eq!(text(&report(&["--format", "ndjson"], &log)), log);
    assert_eq!(text(&report(&["--format", "ndjson"], "")), "");
}

#[test]
fn a_log_of_no_container_is_said_to_have_none() {
    assert_eq!(text(&report(&[], "\n")), "no containers\n");
}

#[test]
fn policy_reports_are_one_a_container_and_never_pass_what_was_withheld() {
    let log = line(&record("node-1", "web", "2026-01-02T03:04:05Z")) + &line(&confined("calm"));
    let schema = schemas::policy_reports();
    for (format, api) in [
        ("policy-report", "wgpolicyk8s.io/v1alpha2"),
        ("openreports", "openreports.io/v1alpha1"),
    ] {
        let list: serde_json::Value =
            serde_json::from_str(&text(&report(&["--format", format], &log))).unwrap();
        assert_eq!(schemas::violations(&schema, &list), None);
        let items = list["items"].as_array().unwrap();
        assert_eq!(items.len(), 2);
        assert_eq!(items[0]["apiVersion"], api);
        assert_ne!(items[0]["metadata"]["name"], items[1]["metadata"]["name"]);
        assert_eq!(items[0]["summary"]["error"], 1);
        let results = items[0]["results"].as_array().unwrap();
        let drift = results
            .iter()
            .find(|r| r["rule"] == "no-new-privs")
            .unwrap();
        assert_eq!(drift["result"], "fail");
        assert_eq!(drift["timestamp"]["seconds"], 1_767_323_045_i64);
        assert_eq!(
            drift["message"],
            "allowPrivilegeEscalation: declared false, told true, enforced false"
        );
    }
}

#[test]
fn bad_input_is_one_line_with_its_place() {
    let good = line(&confined("calm"));
    for (bad, expected) in [
        (
            "nonsense\n",
            "standard input:2: expected a sweep's NDJSON: expected",
        ),
        (
            "{}\n",
            "standard input:2: expected a sweep's NDJSON, with the field \"schema\"",
        ),
        (
            "{\"schema\":\"other/v1\"}\n",
            "standard input:2: schema \"other/v1\": expected",
        ),
        (
            "{\"schema\":\"amiconfined/container/v1\"}\n",
            "standard input:2: missing field",
        ),
    ] {
        let output = report(&[], &(good.clone() + bad));
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(expected), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(output.stdout.is_empty());
    }
}
