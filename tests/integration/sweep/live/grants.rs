//! Privileges under which a sweep may run, and what of other processes each opens.

/// Who sweeps, by which capabilities, and what that opens.
pub(super) struct Grant {
    pub(super) name: &'static str,
    who: Who,
    /// As setpriv takes them.
    capabilities: &'static str,
    /// The namespaces' links of all processes.
    pub(super) links: bool,
    /// The state that root's runtimes keep.
    pub(super) named: bool,
    /// The state that a user's runtime keeps, in a directory of that user alone.
    pub(super) users: bool,
}

#[derive(PartialEq)]
enum Who {
    /// uid 0, to whom what it is bounded by is effective.
    Root,
    /// uid 1000, bounded by them, which makes none effective.
    Bounded,
    /// uid 1000, with them raised as ambient ones.
    Ambient,
}

impl Grant {
    /// As options of setpriv.
    pub(super) fn options(&self) -> Vec<String> {
        let mut options = Vec::new();
        if self.who != Who::Root {
            options.extend(["--reuid=1000", "--regid=1000", "--clear-groups"].map(str::to_owned));
        }
        let capabilities = self.capabilities;
        options.push(format!("--bounding-set=-all{capabilities}"));
        if self.who == Who::Ambient {
            options.push(format!("--inh-caps=-all{capabilities}"));
            options.push(format!(
                "--ambient-caps={}",
                capabilities.trim_start_matches(',')
            ));
        } else {
            options.push("--inh-caps=-all".to_owned());
        }
        options
    }
}

const fn grant(
    name: &'static str,
    who: Who,
    capabilities: &'static str,
    [links, named, users]: [bool; 3],
) -> Grant {
    Grant {
        name,
        who,
        capabilities,
        links,
        named,
        users,
    }
}

const BOTH: &str = ",+sys_ptrace,+dac_read_search";

pub(super) const GRANTS: [Grant; 8] = [
    grant(
        "uid 0 without capabilities",
        Who::Root,
        "",
        [false, true, false],
    ),
    grant(
        "uid 0, SYS_ADMIN",
        Who::Root,
        ",+sys_admin",
        [false, true, false],
    ),
    grant(
        "uid 0, DAC_READ_SEARCH",
        Who::Root,
        ",+dac_read_search",
        [false, true, true],
    ),
    grant(
        "uid 0, SYS_PTRACE",
        Who::Root,
        ",+sys_ptrace",
        [true, true, false],
    ),
    grant(
        "uid 0, SYS_PTRACE and DAC_READ_SEARCH",
        Who::Root,
        BOTH,
        [true, true, true],
    ),
    grant("uid 1000", Who::Bounded, "", [false, false, false]),
    grant(
        "uid 1000, SYS_PTRACE as a Pod is given it: not effective",
        Who::Bounded,
        ",+sys_ptrace",
        [false, false, false],
    ),
    grant(
        "uid 1000, SYS_PTRACE and DAC_READ_SEARCH, ambient",
        Who::Ambient,
        BOTH,
        [true, true, true],
    ),
];
