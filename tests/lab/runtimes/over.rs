//! Files of the machine with more in them, for this program's own mount namespace alone.

use std::path::Path;
use std::process::Command;

/// What lies over the machine's files while this value lives.
pub(super) struct Over(Vec<&'static str>);

impl Over {
    /// Puts copies with a line more over the files; the copies are in `folder`.
    pub(super) fn with(folder: &Path, lines: &[(&'static str, String)]) -> Result<Self, String> {
        let mut over = Self(Vec::new());
        for (file, line) in lines {
            let own = folder.join(file.replace('/', "_"));
            let text = std::fs::read_to_string(file).unwrap_or_default() + line;
            std::fs::write(&own, text).map_err(|e| e.to_string())?;
            super::must(Command::new("mount").arg("--bind").arg(own).arg(file))?;
            over.0.push(file);
        }
        Ok(over)
    }
}

impl Drop for Over {
    fn drop(&mut self) {
        for file in &self.0 {
            let _ = Command::new("umount").arg(file).output();
        }
    }
}
