//! Which facts of the reports were held against a truth in any cell.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

/// What no cell holds, and why that is right.
const EXCEPTED: &[(&str, &str)] = &[
    ("/confinement/cgroup/release_agent_writable/decided_by", HOW),
    ("/confinement/cgroup/writable/decided_by", HOW),
    (
        "/confinement/filesystem/runtime_sockets[]/connectable/decided_by",
        HOW,
    ),
    ("/confinement/filesystem/runtime_sockets_denied", OPEN),
    ("/confinement/filesystem/sensitive[]/why", HOW),
    (
        "/confinement/filesystem/sensitive[]/writable/decided_by",
        HOW,
    ),
    ("/confinement/namespaces/namespaces[]/initial/known_by", HOW),
    (
        "/confinement/seccomp/abis[]/syscalls[]/verdict/inconclusive",
        OPEN,
    ),
    (
        "/confinement/seccomp/abis[]/syscalls[]/arguments[]/verdict/inconclusive",
        OPEN,
    ),
    (
        "/confinement/seccomp/abis[]/unnamed[]/verdict/inconclusive",
        OPEN,
    ),
    (
        "/confinement/seccomp/abis[]/table",
        "the release that the tables are from",
    ),
    (
        "/confinement/seccomp/abis[]/syscalls[]/arguments[]/label",
        "a name for the vector held",
    ),
    ("/summary/layers[]", JUDGED),
    ("/summary/stands_out[]", JUDGED),
];

const HOW: &str = "the tool's words for how it knows what is held";
const OPEN: &str = "says that it is not known";
const JUDGED: &str = "a judgement on facts that are held; tests/integration has it in snapshots";

/// Paths of facts: `[]` stands for the elements of a list, and what a reading is wrapped in is
/// left out.
#[derive(Default)]
pub(crate) struct Coverage {
    seen: BTreeSet<String>,
    held: BTreeSet<String>,
}

/// Where a value is, by which it is known again.
pub(super) fn place(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

impl Coverage {
    /// Takes in a report, of which the values at these places were held.
    pub(super) fn add(&mut self, report: &Value, held: &HashSet<usize>) {
        self.walk(report, String::new(), false, held);
    }

    /// Takes in what another has.
    pub(crate) fn join(&mut self, other: Self) {
        self.seen.extend(other.seen);
        self.held.extend(other.held);
    }

    fn walk(&mut self, value: &Value, path: String, above: bool, held: &HashSet<usize>) {
        let here = above || held.contains(&place(value));
        match value {
            Value::Object(fields) => {
                let mut only = fields.iter();
                if let (Some((key, inner)), None) = (only.next(), only.next()) {
                    match key.as_str() {
                        "known" => return self.walk(inner, path, here, held),
                        "absent" | "denied" => {
                            let here = here || held.contains(&place(inner));
                            let deep = inner.as_object().into_iter().flat_map(|o| o.values());
                            let below = deep.into_iter().any(|v| held.contains(&place(v)));
                            return self.leaf(path, here || below);
                        }
                        _ => {}
                    }
                }
                for (key, inner) in fields {
                    self.walk(inner, format!("{path}/{key}"), here, held);
                }
            }
            Value::Array(list) => {
                for inner in list {
                    self.walk(inner, format!("{path}[]"), here, held);
                }
            }
            _ => self.leaf(path, here),
        }
    }

    fn leaf(&mut self, path: String, held: bool) {
        if held {
            self.held.insert(path.clone());
        }
        self.seen.insert(path);
    }

    /// Prints how many facts were held and which never were; how many of those without a
    /// reason.
    pub(crate) fn print(&self) -> usize {
        // A reading that was known in another cell, and held there.
        let elsewhere = |path: &str| {
            let below = ["/", "[]"].map(|sign| format!("{path}{sign}"));
            let starts = |held: &String| below.iter().any(|below| held.starts_with(below));
            self.held.iter().any(starts)
        };
        let never = self.seen.difference(&self.held);
        let never: Vec<&String> = never.filter(|path| !elsewhere(path)).collect();
        println!("\nfacts of a report: {} held in some cell", self.held.len());
        let mut wrong = 0;
        for path in never {
            let reason = EXCEPTED.iter().find(|(known, _)| path.starts_with(known));
            match reason {
                Some((_, why)) => println!("    not held: {path}: {why}"),
                None => {
                    println!("    never held: {path}");
                    wrong += 1;
                }
            }
        }
        wrong
    }
}
