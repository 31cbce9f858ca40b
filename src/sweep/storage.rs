//! What containers/storage, which Podman and CRI-O keep their containers in, calls them.

use std::collections::HashMap;

use serde::Deserialize;

use super::json;
use crate::confinement::{ContainerIdentity, Reading, Text};
use crate::observe::ProcRoot;

/// Names and images by id, of each storage that was asked for.
#[derive(Debug, Default)]
pub(super) struct Storage {
    read: HashMap<Vec<u8>, HashMap<String, Named>>,
}

#[derive(Debug, Clone, Default)]
struct Named {
    name: Option<String>,
    image: Option<String>,
}

/// One entry of `containers.json` (containers/storage `containers.go`).
#[derive(Deserialize)]
struct Entry {
    id: String,
    #[serde(default)]
    names: Option<Vec<String>>,
    #[serde(default)]
    metadata: String,
}

/// What Podman and CRI-O put into an entry's metadata.
#[derive(Deserialize, Default)]
struct Metadata {
    #[serde(rename = "image-name")]
    image: Option<String>,
    name: Option<String>,
}

impl Storage {
    /// Names a container whose bundle is `<storage>/overlay-containers/<id>/userdata`.
    pub(super) fn names(
        &mut self,
        root: &ProcRoot,
        bundle: &Text,
        identity: &mut ContainerIdentity,
    ) {
        let Some(dir) = bundle.as_bytes().strip_suffix(b"/userdata") else {
            return;
        };
        let Some(at) = dir.iter().rposition(|b| *b == b'/') else {
            return;
        };
        let Some((dir, id)) = dir.split_at_checked(at) else {
            return;
        };
        let known = self
            .read
            .entry(dir.to_vec())
            .or_insert_with(|| entries(root, dir));
        let id = id.strip_prefix(b"/").unwrap_or(id);
        let Some(named) = known.get(&*String::from_utf8_lossy(id)) else {
            return;
        };
        let fill = |field: &mut Reading<Text>, value: &Option<String>| {
            if let (None, Some(value)) = (field.known(), value) {
                *field = Reading::Known(value.as_str().into());
            }
        };
        fill(&mut identity.container_name, &named.name);
        fill(&mut identity.image, &named.image);
    }
}

fn entries(root: &ProcRoot, dir: &[u8]) -> HashMap<String, Named> {
    let mut found = HashMap::new();
    for file in [&b"/containers.json"[..], b"/volatile-containers.json"] {
        let bytes = root.read([dir, file].concat()).unwrap_or_default();
        for entry in json::read::<Vec<Entry>>(&bytes).unwrap_or_default() {
            let said: Metadata = serde_json::from_str(&entry.metadata).unwrap_or_default();
            let first = entry.names.and_then(|names| names.into_iter().next());
            let named = Named {
                name: said.name.or(first),
                image: said.image,
            };
            found.insert(entry.id, named);
        }
    }
    found
}
