//! All integration tests, in one binary.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod bpf_programs;
mod bpf_symbolic;
mod captures;
mod cli;
mod compare_captures;
mod declared_documents;
mod declared_workloads;
mod floors;
mod live_runc;
mod observe;
mod observe_captures;
mod package;
mod pod_security_checks;
mod pod_security_golden;
mod pod_security_messages;
mod probe;
mod report;
mod tables;
mod capture_mounts;
mod compare_cli;
mod declared_profiles;
