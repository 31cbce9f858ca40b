//! Seccomp filters, dumped and evaluated, each distinct stack of them once a sweep.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::confinement::{
    AbiVerdicts, Confinement, DumpedFilter, FilterStack, SeccompMethod, SeccompMode,
};
use crate::observe::ProcessDir;
use crate::probe::{dump, verdicts_of};

/// What the filters of one stack decide.
type Verdicts = Arc<Vec<AbiVerdicts>>;

/// Dumps filters, and keeps what each distinct stack decides.
#[derive(Debug, Default)]
pub(super) struct Filters {
    known: HashMap<Vec<String>, Verdicts>,
    given: HashSet<Vec<String>>,
}

impl Filters {
    /// Dumps a process's filters into its record, with their verdicts. The process stands
    /// still meanwhile; where nothing is to be dumped it is left alone.
    pub(super) fn dump(&mut self, dir: &ProcessDir, pid: u32, seen: &mut Confinement) {
        let seccomp = &mut seen.seccomp;
        if seccomp.mode.is(&SeccompMode::Disabled) {
            seccomp.method = SeccompMethod::NoFilter;
            return;
        }
        if !seccomp.mode.is(&SeccompMode::Filter) {
            return;
        }
        match dump(pid, &|| dir.is_alive()) {
            Ok(dumped) => {
                seccomp.dumped = dumped
                    .programs
                    .iter()
                    .map(|program| DumpedFilter::of_bytes(&program.to_ne_bytes()))
                    .collect();
                let hashes = seccomp.dumped.iter().map(|f| f.sha256.clone()).collect();
                let verdicts = self
                    .known
                    .entry(hashes)
                    .or_insert_with(|| Arc::new(verdicts_of(&dumped.programs)));
                seccomp.abis.clone_from(&**verdicts);
                seccomp.method = SeccompMethod::Dumped {
                    pause_us: u64::try_from(dumped.pause.as_micros()).unwrap_or(u64::MAX),
                };
            }
            Err(why) => {
                seccomp.method = SeccompMethod::NotProbed {
                    why: format!("{why}; lifted by {}", why.lifted_by()),
                };
            }
        }
    }

    /// Takes the verdicts out of a record, which names its filters by their hashes; gives
    /// them the first time that this stack is met.
    pub(super) fn take(&mut self, seen: &mut Confinement) -> Option<FilterStack> {
        let seccomp = &mut seen.seccomp;
        if !matches!(seccomp.method, SeccompMethod::Dumped { .. }) {
            return None;
        }
        let abis = std::mem::take(&mut seccomp.abis);
        let hashes: Vec<String> = seccomp.dumped.iter().map(|f| f.sha256.clone()).collect();
        self.given.insert(hashes).then(|| FilterStack {
            filters: seccomp.dumped.clone(),
            abis,
        })
    }
}
