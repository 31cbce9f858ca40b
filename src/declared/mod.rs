//! Floor 2: what was declared, as expected confinement with the line it came from.

mod capability_names;
mod defaults;
mod document;
mod error;
mod export;
mod field;
mod inspect;
mod inspect_files;
mod inspect_limits;
mod json;
mod known_configs;
mod known_profiles;
mod kubernetes;
mod located;
mod oci;
mod oci_limits;
mod oci_subject;
mod path;
mod pod;
mod pod_container;
mod pod_pids;
mod pod_profiles;
mod pod_resources;
mod pod_volumes;
mod quantity;
mod runtime_default;
mod scalar;
mod seccomp_compile;
mod seccomp_profile;
mod seccomp_rule;
mod typed;
mod typed_access;
mod typed_error;
mod workload;
mod yaml;

pub use defaults::RuntimeName;
pub use document::{Document, Entry, Location, Node, Value};
pub use error::InputError;
pub use export::{
    ExportError, ExportSource, Exported, ExportedArgument, ExportedProfile, ExportedRule, export,
};
pub use inspect::{expect_inspect, is_inspect};
pub use known_configs::expect_oci_config_bytes;
pub use kubernetes::{NamespaceObject, Object, is_kubernetes, objects};
pub use oci::{expect_oci_config, is_oci_config};
pub use path::{FieldPath, Step};
pub use pod::expect_workload;
pub use runtime_default::default_verdicts;
pub use seccomp_profile::{CompiledProfile, compile_profile, is_seccomp_profile, profile_verdicts};
pub use workload::{Workload, WorkloadKind};
pub use yaml::{MAX_BYTES, MAX_DEPTH, MAX_NODES, read_documents};

use field::Field;
