//! Profiles that were compiled already, by what they say: the containers of a node mostly
//! have the same one, and compiling takes longer than all else that is done with one.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::{Field, InputError, Node, Value};
use crate::confinement::{AbiVerdicts, CapabilitySet};
use crate::syscalls::Release;

/// The most that are kept; each takes some hundred kilobytes.
const MOST: usize = 16;

/// What a profile's verdicts depend on.
type Key = ([u8; 32], u64, Option<Release>);

static KNOWN: LazyLock<Mutex<HashMap<Key, Arc<[AbiVerdicts]>>>> = LazyLock::new(Mutex::default);

/// The verdicts of the profile in a field: one entry for each architecture that it names.
pub(super) fn verdicts(
    profile: &Field<'_>,
    capabilities: CapabilitySet,
    kernel: Option<Release>,
) -> Result<Arc<[AbiVerdicts]>, InputError> {
    let mut hasher = Sha256::new();
    if let Some(node) = profile.node() {
        content(node, &mut hasher);
    }
    let key = (hasher.finalize().into(), capabilities.0, kernel);
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(verdicts) = known().get(&key) {
        return Ok(verdicts.clone());
    }
    let made = super::seccomp_profile::verdicts(profile, capabilities, kernel)?;
    let made: Arc<[AbiVerdicts]> = made.into();
    let mut known = known();
    if known.len() >= MOST {
        known.clear();
    }
    known.insert(key, made.clone());
    Ok(made)
}

/// Hashes what a node says, wherever it was written: each value by its kind, its length and
/// itself, so that no two contents give the same bytes.
fn content(node: &Node, hasher: &mut Sha256) {
    let mut put = |kind: u8, bytes: &[u8]| {
        hasher.update([kind]);
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    match &node.value {
        Value::Null => put(b'n', b""),
        Value::Bool(value) => put(b'b', &[u8::from(*value)]),
        Value::Number(number) => put(b'd', number.to_string().as_bytes()),
        Value::String(text) => put(b's', text.as_bytes()),
        Value::Sequence(nodes) => {
            put(b'l', &(nodes.len() as u64).to_le_bytes());
            nodes.iter().for_each(|node| content(node, hasher));
        }
        Value::Mapping(entries) => {
            put(b'm', &(entries.len() as u64).to_le_bytes());
            for entry in entries {
                hasher.update((entry.key.len() as u64).to_le_bytes());
                hasher.update(&entry.key);
                content(&entry.node, hasher);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(text: &str) -> [u8; 32] {
        let document = super::super::read_documents("", text.as_bytes())
            .unwrap()
            .remove(0);
        let mut hasher = Sha256::new();
        content(&document.root, &mut hasher);
        hasher.finalize().into()
    }

    #[test]
    fn content_alone_tells_profiles_apart() {
        assert_eq!(hash(r#"{"a":["b",1]}"#), hash("a:\n- b\n- 1\n"));
        let all = [
            r#"{"a":["b",1]}"#,
            r#"{"a":["b","1"]}"#,
            r#"{"a":["b"],"c":1}"#,
            r#"{"ab":[1]}"#,
            r#"["a","b",1]"#,
            r#"["ab",1]"#,
            r#"[["a"],"b",1]"#,
        ];
        for (at, one) in all.iter().enumerate() {
            for other in &all[at + 1..] {
                assert_ne!(hash(one), hash(other), "{one} {other}");
            }
        }
    }
}
