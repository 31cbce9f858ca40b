//! The Helm chart, rendered with values as Helm renders it.

use std::collections::HashMap;

use gtmpl::{Context, Template, Value};

use super::manifests::{known_to_kubernetes, refusals, root};

/// JSON as the template language's values.
fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(bool) => Value::Bool(*bool),
        serde_json::Value::Number(number) => {
            number.as_i64().map_or(Value::Nil, |number| number.into())
        }
        serde_json::Value::String(text) => Value::String(text.clone()),
        serde_json::Value::Array(items) => Value::Array(items.iter().map(value).collect()),
        serde_json::Value::Object(map) => {
            Value::Map(map.iter().map(|(k, v)| (k.clone(), value(v))).collect())
        }
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(bool) => (*bool).into(),
        Value::String(text) => text.clone().into(),
        Value::Array(items) => items.iter().map(json).collect(),
        Value::Map(map) | Value::Object(map) => {
            map.iter().map(|(k, v)| (k.clone(), json(v))).collect()
        }
        Value::Number(number) => number.as_i64().into(),
        _ => serde_json::Value::Null,
    }
}

fn to_json(args: &[Value]) -> Result<Value, gtmpl::FuncError> {
    Ok(Value::String(json(&args[0]).to_string()))
}

fn quote(args: &[Value]) -> Result<Value, gtmpl::FuncError> {
    Ok(Value::String(json(&args[0]).to_string()))
}

/// Renders one template of the chart with its values, some of them changed.
fn rendered(template: &str, change: &dyn Fn(&mut serde_json::Value)) -> String {
    let chart = root().join("deploy/helm/amiconfined");
    let text = std::fs::read_to_string(chart.join("values.yaml")).unwrap();
    let mut values: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
    change(&mut values);
    let release = HashMap::from([
        ("Name".to_owned(), Value::from("amiconfined")),
        ("Namespace".to_owned(), Value::from("amiconfined")),
        ("Service".to_owned(), Value::from("Helm")),
    ]);
    let data = HashMap::from([
        ("Values".to_owned(), value(&values)),
        ("Release".to_owned(), Value::Object(release)),
    ]);
    let mut engine = Template::default();
    engine.add_func("toJson", to_json);
    engine.add_func("quote", quote);
    let text = std::fs::read_to_string(chart.join("templates").join(template)).unwrap();
    engine.parse(text).unwrap();
    engine.render(&Context::from(Value::Map(data))).unwrap()
}

#[test]
fn the_chart_renders_what_the_base_declares() {
    let manifest = rendered("daemonset.yaml", &|_| {});
    known_to_kubernetes(&manifest);
    assert_eq!(rendered("job.yaml", &|_| {}).trim(), "");
    let base = root().join("deploy/kustomize/base/daemonset.yaml");
    let base: serde_json::Value =
        serde_saphyr::from_str(&std::fs::read_to_string(base).unwrap()).unwrap();
    let chart: serde_json::Value = serde_saphyr::from_str(&manifest).unwrap();
    let context = "/spec/template/spec/containers/0/securityContext";
    assert_eq!(base.pointer(context), chart.pointer(context));
    for field in ["hostPID", "volumes", "automountServiceAccountToken"] {
        let field = format!("/spec/template/spec/{field}");
        assert_eq!(base.pointer(&field), chart.pointer(&field));
    }
}

#[test]
fn the_chart_renders_a_job_and_what_dumping_needs() {
    let manifest = rendered("job.yaml", &|values| {
        values["kind"] = "Job".into();
        values["nodeName"] = "node-1".into();
        values["sweep"]["dumpFilters"] = true.into();
        values["sweep"]["hostPaths"] = serde_json::json!(["/home"]);
        values["imagePullSecrets"] = serde_json::json!([{"name": "registry"}]);
        values["nodeSelector"] = serde_json::json!({"kubernetes.io/os": "linux"});
    });
    known_to_kubernetes(&manifest);
    for wanted in [
        "nodeName: \"node-1\"",
        "- SYS_ADMIN",
        "- SYS_NICE",
        "/host/home",
        "--seccomp=dump",
    ] {
        assert!(manifest.contains(wanted), "{wanted} in\n{manifest}");
    }
    assert_eq!(
        refusals(&manifest),
        [
            "capabilities_baseline",
            "hostNamespaces",
            "hostPathVolumes",
            "seccompProfile_baseline"
        ]
    );
}
