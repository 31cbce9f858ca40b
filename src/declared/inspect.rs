//! `docker inspect` and `podman inspect`: what an engine was asked for, container by container.
//!
//! Both write a list of objects with `HostConfig` and `Config`; Podman's has `EffectiveCaps`
//! and `BoundingCaps` besides, its own answer to what it made of `CapAdd` and `CapDrop`.

use super::capability_names::{AddDrop, told_set};
use super::inspect_files::{mounts, paths};
use super::{Document, Field, FieldPath, InputError, RuntimeName, inspect_limits};
use crate::confinement::{
    AppArmorRule, CapabilityRule, DeviceRule, EffectiveRule, Expectation, Expected, Manager,
    NamespaceKind, NamespaceRule, SeLinuxRule, SeccompRule, SetRule, Stage, Subject, Text,
};

/// Whether a document looks like the output of `docker inspect` or `podman inspect` on containers.
pub fn is_inspect(document: &Document) -> bool {
    let first = document
        .root
        .as_sequence()
        .and_then(|list| list.first())
        .unwrap_or(&document.root);
    first.get("HostConfig").is_some() && first.get("Id").is_some()
}

/// What `docker inspect` or `podman inspect` says of each container.
///
/// # Errors
///
/// [`InputError`] for a field of a wrong type, with its line.
pub fn expect_inspect(document: &Document) -> Result<Vec<Expected>, InputError> {
    if document.root.as_sequence().is_none() {
        return Ok(vec![container(&Field::root(document))?]);
    }
    Field::at(document, &FieldPath::root(), None)
        .items()?
        .iter()
        .map(container)
        .collect()
}

fn container(root: &Field<'_>) -> Result<Expected, InputError> {
    let host = root.get("HostConfig");
    // Both of its lists are null where every capability is dropped.
    let podman = ["BoundingCaps", "EffectiveCaps", "OCIConfigPath"]
        .iter()
        .any(|key| root.get(key).is_set());
    let subject = Subject {
        container: root
            .get("Name")
            .text()?
            .map(|name| name.trim_start_matches('/').to_owned()),
        id: root.get("Id").text()?.map(str::to_owned),
        ..Subject::default()
    };
    let mut expected = Expected::new(Stage::Declared, subject, root.source());
    let privileged_field = host.get("Privileged");
    let privileged = privileged_field.flag()?.unwrap_or(false);
    expected.privileged = Some(privileged_field.expects(privileged, "HostConfig.Privileged"));
    user(root, &mut expected)?;
    let read_only = host.get("ReadonlyRootfs");
    expected.root_read_only = Some(read_only.expects(
        read_only.flag()?.unwrap_or(false),
        "HostConfig.ReadonlyRootfs",
    ));
    if podman {
        podman_capabilities(root, &mut expected)?;
    } else {
        let (add, drop) = (host.get("CapAdd"), host.get("CapDrop"));
        let runtime = Some(RuntimeName::Docker);
        let written = AddDrop::read(&add, &drop, privileged, runtime)?;
        let default = RuntimeName::Docker.default_capabilities();
        expected.capabilities = written
            .rule(privileged, Some(default))
            .map(|rule| add.expects(rule, "CapAdd and CapDrop on top of docker's default"));
    }
    security_options(root, privileged, podman, &mut expected)?;
    namespaces(&host, podman, &mut expected)?;
    paths(&host, privileged, &mut expected)?;
    mounts(root, &mut expected)?;
    inspect_limits::expect(&host, &mut expected)?;
    if !privileged {
        let list = host.get("Devices");
        let mut declared = Vec::new();
        for item in list.items()? {
            declared.extend(item.get("PathInContainer").text()?.map(Text::from));
        }
        // Podman of a user mounts devices, and then does not list them.
        if !podman || !declared.is_empty() {
            let because = "HostConfig.Devices";
            expected.devices = Some(list.expects(DeviceRule { declared }, because));
        }
    }
    Ok(expected)
}

/// `Config.User` as `uid[:gid]`; names are known to the image alone.
fn user(root: &Field<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let field = root.go(&["Config", "User"]);
    let Some(text) = field.text()? else {
        return Ok(());
    };
    let (uid, gid) = text.split_once(':').unwrap_or((text, ""));
    let uid = if uid.is_empty() { Ok(0) } else { uid.parse() };
    expected.uid = uid.ok().map(|uid| field.expects(uid, "Config.User"));
    expected.gid = gid
        .parse()
        .ok()
        .map(|gid| field.expects(gid, "Config.User"));
    Ok(())
}

fn podman_capabilities(root: &Field<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let field = root.get("BoundingCaps");
    let mut written = Vec::new();
    let bounding = told_set(&field, &mut written)?;
    expected.capabilities = Some(field.expects(
        CapabilityRule {
            bounding: SetRule::Exactly(bounding),
            inheritable: SetRule::Any,
            // Podman gives a user other than 0 what was added by hand, as ambient.
            ambient: SetRule::Any,
            effective: EffectiveRule::AfterExec,
            written,
        },
        "BoundingCaps",
    ));
    Ok(())
}

/// `HostConfig.SecurityOpt`: `no-new-privileges`, `seccomp=…`, `apparmor=…`, `label=…`.
fn security_options(
    root: &Field<'_>,
    privileged: bool,
    podman: bool,
    expected: &mut Expected,
) -> Result<(), InputError> {
    let list = root.go(&["HostConfig", "SecurityOpt"]);
    let default = if privileged {
        SeccompRule::Unconfined
    } else {
        SeccompRule::RuntimeDefault(Some(if podman {
            Manager::Podman
        } else {
            Manager::Docker
        }))
    };
    expected.no_new_privs = Some(list.expects(false, "no-new-privileges is not set"));
    expected.seccomp = Some(list.expects(default, "no seccomp option"));
    for (text, item) in list.texts()? {
        let (key, value) = text.split_once(['=', ':']).unwrap_or((text, ""));
        match (key, value) {
            ("no-new-privileges", value) => {
                expected.no_new_privs = Some(item.expects(value != "false", "SecurityOpt"));
            }
            ("seccomp", "unconfined") => {
                expected.seccomp = Some(item.expects(SeccompRule::Unconfined, "SecurityOpt"));
            }
            ("seccomp", "builtin") => {}
            ("seccomp", profile) => {
                let rule = SeccompRule::Localhost(Text::from(profile));
                expected.seccomp = Some(item.expects(rule, "SecurityOpt"));
            }
            ("apparmor", "unconfined") => {
                expected.apparmor = Some(item.expects(AppArmorRule::Unconfined, "SecurityOpt"));
            }
            ("apparmor", name) => {
                let rule = AppArmorRule::Profile(Text::from(name));
                expected.apparmor = Some(item.expects(rule, "SecurityOpt"));
            }
            ("label", part) => label_part(part, &item, &mut expected.selinux),
            _ => {}
        }
    }
    let profile = root.get("AppArmorProfile");
    if let Some(name) = profile.text()?.filter(|name| !name.is_empty()) {
        let rule = match name {
            "unconfined" => AppArmorRule::Unconfined,
            name => AppArmorRule::Profile(Text::from(name)),
        };
        expected.apparmor = Some(profile.expects(rule, "AppArmorProfile"));
    }
    let label = root.get("ProcessLabel");
    if let Some(text) = label.text()?.filter(|text| !text.is_empty()) {
        expected.selinux = Some(label.expects(super::oci::selinux_label(text), "ProcessLabel"));
    }
    Ok(())
}

/// One part of a SELinux label, as `type:container_t`; `disable` and `nested` ask for none.
fn label_part(part: &str, item: &Field<'_>, selinux: &mut Option<Expectation<SeLinuxRule>>) {
    let Some((key, value)) = part.split_once(':') else {
        return;
    };
    let mut rule = selinux.take().map(|e| e.value).unwrap_or_default();
    let field = match key {
        "user" => &mut rule.user,
        "role" => &mut rule.role,
        "type" => &mut rule.kind,
        "level" => &mut rule.level,
        _ => return,
    };
    *field = Some(Text::from(value));
    *selinux = Some(item.expects(rule, "SecurityOpt"));
}

fn namespaces(host: &Field<'_>, podman: bool, expected: &mut Expected) -> Result<(), InputError> {
    for (key, kind) in [
        ("PidMode", NamespaceKind::Pid),
        ("IpcMode", NamespaceKind::Ipc),
        ("NetworkMode", NamespaceKind::Net),
        ("UTSMode", NamespaceKind::Uts),
    ] {
        let field = host.get(key);
        let mode = field.text()?.unwrap_or_default();
        // `container:ID` and `ns:PATH` are another's, whose is not known; Podman 4.3 writes
        // `shareable` of `--ipc=host` as well.
        let unsaid = podman && mode == "shareable";
        if unsaid || mode.starts_with("container:") || mode.starts_with("ns:") {
            continue;
        }
        let rule = if mode == "host" {
            NamespaceRule::Host
        } else {
            NamespaceRule::Own
        };
        expected.namespaces.push((kind, field.expects(rule, key)));
    }
    Ok(())
}
