//! An LXC container's name, from the monitor that started it.

use crate::confinement::{ContainerIdentity, Manager, Reading};
use crate::observe::ProcRoot;

use super::view::{Reader, View};

/// What the monitor of a container calls itself (lxc `src/lxc/lxccontainer.c`).
const MONITOR: &[u8] = b"[lxc monitor] ";

/// LXC adds a number to the cgroup's name where one of that name is there already; the
/// monitor, the parent of the container's first process, has the name itself.
pub(super) fn name(identity: &mut ContainerIdentity, proc: &ProcRoot, first: &View) {
    if identity.manager != Some(Manager::Lxc) {
        return;
    }
    let Ok(parent) = proc.process(first.parent) else {
        return;
    };
    let mut cmdline = Vec::new();
    if parent.read("cmdline", &mut cmdline).is_err() {
        return;
    }
    // While the container's first process has it as its parent still, the number was
    // nobody else's.
    let now = Reader::default().read(proc, first.pid);
    if now.map(|now| now.parent).ok() != Some(first.parent) {
        return;
    }
    if let Some(name) = monitored(&cmdline) {
        identity.id = name.into();
        identity.container_name = Reading::Known(name.into());
    }
}

/// The name in `[lxc monitor] <path> <name>`.
fn monitored(cmdline: &[u8]) -> Option<&[u8]> {
    let end = cmdline
        .iter()
        .position(|b| *b == 0)
        .unwrap_or(cmdline.len());
    let rest = cmdline.get(..end)?.strip_prefix(MONITOR)?;
    let name = rest.rsplit(|b| *b == b' ').next()?;
    (!name.is_empty() && name.len() < rest.len()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::monitored;

    #[test]
    fn the_last_word_is_the_name() {
        assert_eq!(
            monitored(b"[lxc monitor] /var/lib/lxc web\0\0"),
            Some(&b"web"[..])
        );
        assert_eq!(monitored(b"[lxc monitor] web"), None);
        assert_eq!(monitored(b"sh -c [lxc monitor] / web"), None);
        assert_eq!(monitored(b""), None);
    }
}
