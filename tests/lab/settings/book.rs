//! The Pods of a well-known chapter on securing Pods, run as they are given.

use serde_json::json;

use super::{Setting, Tongue, apparmor_active, row};

/// A row of one manifest of `tests/data/book`, and the level that its Pod keeps in fact.
fn book(name: &str, words: &str, keeps: &'static str) -> Setting {
    let mut row = row(&format!("book_{name}")).flags(Tongue::Cri, &format!("manifest={words}"));
    row.keeps = Some(keeps);
    row
}

pub(super) fn rows() -> Vec<Setting> {
    let user = |row: Setting| {
        row.wants("/identity/uid/known/effective", json!(1000))
            .wants("/identity/gid/known/effective", json!(3000))
            .wants("/identity/groups/known", json!([2000, 3000]))
            .wants("/identity/no_new_privs/known", json!(true))
            .wants("/filesystem/root/known/read_only", json!(true))
    };
    // SYS_TIME is none of the capabilities that baseline lets be added.
    let profiles = |name: &str, words: &str| {
        user(book(name, words, "privileged")).wants("/seccomp/mode/known", json!("filter"))
    };
    vec![
        user(book("security_context", "security-context", "baseline"))
            .wants("/seccomp/mode/known", json!("disabled")),
        // Without AppArmor the runtime refuses it as it is given, and what it starts without
        // being asked for a profile lacks just that.
        if apparmor_active() {
            let label = json!("cri-containerd.apparmor.d (enforce)");
            profiles("profiles", "profiles").wants("/lsm/apparmor/known/label", label)
        } else {
            profiles("profiles_refused", "profiles unasked=apparmor").drifts("apparmor")
        },
        book("kuard", "kuard", "baseline")
            .wants("/identity/uid/known/effective", json!(0))
            .wants("/identity/no_new_privs/known", json!(false)),
    ]
}
