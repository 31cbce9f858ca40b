//! Reading YAML and JSON as Kubernetes does, with every value's place.

use amiconfined::declared::{Document, FieldPath, Value, read_documents};
use serde_json::json;

fn read(text: &str) -> Vec<Document> {
    read_documents("in.yaml", text.as_bytes()).unwrap()
}

fn path(path: &str) -> FieldPath {
    path.parse().unwrap()
}

fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => json!(value),
        Value::Number(number) => number.as_f64().map_or(json!(null), |n| json!(n)),
        Value::String(text) => json!(text),
        Value::Sequence(nodes) => nodes.iter().map(|n| plain(&n.value)).collect(),
        Value::Mapping(entries) => entries
            .iter()
            .map(|e| (e.key.clone(), plain(&e.node.value)))
            .collect(),
    }
}

fn as_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => json!(null),
        Value::Bool(value) => json!(value),
        Value::Number(number) => json!(number),
        Value::String(text) => json!(text),
        other => panic!("no scalar: {other:?}"),
    }
}

/// What `sigs.k8s.io/yaml` makes of each, by its own rules (YAML 1.1, last key wins).
#[test]
fn scalars_are_read_as_kubernetes_reads_them() {
    for (yaml, expected) in [
        ("yes", json!(true)),
        ("Yes", json!(true)),
        ("on", json!(true)),
        ("y", json!(true)),
        ("no", json!(false)),
        ("OFF", json!(false)),
        ("\"yes\"", json!("yes")),
        ("'on'", json!("on")),
        ("!!str yes", json!("yes")),
        ("0644", json!(420.0)),
        ("0o17", json!(15.0)),
        ("0x1F", json!(31.0)),
        ("0b11", json!(3.0)),
        ("1_000", json!(1000.0)),
        ("+5", json!(5.0)),
        ("08", json!(8.0)),
        ("1e3", json!(1000.0)),
        ("1.5", json!(1.5)),
        ("~", json!(null)),
        ("", json!(null)),
        ("null", json!(null)),
        ("2001-01-01", json!("2001-01-01")),
        ("!!binary aGk=", json!("hi")),
        ("[a, {b: c}]", json!(["a", {"b": "c"}])),
        ("|\n  two\n  lines", json!("two\nlines\n")),
    ] {
        let documents = read(&format!("key: {yaml}\n"));
        assert_eq!(
            plain(&documents[0].root.get("key").unwrap().value),
            expected,
            "{yaml}"
        );
    }
}

/// What that library itself made of 900 spellings: its words in every mix of letters, and
/// digits with all that may stand among them.
#[test]
fn every_spelling_of_a_scalar_is_read_as_kubernetes_reads_it() {
    let table = include_str!("../data/yaml-scalars.tsv");
    let rows: Vec<(&str, &str)> = table.lines().filter_map(|l| l.split_once('\t')).collect();
    let mut wrong = Vec::new();
    for (spelling, wanted) in &rows {
        // As a value, in a list, as what an alias repeats, and what makes a text of it.
        let text = format!(
            "key: {spelling}\nlist: [ä, &x {spelling} ]\nagain: *x\ntexts:\n- '{spelling}'\n- \"{spelling}\"\n- !!str {spelling}\n- |-\n  {spelling}\n- &y !!str\n  {spelling}\n"
        );
        let root = &read(&text)[0].root;
        let wanted: serde_json::Value = serde_json::from_str(wanted).unwrap();
        for place in ["key", "list[1]", "again"] {
            let found = &root.find(&path(place)).unwrap().value;
            let found: serde_json::Value = as_json(found);
            let same = match (found.as_f64(), wanted.as_f64()) {
                (Some(found), Some(wanted)) => found == wanted,
                _ => found == wanted,
            };
            // A comma parts the list.
            if !same && (place == "key" || !spelling.contains(',')) {
                wrong.push(format!("{place}: {spelling}: {found} is not {wanted}"));
            }
        }
        for text in root.get("texts").unwrap().as_sequence().unwrap() {
            if text.as_str() != Some(spelling) {
                wrong.push(format!("{spelling} in quotes: {:?}", text.value));
            }
        }
    }
    println!("{} spellings compared", rows.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn keys_merges_and_aliases_are_read_as_kubernetes_reads_them() {
    let documents = read("a: 1\non: 2\n8: 3\na: 4\nb: &x {c: 5}\nd: *x\ne:\n  <<: *x\n  f: 6\n");
    let root = &documents[0].root;
    assert_eq!(
        plain(&root.value),
        json!({"a": 4.0, "true": 2.0, "8": 3.0, "b": {"c": 5.0}, "d": {"c": 5.0}, "e": {"c": 5.0, "f": 6.0}})
    );
    assert_eq!(root.find(&path("d")).unwrap().location.to_string(), "6:4");
    assert_eq!(root.nearest(&path("e.f")).to_string(), "9:6");
}

#[test]
fn each_value_knows_its_place() {
    let yaml =
        "---\nspec:\n  containers:\n    - name: ä\n      securityContext: {privileged: yes}\n";
    let root = &read(yaml)[0].root;
    for (field, place) in [
        ("spec", "3:3"),
        ("spec.containers", "4:5"),
        (".spec.containers[0]", "4:7"),
        ("spec.containers[0].securityContext.privileged", "5:37"),
        (
            "spec.containers[0].securityContext.capabilities.drop",
            "5:24",
        ),
        ("spec.containers[1].name", "4:5"),
    ] {
        assert_eq!(root.nearest(&path(field)).to_string(), place, "{field}");
    }
    let entry = root.find(&path("spec.containers[0]")).unwrap();
    assert_eq!(
        entry
            .entry("securityContext")
            .unwrap()
            .key_location
            .to_string(),
        "5:7"
    );
    assert_eq!(root.find(&path("spec.containers[1]")), None);
}

#[test]
fn many_documents_of_yaml_or_json_are_read() {
    let texts = |text: &str| -> Vec<(serde_json::Value, String)> {
        read(text)
            .iter()
            .map(|d| (plain(&d.root.value), d.root.location.to_string()))
            .collect()
    };
    let two = |a: &str, b: &str| {
        vec![
            (json!({"a": "x"}), a.to_owned()),
            (json!({"a": "z"}), b.to_owned()),
        ]
    };
    assert_eq!(texts("---\na: x\n---\n---\na: z\n...\n"), two("2:1", "5:1"));
    assert_eq!(
        texts("{\"a\":\"x\"}\n\n  {\"a\":\n\"z\"}\n"),
        two("1:1", "3:3")
    );
    assert_eq!(
        texts("{\n\t\"a\": \"x\"\n}\n{\"a\":\"z\"}"),
        two("1:1", "4:1")
    );
    assert_eq!(texts("{a: x}\n---\n{a: z}\n"), two("1:1", "3:1"));
    assert_eq!(texts("\u{feff}a: x\n--- {a: z}"), two("1:1", "2:5"));
    assert_eq!(texts(""), vec![]);
    assert_eq!(texts("# nothing\n---\n"), vec![]);
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let _ = read_documents("in", &bytes);
    }

    #[test]
    fn no_text_panics(text in "[\\[\\]{}:,&*#|>\"' \na-c!-]{0,60}") {
        let _ = read_documents("in", text.as_bytes());
    }

    #[test]
    fn a_path_is_read_back_as_it_was(keys in proptest::collection::vec("[a-z./]{1,6}|[0-9]{1,2}", 0..5)) {
        let path = keys.iter().fold(FieldPath::root(), |path, key| {
            key.parse().map_or_else(|_| path.key(key), |index| path.index(index))
        });
        proptest::prop_assert_eq!(path.to_string().parse::<FieldPath>().unwrap(), path);
    }
}
