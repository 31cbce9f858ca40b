//! OCI runtime-spec `config.json`: what the low-level runtime was told.

use std::sync::Arc;

use super::capability_names::told_set;
use super::{Document, Field, InputError};
use super::{known_profiles, oci_limits, oci_subject};
use crate::confinement::{
    AbiVerdicts, AppArmorRule, CapabilityRule, CapabilitySet, EffectiveRule, Expected,
    ExpectedMount, GroupRule, MountRule, NamespaceKind, NamespaceRule, PathRule, Remark,
    SeLinuxRule, SeccompRule, SetRule, Stage, Text,
};
use crate::syscalls::Release;

/// Whether a document looks like a `config.json`.
pub fn is_oci_config(document: &Document) -> bool {
    document.root.get("ociVersion").is_some()
}

/// What a `config.json` says. By `kernel` a `minKernel` of its profile is judged; without it
/// each is met.
///
/// # Errors
///
/// [`InputError`] for a field of a wrong type, with its line.
pub fn expect_oci_config(
    document: &Document,
    kernel: Option<Release>,
) -> Result<Expected, InputError> {
    expect_with(document, kernel, None)
}

/// The same with the verdicts of its profile, where they are known already.
pub(super) fn expect_with(
    document: &Document,
    kernel: Option<Release>,
    known: Option<Arc<[AbiVerdicts]>>,
) -> Result<Expected, InputError> {
    let root = Field::root(document);
    let process = root.get("process");
    let linux = root.get("linux");
    let mut expected = Expected::new(Stage::Told, oci_subject::subject(&root)?, root.source());

    let user = process.get("user");
    let uid = user.get("uid").id()?.unwrap_or(0);
    let gid = user.get("gid").id()?.unwrap_or(0);
    expected.uid = Some(user.get("uid").expects(uid, "process.user.uid"));
    expected.gid = Some(user.get("gid").expects(gid, "process.user.gid"));
    let groups = user.get("additionalGids");
    let mut includes = Vec::new();
    for item in groups.items()? {
        includes.extend(item.id()?);
    }
    expected.groups = Some(groups.expects(
        GroupRule {
            includes,
            exactly: true,
        },
        "process.user.additionalGids",
    ));

    let nnp = process.get("noNewPrivileges");
    expected.no_new_privs =
        Some(nnp.expects(nnp.flag()?.unwrap_or(false), "process.noNewPrivileges"));
    capabilities(&process, &mut expected)?;
    let read_only = root.go(&["root", "readonly"]);
    expected.root_read_only =
        Some(read_only.expects(read_only.flag()?.unwrap_or(false), "root.readonly"));
    namespaces(&linux.get("namespaces"), &mut expected)?;
    let paths = linux.get("maskedPaths");
    let list = |field: Field<'_>| -> Result<Vec<String>, InputError> {
        Ok(field
            .texts()?
            .into_iter()
            .map(|(t, _)| t.to_owned())
            .collect())
    };
    expected.paths = Some(paths.expects(
        PathRule {
            masked: list(linux.get("maskedPaths"))?,
            read_only: list(linux.get("readonlyPaths"))?,
        },
        "linux.maskedPaths and linux.readonlyPaths",
    ));
    let seccomp = linux.get("seccomp");
    expected.seccomp = Some(if seccomp.is_set() {
        let verdicts = match known {
            Some(known) => known,
            None => known_profiles::verdicts(&seccomp, CapabilitySet::EMPTY, kernel)?,
        };
        let name = Text::from("linux.seccomp");
        seccomp.expects(SeccompRule::Profile { name, verdicts }, "linux.seccomp")
    } else {
        seccomp.expects(SeccompRule::Unconfined, "no linux.seccomp")
    });
    labels(&process, &mut expected)?;
    mounts(&root.get("mounts"), &mut expected)?;
    oci_limits::expect(&process, &linux, &mut expected)?;
    Ok(expected)
}

/// The five sets. A capability is ambient only where it is permitted and inheritable too,
/// `capabilities(7)`: runtimes ask for the others, are refused, and go on.
fn capabilities(process: &Field<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let field = process.get("capabilities");
    let mut written = Vec::new();
    let mut set = |name: &str| told_set(&field.get(name), &mut written);
    let (bounding, inheritable) = (set("bounding")?, set("inheritable")?);
    let (permitted, ambient) = (set("permitted")?, set("ambient")?);
    let raised = CapabilitySet(ambient.0 & inheritable.0 & permitted.0);
    let refused = ambient.minus(raised);
    if !refused.is_empty() {
        expected.remarks.push(Remark {
            id: "unobservable",
            control: "capabilities",
            value: format!("ambient {}", refused.names().join(" ")),
            source: field.get("ambient").source(),
            not_applicable: true,
            why: String::from(
                "the kernel makes a capability ambient only where it is permitted and inheritable",
            ),
        });
    }
    expected.capabilities = Some(field.expects(
        CapabilityRule {
            bounding: SetRule::Exactly(bounding),
            inheritable: SetRule::Exactly(inheritable),
            ambient: SetRule::Exactly(raised),
            effective: if process.get("noNewPrivileges").flag()? == Some(true) {
                EffectiveRule::AfterExecWithin(permitted)
            } else {
                EffectiveRule::AfterExec
            },
            written,
        },
        "process.capabilities",
    ));
    Ok(())
}

/// A kind that is listed without a path is made new; one that is not listed is the
/// runtime's own; one with a path may be anyone's, and nothing is expected of it.
fn namespaces(list: &Field<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let mut listed = Vec::new();
    for item in list.items()? {
        let kind = item.get("type");
        let name = kind.text()?.unwrap_or_default();
        let path = item.get("path").text()?.filter(|path| !path.is_empty());
        listed.push((name, path.is_some(), kind));
    }
    for (name, kind) in [
        ("pid", NamespaceKind::Pid),
        ("network", NamespaceKind::Net),
        ("ipc", NamespaceKind::Ipc),
        ("uts", NamespaceKind::Uts),
        ("mount", NamespaceKind::Mnt),
        ("user", NamespaceKind::User),
        ("cgroup", NamespaceKind::Cgroup),
    ] {
        match listed.iter().find(|(listed, ..)| *listed == name) {
            Some((_, true, _)) => {}
            Some((_, false, field)) => expected.namespaces.push((
                kind,
                field.expects(
                    NamespaceRule::Own,
                    "linux.namespaces lists it without a path",
                ),
            )),
            None => expected.namespaces.push((
                kind,
                list.expects(NamespaceRule::Host, "linux.namespaces does not list it"),
            )),
        }
    }
    Ok(())
}

fn labels(process: &Field<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let profile = process.get("apparmorProfile");
    if let Some(name) = profile.text()?.filter(|name| !name.is_empty()) {
        let rule = if name == "unconfined" {
            AppArmorRule::Unconfined
        } else {
            AppArmorRule::Profile(Text::from(name))
        };
        expected.apparmor = Some(profile.expects(rule, "process.apparmorProfile"));
    }
    let label = process.get("selinuxLabel");
    if let Some(text) = label.text()?.filter(|text| !text.is_empty()) {
        expected.selinux = Some(label.expects(selinux_label(text), "process.selinuxLabel"));
    }
    Ok(())
}

/// The parts of `user:role:type:level`; the level has colons of its own.
pub(super) fn selinux_label(text: &str) -> SeLinuxRule {
    let mut parts = text.splitn(4, ':').map(Text::from);
    SeLinuxRule {
        user: parts.next(),
        role: parts.next(),
        kind: parts.next(),
        level: parts.next(),
    }
}

fn mounts(list: &Field<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let mut declared = Vec::new();
    for item in list.items()? {
        let options = item.get("options").texts()?;
        declared.push(ExpectedMount {
            mount_point: Text::from(item.get("destination").text()?.unwrap_or_default()),
            host_path: item.get("source").text()?.map(Text::from),
            read_only: Some(options.iter().any(|(option, _)| *option == "ro")),
            source: item.source(),
        });
    }
    expected.mounts = Some(list.expects(
        MountRule {
            declared,
            by_manager: vec!["/dev/console"],
        },
        "mounts",
    ));
    Ok(())
}
