//! `seccompProfile`, `appArmorProfile` and `seLinuxOptions`, with the annotations that came
//! before the fields.

use super::pod_container::Context;
use super::{Field, InputError, RuntimeName};
use crate::confinement::{AppArmorRule, Expected, Manager, SeLinuxRule, SeccompRule, Text};

pub(super) fn expect(
    context: &Context<'_>,
    privileged: bool,
    expected: &mut Expected,
) -> Result<(), InputError> {
    seccomp(context, expected)?;
    apparmor(context, privileged, expected)?;
    let options = context.over_pod("seLinuxOptions");
    if options.is_set() {
        let part = |key: &str| -> Result<Option<Text>, InputError> {
            Ok(options
                .get(key)
                .text()?
                .filter(|t| !t.is_empty())
                .map(Text::from))
        };
        let rule = SeLinuxRule {
            user: part("user")?,
            role: part("role")?,
            kind: part("type")?,
            level: part("level")?,
        };
        if rule != SeLinuxRule::default() {
            expected.selinux = Some(options.expects(rule, "seLinuxOptions"));
        }
    }
    Ok(())
}

/// The container's field, its annotation, the Pod's field, its annotation; then the kubelet.
fn seccomp(context: &Context<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let annotations = context.pod.go(&["metadata", "annotations"]);
    let of_pod = context.spec().go(&["securityContext", "seccompProfile"]);
    let own_annotation = annotations.get(&format!(
        "container.seccomp.security.alpha.kubernetes.io/{}",
        context.name
    ));
    let pod_annotation = annotations.get("seccomp.security.alpha.kubernetes.io/pod");
    let manager = context.runtime.map(RuntimeName::manager);
    for (field, is_annotation) in [
        (context.own("seccompProfile"), false),
        (own_annotation, true),
        (of_pod.clone(), false),
        (pod_annotation, true),
    ] {
        if !field.is_set() {
            continue;
        }
        let rule = if is_annotation {
            seccomp_annotation(&field, manager)?
        } else {
            seccomp_field(&field, manager)?
        };
        expected.seccomp = Some(field.expects(rule, "seccompProfile"));
        return Ok(());
    }
    expected.seccomp = Some(of_pod.expects(
        SeccompRule::Unset,
        "seccompProfile is not set: no filter, or with the kubelet's seccompDefault the runtime's",
    ));
    Ok(())
}

fn seccomp_field(field: &Field<'_>, manager: Option<Manager>) -> Result<SeccompRule, InputError> {
    let kind = field.get("type");
    match kind.text()?.unwrap_or_default() {
        "Unconfined" => Ok(SeccompRule::Unconfined),
        "RuntimeDefault" => Ok(SeccompRule::RuntimeDefault(manager)),
        "Localhost" => {
            let file = field.get("localhostProfile").text()?;
            Ok(SeccompRule::Localhost(Text::from(file.unwrap_or_default())))
        }
        _ => Err(kind.error("expected Unconfined, RuntimeDefault or Localhost")),
    }
}

fn seccomp_annotation(
    field: &Field<'_>,
    manager: Option<Manager>,
) -> Result<SeccompRule, InputError> {
    match field.text()?.unwrap_or_default() {
        "unconfined" => Ok(SeccompRule::Unconfined),
        "runtime/default" | "docker/default" => Ok(SeccompRule::RuntimeDefault(manager)),
        other => match other.strip_prefix("localhost/") {
            Some(file) => Ok(SeccompRule::Localhost(Text::from(file))),
            None => Err(field.error("expected unconfined, runtime/default or localhost/FILE")),
        },
    }
}

/// The container's field, its annotation, then the Pod's field. Where none is set the runtime
/// confines with its default all the same, if the node has AppArmor.
fn apparmor(
    context: &Context<'_>,
    privileged: bool,
    expected: &mut Expected,
) -> Result<(), InputError> {
    let annotation = context.pod.go(&["metadata", "annotations"]).get(&format!(
        "container.apparmor.security.beta.kubernetes.io/{}",
        context.name
    ));
    let name = context.runtime.map(RuntimeName::apparmor_profile);
    let default = AppArmorRule::RuntimeDefault(name);
    let of_pod = context.spec().go(&["securityContext", "appArmorProfile"]);
    let own = context.own("appArmorProfile");
    let (field, rule) = if own.is_set() || !annotation.is_set() && of_pod.is_set() {
        let field = if own.is_set() { own } else { of_pod };
        let kind = field.get("type");
        let rule = match kind.text()?.unwrap_or_default() {
            "Unconfined" => AppArmorRule::Unconfined,
            "RuntimeDefault" => default,
            "Localhost" => {
                let name = field.get("localhostProfile").text()?;
                AppArmorRule::Profile(Text::from(name.unwrap_or_default()))
            }
            _ => return Err(kind.error("expected Unconfined, RuntimeDefault or Localhost")),
        };
        (field, rule)
    } else if let Some(text) = annotation.text()? {
        let rule = match text {
            "unconfined" => AppArmorRule::Unconfined,
            "runtime/default" | "" => default,
            other => match other.strip_prefix("localhost/") {
                Some(name) => AppArmorRule::Profile(Text::from(name)),
                None => {
                    let wanted = "expected unconfined, runtime/default or localhost/PROFILE";
                    return Err(annotation.error(wanted));
                }
            },
        };
        (annotation, rule)
    } else if privileged {
        return Ok(());
    } else {
        (of_pod, AppArmorRule::Unset(name))
    };
    // A privileged container is unconfined whatever is declared; what is declared is still
    // what is expected, so that the difference is told.
    let because = if privileged {
        "appArmorProfile, of a privileged container"
    } else {
        "appArmorProfile"
    };
    expected.apparmor = Some(field.expects(rule, because));
    Ok(())
}
