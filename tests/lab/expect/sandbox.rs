//! Which sandbox it is: told rightly with its evidence, or said to be unknown.

use serde_json::{Value, json};

use super::Tally;
use crate::cell::Seen;
use crate::runtimes::Runtime;
use crate::settings::Setting;

pub(super) fn held(tally: &mut Tally, runtime: &dyn Runtime, setting: &Setting, c: &Value) {
    let claim = &c["runtime"]["sandbox"];
    evidence(tally, claim);
    tally.facts += 1;
    // `namespaces` claims no maker, and null says why there is no claim.
    let right = match claim["value"].as_str() {
        Some(name) => name == runtime.sandbox() || name == "namespaces",
        None => true,
    };
    let named = claim["value"] == runtime.sandbox();
    // What nsjail calls its host can be read inside alone.
    let tells = tally.place == "inside" || runtime.sandbox() != "nsjail";
    if !right || setting.name == "defaults" && tells && !named {
        tally.wrong(&format!("sandbox: {claim}"));
    }
    let claim = &c["runtime"]["manager"];
    evidence(tally, claim);
    tally.facts += 1;
    if claim["value"]
        .as_str()
        .is_some_and(|name| Some(name) != runtime.manager())
    {
        tally.wrong(&format!("manager: {claim}"));
    }
    let claim = &c["runtime"]["kubernetes"];
    evidence(tally, claim);
    tally.facts += 1;
    let uid = runtime.pod_uid();
    if claim["value"] == true && uid.is_none() {
        tally.wrong(&format!("kubernetes: {claim}"));
    }
    if let (Some(uid), "outside") = (uid, tally.place) {
        tally.same("kubernetes", &claim["value"], &json!(true));
        tally.same("pod_uid", &c["runtime"]["pod_uid"]["known"], &json!(uid));
    }
}

fn evidence(tally: &mut Tally, claim: &Value) {
    tally.facts += 1;
    tally.hold(claim);
    if claim["evidence"].as_array().is_none_or(Vec::is_empty) {
        tally.wrong(&format!("no evidence: {claim}"));
    }
}

/// The container's own id, which ends its path of control groups, and the Pod's names.
pub(super) fn named(tally: &mut Tally, told: &Value, seen: &Seen) {
    let config = seen.config.as_ref();
    let path = config.and_then(|c| c["linux"]["cgroupsPath"].as_str());
    let id = path.and_then(|path| path.rsplit(['/', ':']).next());
    if let (Some(id), Some(known)) = (id, told["container_id"]["known"].as_str()) {
        let id = id.trim_start_matches("libpod-");
        tally.same("container_id", &json!(known), &json!(id));
        tally.hold(&told["container_id"]);
    }
    for (noun, annotation) in [
        ("pod_name", "io.kubernetes.cri.sandbox-name"),
        ("pod_namespace", "io.kubernetes.cri.sandbox-namespace"),
    ] {
        let wanted = config.map_or(&Value::Null, |c| &c["annotations"][annotation]);
        if !told[noun]["known"].is_null() || wanted.is_null() {
            tally.same(noun, &told[noun]["known"], wanted);
            tally.hold(&told[noun]);
        }
    }
}
