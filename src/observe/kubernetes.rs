//! Whether this is a Pod, and which: only what cannot be otherwise is claimed.

use super::evidence::{Evidence, Place};
use super::status::lifted_by;
use super::token::Claims;
use crate::confinement::{Claim, Reading, Text};

/// The Pod's identity as the container can see it.
#[derive(Debug)]
pub(super) struct Pod {
    /// Whether it is a Pod at all.
    pub(super) kubernetes: Claim<bool>,
    /// Its name.
    pub(super) name: Reading<Text>,
    /// Its namespace.
    pub(super) namespace: Reading<Text>,
    /// Its uid.
    pub(super) uid: Reading<Text>,
}

/// Concludes it from the cgroup path, the kubelet's mounts, the tokens and the environment.
pub(super) fn pod(e: &Evidence<'_>, tokens: &[Claims]) -> Pod {
    let kubernetes = claim(e, tokens);
    let none = (kubernetes.value == Some(false)).then_some("this is no Pod");
    let unseen = |what: &str, lifted_by: &str| match none {
        Some(why) => Reading::absent(why),
        None => Reading::denied("none", what, None, lifted_by),
    };
    let uid = e
        .container
        .as_ref()
        .and_then(|c| c.pod_uid.clone())
        .or_else(|| mounted_uid(e))
        .or_else(|| tokens.iter().find_map(|t| t.pod_uid.clone()));
    let namespace = tokens
        .iter()
        .find_map(|t| t.token.namespace.known().cloned())
        .or_else(|| namespace_file(e));
    let bound = "a service-account token that is bound to the Pod; the host name is no proof of it";
    Pod {
        name: match tokens.iter().find_map(|t| t.pod_name.clone()) {
            Some(name) => Reading::Known(name),
            None => unseen("pod name", bound),
        },
        namespace: match namespace {
            Some(namespace) => Reading::Known(namespace),
            None => unseen("pod namespace", "a service-account token"),
        },
        uid: match uid {
            Some(uid) => Reading::Known(uid),
            None => unseen(
                "pod uid",
                "a cgroup path from outside the cgroup namespace, a mount of the kubelet's, or a token",
            ),
        },
        kubernetes,
    }
}

fn claim(e: &Evidence<'_>, tokens: &[Claims]) -> Claim<bool> {
    let mut evidence = Vec::new();
    if let Some(path) = e.container.as_ref().filter(|c| c.pod_uid.is_some()) {
        evidence.push(format!("cgroup path {}", path.prefix));
    }
    if mounted_uid(e).is_some() {
        evidence.push("mounts come from the kubelet's directory of the Pod".into());
    }
    if let Some(token) = tokens.first() {
        evidence.push(format!("service-account token at {}", token.token.path));
    }
    if e.env("KUBERNETES_SERVICE_HOST").is_some() && !e.all_initial() {
        evidence.push("environment has KUBERNETES_SERVICE_HOST".into());
    }
    if !evidence.is_empty() {
        return Claim {
            value: Some(true),
            evidence,
        };
    }
    match e.o.mounts() {
        // The kubelet mounts /etc/hosts and /dev/termination-log into every container.
        Ok(_) => Claim {
            value: Some(false),
            evidence: e.no_sign(
                &[
                    ("cgroup path", Place::CgroupPath),
                    ("mount", Place::Mounts),
                    ("token", Place::Files),
                    ("variable", Place::Environment),
                ],
                "of Kubernetes",
            ),
        },
        Err(error) => Claim {
            value: None,
            evidence: vec![format!(
                "the mounts could not be read ({error}): {}",
                lifted_by(error)
            )],
        },
    }
}

/// The uid in `…/pods/<uid>/etc-hosts`, `…/pods/<uid>/containers/…` or `…/pods/<uid>/volumes/…`.
fn mounted_uid(e: &Evidence<'_>) -> Option<Text> {
    if e.all_initial() {
        return None; // the node itself sees the mounts of all its Pods
    }
    e.o.mounts()
        .iter()
        .flat_map(|m| m.iter())
        .find_map(|entry| {
            let mut parts = entry.mount.root.as_bytes().split(|b| *b == b'/');
            parts.find(|part| *part == b"pods")?;
            let uid = parts.next()?;
            let kind = parts.next()?;
            let of_kubelet = matches!(
                kind,
                b"etc-hosts" | b"containers" | b"volumes" | b"volume-subpaths"
            );
            (of_kubelet && is_uid(uid)).then(|| uid.into())
        })
}

/// A UUID, or a static Pod's hash without dashes.
fn is_uid(part: &[u8]) -> bool {
    matches!(part.len(), 32 | 36) && part.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-')
}

fn namespace_file(e: &Evidence<'_>) -> Option<Text> {
    let file = "var/run/secrets/kubernetes.io/serviceaccount/namespace";
    let bytes = e.o.files.read(file).ok()?;
    let name = bytes.trim_ascii();
    // A namespace is a DNS label: at most 63 bytes.
    (!name.is_empty() && name.len() <= 63).then(|| name.into())
}
