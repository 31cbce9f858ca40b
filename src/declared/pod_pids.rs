//! `shareProcessNamespace`, and the ephemeral containers that enter another's pid namespace.

use super::InputError;
use super::pod_container::Context;
use crate::confinement::Expected;

pub(super) fn expect(context: &Context<'_>, expected: &mut Expected) -> Result<(), InputError> {
    let spec = context.spec();
    if spec.get("hostPID").flag()? == Some(true) {
        return Ok(());
    }
    // `kubectl debug --target`: the two share one whatever the Pod says, where the runtime can.
    let target = "targetContainerName";
    let mut entered = context.container.get(target).is_set();
    for other in spec.get("ephemeralContainers").items()? {
        entered |= other.get(target).text()? == Some(context.name);
    }
    if !entered {
        let field = spec.get("shareProcessNamespace");
        let shared = field.flag()?.unwrap_or(false);
        expected.shared_pids = Some(field.expects(shared, "shareProcessNamespace"));
    }
    Ok(())
}
