//! The filters of one process or file, and what they decide about every syscall.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::confinement::{AbiVerdicts, DumpedFilter, SeccompMethod};

use super::page::Section;
use super::sections::method as seccomp_method;
use super::{Options, syscall_lines};

/// The schema of [`FiltersReport`], described by schema/seccomp.v1.json.
pub const FILTERS_REPORT_SCHEMA: &str = "amiconfined.seccomp/v1";

/// What `amiconfined seccomp show` reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FiltersReport {
    /// Always [`FILTERS_REPORT_SCHEMA`].
    pub schema: String,
    /// The version of the tool.
    pub tool_version: String,
    /// Whose filters they are: `process 123`, or the file's name.
    pub subject: String,
    /// How the verdicts were come by; absent where a file was evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<SeccompMethod>,
    /// The filters; the one that was installed first comes first.
    pub filters: Vec<DumpedFilter>,
    /// What they decide together.
    pub abis: Vec<AbiVerdicts>,
}

/// The filters for people.
#[must_use]
pub fn filters_text(report: &FiltersReport, options: &Options) -> String {
    let mut section = Section::new(format!("Seccomp filters of {}", report.subject));
    for (index, filter) in report.filters.iter().enumerate() {
        section.plain(
            "seccomp",
            format!("filter {index}"),
            format!(
                "{} instructions, sha256 {}",
                filter.instructions, filter.sha256
            ),
        );
    }
    let asked = match &report.method {
        Some(method) => seccomp_method(method),
        None => String::from("nothing: the file was evaluated"),
    };
    section.plain("seccomp", "asked", asked);
    for abi in &report.abis {
        syscall_lines::add(&mut section, abi, options.syscalls);
    }
    let mut out = String::new();
    section.render(options, &mut out);
    out.trim_start_matches('\n').to_owned()
}

/// The filters as indented JSON, with a line feed at its end.
///
/// # Errors
///
/// Where a value cannot be serialised, which no such report's can.
pub fn filters_json(report: &FiltersReport) -> Result<String, serde_json::Error> {
    let mut text = super::to_json(report, super::Form::Indented)?;
    text.push('\n');
    Ok(text)
}

/// The JSON Schema of [`FiltersReport`], draft 2020-12.
#[must_use]
pub fn filters_schema() -> schemars::Schema {
    schemars::schema_for!(FiltersReport)
}
