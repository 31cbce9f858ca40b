//! A service-account token is told by its claims, and never shown: in no format, by no
//! subcommand, and in no error about the file that it stands in.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const BINARY: &str = env!("CARGO_BIN_EXE_amiconfined");
const MOUNTED: &str = "run/secrets/kubernetes.io/serviceaccount/token";

/// The parts of a token, and a claim of it that no report has a place for.
fn canary() -> [String; 4] {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"canary-of-the-header"}"#);
    let payload = URL_SAFE_NO_PAD.encode(
        r#"{"aud":["https://kubernetes.default.svc"],"exp":4102444800,"jti":"canary-of-the-payload",
            "iss":"https://kubernetes.default.svc","sub":"system:serviceaccount:shop:cart",
            "kubernetes.io":{"namespace":"shop","pod":{"name":"cart-1","uid":"7f000001-0000-4000-8000-000000000001"}}}"#,
    );
    let signature = URL_SAFE_NO_PAD.encode("canary-of-the-signature, as long as a signature is");
    [
        header,
        payload,
        signature,
        "canary-of-the-payload".to_owned(),
    ]
}

/// A process in namespaces of its own, as in a container, that has the token mounted.
struct Holder(Child);

impl Holder {
    fn new(token: &Path) -> Option<Self> {
        let folder = Path::new("/").join(MOUNTED);
        let folder = folder.parent()?.display().to_string();
        let script = format!(
            "mount -t tmpfs none /run && mkdir -p {folder} && cp \"$0\" {folder}/token \
             && mkdir -p /run/elsewhere && mount -t tmpfs none /run/elsewhere \
             && mkdir /run/elsewhere/..one && cp \"$0\" /run/elsewhere/..one/vault-token \
             && ln -s ..one /run/elsewhere/..data \
             && ln -s ..data/vault-token /run/elsewhere/vault-token \
             && echo ready && exec sleep 600"
        );
        let mut child = Command::new("unshare")
            .args(["--mount", "--pid", "--uts", "--ipc", "--net", "--fork"])
            .args(["--kill-child", "--mount-proc", "sh", "-c", &script])
            .arg(token)
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take()?)
            .read_line(&mut line)
            .ok()?;
        let holder = Self(child);
        (line == "ready\n").then_some(holder)
    }

    /// The first process of its pid namespace.
    fn pid(&self) -> String {
        let path = format!("/proc/{0}/task/{0}/children", self.0.id());
        let children = std::fs::read_to_string(path).unwrap();
        children.split_whitespace().next().unwrap().to_owned()
    }

    /// Runs the binary where the token is mounted.
    fn inside(&self, args: &[&str]) -> Output {
        Command::new("nsenter")
            .args(["--target", &self.pid(), "--mount", "--pid", BINARY])
            .args(args)
            .output()
            .unwrap()
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asserts that nothing of the token is in what was said, and gives that.
fn silent(args: &[&str], output: &Output) -> String {
    let said = [output.stdout.as_slice(), &output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    for part in canary() {
        // A part cut short would still be a part.
        let start = part.get(..24).unwrap_or(&part);
        assert!(!said.contains(start), "{args:?} shows {start}: {said}");
    }
    said
}

#[test]
fn no_report_and_no_error_shows_a_part_of_it() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: root");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let [header, payload, signature, _] = canary();
    std::fs::write(path("token"), format!("{header}.{payload}.{signature}")).unwrap();
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: cart-1, namespace: shop}\n\
               spec:\n  automountServiceAccountToken: false\n  containers: [{name: cart}]\n";
    std::fs::write(path("pod.yaml"), pod).unwrap();
    let Some(holder) = Holder::new(&folder.path().join("token")) else {
        println!("SKIPPED: namespaces of its own");
        return;
    };
    let pid = holder.pid();
    let (pod, token, report) = (path("pod.yaml"), path("token"), path("report.json"));

    let mut reports = 0;
    for args in [
        &["inspect"][..],
        &["--explain"],
        &["--format", "json", "--explain"],
        &["--format", "json", "--output", &report],
        &["--format", "amicontained"],
        &["check"],
        &["check", "--format", "json"],
        &["compare", "--declared", &pod],
        &["compare", "--declared", &pod, "--show", "all"],
        &["compare", "--declared", &pod, "--format", "json"],
        &["compare", "--declared", &pod, "--format", "sarif"],
        &["compare", "--declared", &pod, "--format", "junit"],
        &["compare", "--declared", &pod, "--format", "policy-report"],
    ] {
        let said = silent(args, &holder.inside(args));
        assert!(!said.contains("No such file"), "{args:?}: {said}");
        reports += 1;
    }
    let written = std::fs::read_to_string(&report).unwrap();
    assert!(canary().iter().all(|part| !written.contains(part)));
    for args in [
        &["--pid", &pid][..],
        &["--pid", &pid, "--format", "json"],
        &["sweep"],
        &["sweep", "--wide"],
        &["sweep", "--format", "json"],
        &["sweep", "--format", "ndjson"],
        &["sweep", "--format", "prometheus"],
        &["sweep", "--format", "html"],
        // As if it were something to read.
        &["check", &token],
        &["compare", "--declared", &token],
        &["compare", "--declared", &pod, "--actual", &token],
        &["compare", "--declared", &pod, "--baseline", &token],
        &["report", &token],
        &["seccomp", "disassemble", &token],
        &["seccomp", "diff", &token, &token],
    ] {
        let output = Command::new(BINARY).args(args).output().unwrap();
        silent(args, &output);
        reports += 1;
    }
    println!("{reports} reports and errors");

    // It was there to be shown.
    let seen = holder.inside(&["--format", "json"]);
    let seen: serde_json::Value = serde_json::from_slice(&seen.stdout).unwrap();
    let tokens = &seen["confinement"]["credentials"]["service_account_tokens"]["known"];
    assert_eq!(tokens[0]["path"], format!("/{MOUNTED}"));
    assert_eq!(tokens[0]["namespace"]["known"], "shop");
    assert_eq!(tokens[0]["service_account"]["known"], "cart");
    assert_eq!(
        tokens[0]["expires_unix_seconds"]["known"],
        4_102_444_800_u64
    );
    assert_eq!(
        tokens[0]["audiences"]["known"][0],
        "https://kubernetes.default.svc"
    );
    // And a volume that is projected to another place has one, too.
    assert_eq!(tokens[1]["path"], "/run/elsewhere/vault-token");
    assert_eq!(tokens[1]["service_account"]["known"], "cart");
    let outside = Command::new(BINARY)
        .args(["--pid", &pid, "--format", "json"])
        .output()
        .unwrap();
    let outside: serde_json::Value = serde_json::from_slice(&outside.stdout).unwrap();
    let again = &outside["confinement"]["credentials"]["service_account_tokens"]["known"];
    assert_eq!(again[0]["service_account"]["known"], "cart");
}
