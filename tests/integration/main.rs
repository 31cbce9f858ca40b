//! All integration tests, in one binary.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]

mod bpf;
mod capture_mounts;
mod captures;
mod check_cli;
mod cli;
mod compare_captures;
mod compare_cli;
mod declared_documents;
mod declared_profiles;
mod declared_workloads;
mod deploy;
mod floors;
mod live_runc;
mod observe;
mod observe_captures;
mod package;
mod package_image;
mod pod_security_checks;
mod pod_security_golden;
mod pod_security_messages;
mod pod_security_observed;
mod probe;
mod report;
mod report_cluster;
mod tables;
