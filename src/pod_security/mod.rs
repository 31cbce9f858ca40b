//! Floor 2: the Pod Security Standards, on declarations and on observed values.
//!
//! On declarations the judgement is that of the API server's own admission
//! (`k8s.io/pod-security-admission`): the same verdict, reasons and details for
//! every version of the standard since v1.0. The rules are those of
//! <https://kubernetes.io/docs/concepts/security/pod-security-standards/>.

mod checks;
mod defaults;
mod judgement;
mod label_change;
mod level;
mod namespace;
mod observed;
mod pod;
mod registry;
mod version;
mod wording;

pub use defaults::with_api_defaults;
pub use judgement::{Judgement, Violation};
pub use label_change::label_warnings;
pub use level::{Level, LevelError, LevelVersion};
pub use namespace::{LabelError, Mode, NamespacePolicy};
pub use observed::{ObservedControl, ObservedJudgement, Verdict, judge_observed};
pub use pod::{Container, Pod};
pub use registry::{Check, CheckFn, Registry, RegistryError, Revision};
pub use version::{Version, VersionError};
