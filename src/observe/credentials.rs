//! Service-account tokens in the process's file tree.

use nix::sys::stat::SFlag;

use super::Observer;
use super::read_error::ReadError;
use super::token::{self, Claims};
use crate::confinement::{Credentials, Reading};

/// Where secrets are mounted; the second is usually the first by a link.
const DIRS: [&str; 2] = ["run/secrets", "var/run/secrets"];

/// What the kubelet links to the present contents of a volume that it projects
/// (`AtomicWriter`, pkg/volume/util/atomic_writer.go).
const PROJECTED: &[u8] = b"/..data";

/// In the path of the kubelet's own directory of a volume (`pods/<uid>/volumes/…`).
const OF_KUBELET: &[u8] = b"/volumes/kubernetes.io~";

/// The most mounts that are looked at for being such a volume.
const MAX_VOLUMES: usize = 256;

/// How deep they are looked through: `kubernetes.io/serviceaccount/token` is three.
const MAX_DEPTH: usize = 4;

/// The most files that are looked at.
const MAX_FILES: usize = 256;

/// The tokens that were found, or why they could not be.
#[derive(Debug)]
pub(super) struct Found {
    claims: Result<Vec<Claims>, ReadError>,
    lifted_by: String,
}

impl Found {
    /// What a report shows.
    pub(super) fn noun(&self) -> Credentials {
        Credentials {
            service_account_tokens: match &self.claims {
                Ok(all) => Reading::Known(all.iter().map(|c| c.token.clone()).collect()),
                Err(error) => error.denied(self.lifted_by.clone()),
            },
        }
    }

    /// The claims, where there are any.
    pub(super) fn claims(&self) -> &[Claims] {
        self.claims.as_deref().unwrap_or_default()
    }
}

/// Looks for tokens.
pub(super) fn credentials(o: &Observer<'_>) -> Found {
    let mut walk = Walk::default();
    let claims = o
        .files
        .dir()
        .and_then(|_| {
            DIRS.iter()
                .map(|dir| dir.as_bytes())
                .chain(volumes(o))
                .try_for_each(|dir| walk.enter(o, dir, MAX_DEPTH))
        })
        .map(|()| {
            if !o.options.live {
                unseen_volumes(o, &mut walk.found);
            }
            walk.found
        });
    Found {
        lifted_by: claims
            .as_ref()
            .err()
            .map_or_else(String::new, |e| o.file_lift(e)),
        claims,
    }
}

/// The volumes that the kubelet projects to anywhere else: a Pod may want a token where it
/// likes. The kubelet's own directories, which a node's processes see, are other Pods'.
fn volumes<'a>(o: &'a Observer<'_>) -> impl Iterator<Item = &'a [u8]> {
    let points = o.mounts().iter().flat_map(|mounts| mounts.iter());
    points
        .filter(|entry| entry.mount.fstype == *"tmpfs")
        .filter_map(|entry| entry.mount.mount_point.as_bytes().strip_prefix(b"/"))
        .filter(|point| {
            let under = |dir: &&str| {
                let below = point.strip_prefix(dir.as_bytes());
                below.is_some_and(|rest| rest.first().is_none_or(|byte| *byte == b'/'))
            };
            let of_kubelet = point.windows(OF_KUBELET.len()).any(|w| w == OF_KUBELET);
            !point.is_empty() && !of_kubelet && !DIRS.iter().any(under)
        })
        .take(MAX_VOLUMES)
        .filter(|point| o.files.stat([point, PROJECTED].concat()).is_ok())
}

/// A captured tree may hold less than the process saw: a volume of the kubelet's that the
/// mount table has and the tree has not is told with its claims unknown.
fn unseen_volumes(o: &Observer<'_>, found: &mut Vec<Claims>) {
    let points = o.mounts().iter().flat_map(|mounts| mounts.iter());
    for point in points.map(|entry| entry.mount.mount_point.as_bytes()) {
        let inside = point.strip_prefix(b"/").unwrap_or(point);
        let of_kubelet = DIRS.iter().any(|dir| {
            inside.strip_prefix(dir.as_bytes()) == Some(b"/kubernetes.io/serviceaccount")
        });
        if of_kubelet
            && o.files
                .entries(inside)
                .is_err_and(|error| error.is_missing())
        {
            found.push(token::unread(point));
        }
    }
}

#[derive(Default)]
struct Walk {
    found: Vec<Claims>,
    seen: Vec<(u64, u64)>,
    files: usize,
}

impl Walk {
    fn enter(&mut self, o: &Observer<'_>, dir: &[u8], depth: usize) -> Result<(), ReadError> {
        let names = match o.files.entries(dir) {
            Ok(names) => names,
            Err(error) if error.is_missing() => return Ok(()),
            Err(error) => return Err(error),
        };
        for name in names {
            // The kubelet's own directories behind the links that it makes.
            if name.starts_with(b"..") || self.files >= MAX_FILES {
                continue;
            }
            let path = [dir, b"/", &name].concat();
            let Ok(stat) = o.files.stat(&path) else {
                continue; // a link that leads nowhere
            };
            match SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT {
                SFlag::S_IFDIR if depth > 1 => self.enter(o, &path, depth - 1)?,
                SFlag::S_IFREG if !self.seen.contains(&(stat.st_dev, stat.st_ino)) => {
                    self.seen.push((stat.st_dev, stat.st_ino));
                    self.files += 1;
                    let small =
                        usize::try_from(stat.st_size).is_ok_and(|n| n <= token::MAX_TOKEN_BYTES);
                    if small && names_a_token(&name) {
                        let bytes = o.files.read(&path)?;
                        let shown = [b"/", path.as_slice()].concat();
                        self.found.extend(token::claims(&bytes, &shown));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Other files in these places are other secrets, and none of our concern.
fn names_a_token(name: &[u8]) -> bool {
    name.windows(5).any(|w| w.eq_ignore_ascii_case(b"token"))
}
