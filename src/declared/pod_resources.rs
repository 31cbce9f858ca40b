//! `resources`, ports and the runtime class of a Pod.

use super::InputError;
use super::pod_container::Context;
use super::quantity::{self, EXPECTED};
use crate::confinement::{Expected, Remark};

pub(super) fn expect(context: &Context<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let limits = context.container.go(&["resources", "limits"]);
    let memory = limits.get("memory");
    if let Some(text) = memory.quantity()? {
        let bytes = quantity::thousandths(&text)
            .map(|milli| milli.div_ceil(1000))
            .ok_or_else(|| memory.error(format!("expected {EXPECTED}, not below 0")))?;
        let bytes = u64::try_from(bytes).ok().filter(|n| *n > 0);
        expected.memory_max = Some(memory.expects(bytes, "resources.limits.memory"));
    }
    let cpu = limits.get("cpu");
    if let Some(text) = cpu.quantity()? {
        let milli = quantity::thousandths(&text)
            .and_then(|milli| u64::try_from(milli).ok())
            .ok_or_else(|| cpu.error(format!("expected {EXPECTED}, not below 0")))?;
        // The kernel takes no quota below 1 ms in each period of 100 ms.
        expected.cpu_milli =
            (milli > 0).then(|| cpu.expects(milli.max(10), "resources.limits.cpu"));
    }
    for port in context.container.get("ports").items()? {
        let host = port.get("hostPort");
        if let Some(number) = host.number()?.filter(|n| *n > 0) {
            expected.remarks.push(Remark {
                value: number.to_string(),
                ..Context::remark(
                    &host,
                    "hostPort",
                    false,
                    "the node forwards the port: the process's own state does not show it",
                )
            });
        }
    }
    let spec = context.spec();
    for sysctl in spec.go(&["securityContext", "sysctls"]).items()? {
        let name = sysctl.get("name").text()?.unwrap_or_default();
        let value = sysctl.get("value").quantity()?.unwrap_or_default();
        // The kernel and Kubernetes both take slashes for dots.
        let setting = (name.replace('/', "."), value);
        expected.sysctls.push(sysctl.expects(setting, "sysctls"));
    }
    let class = spec.get("runtimeClassName");
    if let Some(name) = class.text()? {
        expected.remarks.push(Remark {
            value: name.to_owned(),
            ..Context::remark(
                &class,
                "runtimeClassName",
                false,
                "which handler a class stands for is known to the cluster alone",
            )
        });
    }
    Ok(())
}
