//! AppArmor labels, as `attr/apparmor/current` writes them.

use crate::confinement::{AppArmor, AppArmorMode, AppArmorProfile, Text};

/// Reads a label: `unconfined`, `profile (mode)`, or several joined by `//&`.
///
/// A profile's name may hold blanks and parentheses: the mode is in the last ones.
/// The kernel writes one mode for the whole stack, `mixed` where they differ.
pub(super) fn parse(bytes: &[u8], read_from: &str) -> AppArmor {
    let label = bytes.trim_ascii_end();
    let label = label.strip_suffix(b"\0").unwrap_or(label).trim_ascii_end();
    let profiles = match split_mode(label) {
        Some((names, mode)) => split_stack(names)
            .map(|name| AppArmorProfile {
                name: name.into(),
                mode: mode.clone(),
            })
            .collect(),
        None if label == b"unconfined" => Vec::new(),
        None => split_stack(label)
            .map(|name| AppArmorProfile {
                name: name.into(),
                mode: AppArmorMode::Other(Text::default()),
            })
            .collect(),
    };
    AppArmor {
        label: label.into(),
        profiles,
        read_from: read_from.to_owned(),
    }
}

/// Whether a label from the attribute that all modules share can only be AppArmor's.
pub(super) fn is_label(label: &[u8]) -> bool {
    let label = label.trim_ascii_end();
    label == b"unconfined"
        || split_mode(label).is_some_and(|(_, mode)| !matches!(mode, AppArmorMode::Other(_)))
}

fn split_mode(label: &[u8]) -> Option<(&[u8], AppArmorMode)> {
    let inner = label.strip_suffix(b")")?;
    let open = inner.windows(2).rposition(|w| w == b" (")?;
    let mode = match inner.get(open + 2..)? {
        b"enforce" => AppArmorMode::Enforce,
        b"complain" => AppArmorMode::Complain,
        b"kill" => AppArmorMode::Kill,
        b"unconfined" => AppArmorMode::Unconfined,
        b"prompt" | b"user" => AppArmorMode::Prompt,
        b"mixed" => AppArmorMode::Mixed,
        other => AppArmorMode::Other(other.into()),
    };
    Some((inner.get(..open)?, mode))
}

fn split_stack(names: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(names);
    std::iter::from_fn(move || {
        let all = rest?;
        match all.windows(3).position(|w| w == b"//&") {
            Some(at) => {
                rest = all.get(at + 3..);
                all.get(..at)
            }
            None => {
                rest = None;
                Some(all)
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn profiles(label: &str) -> Vec<(String, AppArmorMode)> {
        parse(label.as_bytes(), "attr/current")
            .profiles
            .into_iter()
            .map(|p| (p.name.to_string(), p.mode))
            .collect()
    }

    #[test]
    fn labels_of_every_shape() {
        use AppArmorMode::*;
        assert_eq!(profiles("unconfined\n"), []);
        assert_eq!(
            profiles("docker-default (enforce)\n"),
            [("docker-default".into(), Enforce)]
        );
        assert_eq!(
            profiles("my (odd) name (complain)"),
            [("my (odd) name".into(), Complain)]
        );
        assert_eq!(
            profiles("a//&:ns:b (mixed)"),
            [("a".into(), Mixed), (":ns:b".into(), Mixed)]
        );
        assert_eq!(profiles("x (new)"), [("x".into(), Other("new".into()))]);
        assert!(is_label(b"cri-containerd.apparmor.d (enforce)\n"));
        assert!(!is_label(b"system_u:system_r:container_t:s0:c1,c2\0"));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            parse(&bytes, "attr/current");
        }
    }
}
