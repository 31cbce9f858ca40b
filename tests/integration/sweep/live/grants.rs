//! Privileges under which a sweep may run, and what of other processes each opens.

/// Privileges as `setpriv` takes them, and what they open.
pub(super) struct Grant {
    pub(super) name: &'static str,
    pub(super) with: &'static [&'static str],
    /// The namespaces' links of all processes.
    pub(super) links: bool,
    /// The state that root's runtimes keep.
    pub(super) named: bool,
    /// The state that a user's runtime keeps, in a directory of that user alone.
    pub(super) users: bool,
}

const fn grant(
    name: &'static str,
    with: &'static [&'static str],
    [links, named, users]: [bool; 3],
) -> Grant {
    Grant {
        name,
        with,
        links,
        named,
        users,
    }
}

const AS_USER: [&str; 3] = ["--reuid=1000", "--regid=1000", "--clear-groups"];
const NONE: &str = "--inh-caps=-all";

pub(super) const GRANTS: [Grant; 8] = [
    grant(
        "uid 0 without capabilities",
        &[NONE, "--bounding-set=-all"],
        [false, true, false],
    ),
    grant(
        "uid 0, SYS_ADMIN",
        &[NONE, "--bounding-set=-all,+sys_admin"],
        [false, true, false],
    ),
    grant(
        "uid 0, DAC_READ_SEARCH",
        &[NONE, "--bounding-set=-all,+dac_read_search"],
        [false, true, true],
    ),
    grant(
        "uid 0, SYS_PTRACE",
        &[NONE, "--bounding-set=-all,+sys_ptrace"],
        [true, true, false],
    ),
    grant(
        "uid 0, SYS_PTRACE and DAC_READ_SEARCH",
        &[NONE, "--bounding-set=-all,+sys_ptrace,+dac_read_search"],
        [true, true, true],
    ),
    grant(
        "uid 1000",
        &[
            AS_USER[0],
            AS_USER[1],
            AS_USER[2],
            NONE,
            "--bounding-set=-all",
        ],
        [false, false, false],
    ),
    grant(
        "uid 1000, SYS_PTRACE as a Pod is given it: not effective",
        &[
            AS_USER[0],
            AS_USER[1],
            AS_USER[2],
            NONE,
            "--bounding-set=-all,+sys_ptrace",
        ],
        [false, false, false],
    ),
    grant(
        "uid 1000, SYS_PTRACE and DAC_READ_SEARCH, ambient",
        &[
            AS_USER[0],
            AS_USER[1],
            AS_USER[2],
            "--inh-caps=-all,+sys_ptrace,+dac_read_search",
            "--ambient-caps=+sys_ptrace,+dac_read_search",
            "--bounding-set=-all,+sys_ptrace,+dac_read_search",
        ],
        [true, true, true],
    ),
];
