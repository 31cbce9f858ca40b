//! One check of the standard in each file.
//!
//! A file's head names the fields that the check restricts and the values that it
//! allows; a revision names the first version that has it so.

mod check_allow_privilege_escalation;
mod check_app_armor_profile;
mod check_capabilities_baseline;
mod check_capabilities_restricted;
mod check_host_namespaces;
mod check_host_path_volumes;
mod check_host_ports;
mod check_host_probes;
mod check_privileged;
mod check_proc_mount;
mod check_proc_mount_restricted;
mod check_restricted_volumes;
mod check_run_as_non_root;
mod check_run_as_user;
mod check_se_linux_options;
mod check_seccomp_profile_baseline;
mod check_seccomp_profile_restricted;
mod check_sysctls;
mod check_windows_host_process;

use super::registry::Check;

/// Every check of the standard.
pub(super) const ALL: &[Check] = &[
    check_allow_privilege_escalation::CHECK,
    check_app_armor_profile::CHECK,
    check_capabilities_baseline::CHECK,
    check_capabilities_restricted::CHECK,
    check_host_namespaces::CHECK,
    check_host_path_volumes::CHECK,
    check_host_ports::CHECK,
    check_host_probes::CHECK,
    check_privileged::CHECK,
    check_proc_mount::CHECK,
    check_proc_mount_restricted::CHECK,
    check_restricted_volumes::CHECK,
    check_run_as_non_root::CHECK,
    check_run_as_user::CHECK,
    check_se_linux_options::CHECK,
    check_seccomp_profile_baseline::CHECK,
    check_seccomp_profile_restricted::CHECK,
    check_sysctls::CHECK,
    check_windows_host_process::CHECK,
];
