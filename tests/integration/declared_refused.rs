//! Documents that are broken, too deep, too large or of another type: one line says where.

use amiconfined::declared::{FieldPath, MAX_BYTES, MAX_DEPTH, read_documents};

fn error(text: &str) -> String {
    read_documents("in.yaml", text.as_bytes())
        .unwrap_err()
        .to_string()
}

#[test]
fn broken_input_is_told_with_its_place() {
    for (text, place) in [
        ("a: b: c\n", "in.yaml:1:5: "),
        ("a:\n\tb: 1\n", "in.yaml:2:2: "),
        ("a: [1, 2\nb: 3\n", "in.yaml:2:2: "),
        ("a: 1\n b: 2\n", "in.yaml:2:3: "),
        ("a: \u{1}\n", "in.yaml:1:4: "),
        ("a: *b\n", "in.yaml:1:4: "),
        ("{\"a\": 1}\n{\"a\" 2}\n", "in.yaml:2:6: "),
        ("? [a]\n: b\n", "in.yaml:1:"),
        ("a: .inf\n", "in.yaml:1:4: "),
    ] {
        let error = error(text);
        assert!(error.starts_with(place), "{text:?}: {error}");
        assert!(!error.contains('\n'), "{error}");
        assert!(!error.contains(" at line "), "{error}");
    }
    let error = read_documents("in.yaml", b"a: \xc3\xa4\nb: \xff\n").unwrap_err();
    assert_eq!(error.to_string(), "in.yaml:2:4: expected UTF-8 text");
}

#[test]
fn deep_nesting_is_refused() {
    let block: String = (0..200).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
    let expected = format!("expected at most {MAX_DEPTH} levels of nesting");
    assert!(error(&block).contains(&expected), "{}", error(&block));
    let flow = "[".repeat(200) + &"]".repeat(200);
    assert!(error(&flow).contains(&expected), "{}", error(&flow));
    let flow = "{\"a\":".repeat(1_000_000);
    assert!(error(&flow).starts_with("in.yaml:1:"), "{}", error(&flow));
    let fits = "[".repeat(MAX_DEPTH) + &"]".repeat(MAX_DEPTH);
    assert_eq!(read_documents("in.yaml", fits.as_bytes()).unwrap().len(), 1);
}

#[test]
fn alias_bombs_are_refused_soon() {
    let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..20 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(",");
        bomb += &format!("a{level}: &a{level} [{aliases}]\n");
    }
    let error = error(&bomb);
    assert!(error.contains("aliases"), "{error}");
}

#[test]
fn too_large_an_input_is_refused_unread() {
    let large = vec![b' '; 100 << 20];
    assert_eq!(
        read_documents("big.yaml", &large).unwrap_err().to_string(),
        format!("big.yaml: more than {MAX_BYTES} bytes, the most that is read")
    );
}

#[test]
fn what_does_not_fit_a_type_is_told_with_its_field() {
    let text = "items:\n- spec:\n    containers:\n    - name: a\n      securityContext:\n        privileged: \"yes\"\n";
    let document = &read_documents("in.yaml", text.as_bytes()).unwrap()[0];
    let spec: FieldPath = "items[0].spec".parse().unwrap();
    let error = document
        .typed::<k8s_openapi::api::core::v1::PodSpec>(&spec)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "in.yaml:6:21: items[0].spec.containers[0].securityContext.privileged: invalid type: string \"yes\", expected a boolean"
    );
}
