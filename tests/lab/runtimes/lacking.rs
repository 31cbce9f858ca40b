//! What to do where the machine itself has not every capability to give.
//!
//! Engines ask for all they know, and runc then refuses to start. In between stands a
//! script that takes from config.json what nobody here can have.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::Lab;
use crate::settings;

/// A runc that asks for no more than the machine has.
pub(super) fn runc(lab: &Lab) -> PathBuf {
    let has = serde_json::json!(settings::machine());
    let script = format!(
        "#!/bin/sh\n\
        last=\n\
        for word; do\n\
        if [ \"$last\" = --bundle ]; then\n\
        jq -c '.process.capabilities |= with_entries(.value |= map(select(IN({list}[]))))' \
        \"$word/config.json\" > \"$word/lab.json\" && mv \"$word/lab.json\" \"$word/config.json\"\n\
        fi\n\
        last=$word\n\
        done\n\
        exec runc \"$@\"\n",
        list = has
    );
    let file = lab.folder.join("runc");
    std::fs::write(&file, script).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    file
}
