//! The archive that a kernel unpacks to its memory: parts written one after another.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// An archive that is being written, with files of its own in a folder.
pub(super) struct Archive {
    file: File,
    /// Files that are laid there are in the archive at the same place, when it is closed.
    pub(super) own: tempfile::TempDir,
}

impl Archive {
    /// An empty one, in this file.
    pub(super) fn new(at: &Path) -> Result<Self, String> {
        Ok(Self {
            file: File::create(at).map_err(|e| format!("{}: {e}", at.display()))?,
            own: tempfile::tempdir().map_err(|e| e.to_string())?,
        })
    }

    /// A file of the archive's own, which anyone may run.
    pub(super) fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        let at = self.place(path)?;
        std::fs::write(&at, bytes).map_err(|e| format!("{}: {e}", at.display()))?;
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&at, mode).map_err(|e| e.to_string())
    }

    /// A place for a file of the archive's own, whose folders are made.
    pub(super) fn place(&mut self, path: &str) -> Result<PathBuf, String> {
        let at = self.own.path().join(path.trim_start_matches('/'));
        let folder = at.parent().unwrap_or(&at);
        std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        Ok(at)
    }

    /// Adds files of a tree, as they lie in it; their folders come with them.
    pub(super) fn add(&mut self, root: &Path, paths: &BTreeSet<PathBuf>) -> Result<(), String> {
        let mut names = BTreeSet::new();
        for path in paths {
            names.extend(path.ancestors().filter(|a| !a.as_os_str().is_empty()));
        }
        let mut command = Command::new("busybox");
        let mut cpio = command
            .args(["cpio", "-o", "-H", "newc"])
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(self.file.try_clone().map_err(|e| e.to_string())?)
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("busybox cpio: {e}"))?;
        let mut list = cpio.stdin.take().unwrap();
        for name in names {
            writeln!(list, "{}", name.display()).map_err(|e| e.to_string())?;
        }
        drop(list);
        let status = cpio.wait().map_err(|e| e.to_string())?;
        status
            .success()
            .then_some(())
            .ok_or_else(|| format!("busybox cpio in {}: {status}", root.display()))
    }

    /// Everything below a folder of a tree.
    pub(super) fn add_all(&mut self, root: &Path, folder: &str) -> Result<(), String> {
        let mut paths = BTreeSet::new();
        below(root, Path::new(folder), &mut paths);
        self.add(root, &paths)
    }

    /// Adds its own files.
    pub(super) fn close(mut self) -> Result<(), String> {
        let own = self.own.path().to_owned();
        self.add_all(&own, "")
    }
}

/// All that is below a folder, as paths in the tree.
pub(super) fn below(root: &Path, folder: &Path, paths: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(root.join(folder)).into_iter().flatten() {
        let Ok(entry) = entry else { continue };
        let path = folder.join(entry.file_name());
        if entry.file_type().is_ok_and(|t| t.is_dir()) {
            below(root, &path, paths);
        }
        paths.insert(path);
    }
}
