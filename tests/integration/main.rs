//! All integration tests, in one binary.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod bpf;
mod captures;
mod compare_captures;
mod compare_cli;
mod declared_documents;
mod declared_workloads;
mod floors;
mod observe;
mod pod_security_checks;
mod pod_security_golden;
mod pod_security_messages;
mod pod_security_observed;
mod probe;
mod report;
mod tables;
