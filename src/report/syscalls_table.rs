//! Syscalls by name: in each ABI the number, the verdict and the layer that stops it,
//! with what the tables know of each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::confinement::{
    ArgumentVerdict, Cause, Executed, Report, SeccompMethod, SyscallVerdict, Verdict, VerdictRange,
};
use crate::syscalls::{self, Execution, Requirement, Scope};

use super::{StandsOut, stands_out};

/// Names the form of [`SyscallsTable`].
pub const SYSCALLS_SCHEMA: &str = "amiconfined.syscalls/v1";

/// The matrix of syscalls and ABIs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SyscallsTable {
    /// [`SYSCALLS_SCHEMA`].
    pub schema: String,
    /// The version of the tool.
    pub tool_version: String,
    /// When it was asked, RFC 3339, UTC.
    pub time: String,
    /// The process whose filters were asked.
    pub pid: u32,
    /// How the verdicts were come by.
    pub method: SeccompMethod,
    /// The ABIs, the native one first.
    pub abis: Vec<AbiColumn>,
    /// The syscalls, by name.
    pub syscalls: Vec<SyscallRow>,
    /// Where a foreign ABI allows what the native one blocks, and what no filter sees.
    pub stands_out: Vec<StandsOut>,
}

/// One ABI of the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AbiColumn {
    /// Its name.
    pub abi: String,
    /// Whether it is the tool's own.
    pub native: bool,
    /// Whether the kernel offers it; absent where that was not tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<bool>,
    /// The kernel release that the names are from.
    pub table: String,
    /// The numbers without a name.
    pub unnamed: Vec<VerdictRange>,
}

/// One syscall.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SyscallRow {
    /// Its name.
    pub name: String,
    /// First kernel release that had it; absent where none ever had a body for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// First release that had it no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The capability that it asks for, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// Whether `--execute` runs it, and why that changes nothing, or why it never does.
    pub execution: String,
    /// What becomes of it, in each ABI that has it.
    pub abis: Vec<SyscallCell>,
}

/// One syscall in one ABI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SyscallCell {
    /// The ABI's name.
    pub abi: String,
    /// Its number there, x32's with bit 30 set.
    pub number: u32,
    /// The verdict with all arguments zero.
    pub verdict: Verdict,
    /// The verdicts with the listed arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<ArgumentVerdict>,
    /// The layer that stops it, where it cannot be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// What the kernel answered, where it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executed: Option<Executed>,
}

/// The matrix of a report: of the syscalls with these names, or of all where there are
/// none; of these ABIs, or of all that were asked about.
#[must_use]
pub fn syscalls_table(report: &Report, names: &[String], abis: &[String]) -> SyscallsTable {
    let seccomp = &report.confinement.seccomp;
    let shown = |abi: &str| abis.is_empty() || abis.iter().any(|wanted| wanted == abi);
    let asked: Vec<_> = seccomp.abis.iter().filter(|a| shown(&a.abi)).collect();
    let mut rows: Vec<SyscallRow> = Vec::new();
    for abi in &asked {
        for syscall in &abi.syscalls {
            if !names.is_empty() && !names.iter().any(|name| *name == syscall.name) {
                continue;
            }
            let cell = cell(&abi.abi, syscall);
            match rows.binary_search_by(|row| row.name.as_str().cmp(&syscall.name)) {
                Ok(at) => rows[at].abis.push(cell),
                Err(at) => rows.insert(at, row(&syscall.name, cell)),
            }
        }
    }
    let of_filters = ["foreign_abi", "never_filtered", "fakes_success"];
    SyscallsTable {
        schema: SYSCALLS_SCHEMA.to_owned(),
        tool_version: report.tool_version.clone(),
        time: report.time.clone(),
        pid: report.confinement.process.pid,
        method: seccomp.method.clone(),
        abis: asked
            .iter()
            .map(|abi| AbiColumn {
                abi: abi.abi.clone(),
                native: abi.native,
                offered: abi.offered,
                table: abi.table.clone(),
                unnamed: abi.unnamed.clone(),
            })
            .collect(),
        syscalls: rows,
        stands_out: stands_out(&report.confinement)
            .into_iter()
            .filter(|fact| of_filters.contains(&fact.id.as_str()))
            .collect(),
    }
}

fn cell(abi: &str, syscall: &SyscallVerdict) -> SyscallCell {
    SyscallCell {
        abi: abi.to_owned(),
        number: syscall.number,
        verdict: syscall.verdict.clone(),
        arguments: syscall.arguments.clone(),
        cause: syscall.cause.clone(),
        executed: syscall.executed.clone(),
    }
}

fn row(name: &str, cell: SyscallCell) -> SyscallRow {
    let known = syscalls::semantics(name);
    SyscallRow {
        name: name.to_owned(),
        since: known.and_then(|k| k.since).map(|r| r.to_string()),
        until: known.and_then(|k| k.until).map(|r| r.to_string()),
        capability: known.and_then(|k| k.requires).as_ref().map(capability),
        execution: known.map_or_else(String::new, |k| match k.execution {
            Execution::Never { why } => format!("never: {why}"),
            Execution::Safe { why, .. } => format!("on request: {why}"),
        }),
        abis: vec![cell],
    }
}

/// A requirement in words.
pub(super) fn capability(requires: &Requirement) -> String {
    let names: Vec<&str> = requires.any_of.iter().map(|c| c.name).collect();
    let scope = match requires.scope {
        Scope::Initial => "in the initial user namespace",
        Scope::Owner => "in the user namespace that owns what it acts on",
    };
    let some = if requires.always {
        ""
    } else {
        ", for some uses only"
    };
    format!("{} {scope}{some}", names.join(" or "))
}

/// The matrix as indented JSON, with a line feed at its end.
///
/// # Errors
///
/// Where a value cannot be serialised, which no matrix's can.
pub fn syscalls_json(table: &SyscallsTable) -> Result<String, serde_json::Error> {
    let mut text = super::to_json(table, super::Form::Indented)?;
    text.push('\n');
    Ok(text)
}

/// The JSON Schema of [`SyscallsTable`], draft 2020-12.
#[must_use]
pub fn syscalls_schema() -> schemars::Schema {
    schemars::schema_for!(SyscallsTable)
}
