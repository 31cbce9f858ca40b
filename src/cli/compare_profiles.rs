//! The seccomp profiles that a comparison was given, by what declarations call them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::compare_args::CompareArgs;
use super::compare_input::{Input, documents};
use super::error::Error;
use crate::confinement::{
    CapabilitySet, Confinement, DefaultVerdicts, Expectation, Expected, SeccompMode, SeccompRule,
    SetRule, Source, Stage, Subject, Text,
};
use crate::declared::{
    Document, RuntimeName, default_verdicts, is_seccomp_profile, profile_verdicts,
};
use crate::syscalls::Release;

/// What a default profile depends on: the manager, the bounding set and the kernel.
type DefaultKey = (&'static str, u64, Option<Release>);

/// The profiles at hand.
#[derive(Debug)]
pub(super) struct Profiles {
    given: Vec<Arc<Document>>,
    root: Option<std::path::PathBuf>,
    runtime_default: Option<Document>,
    runtime: Option<RuntimeName>,
    /// Default profiles that were compiled.
    defaults: RefCell<BTreeMap<DefaultKey, Vec<DefaultVerdicts>>>,
}

impl Profiles {
    /// Those among the declarations, below `--seccomp-root`, and `--runtime-default`.
    pub(super) fn new(args: &CompareArgs, inputs: &[Input]) -> Result<Self, Error> {
        let given = inputs
            .iter()
            .filter_map(|input| match input {
                Input::Profile(document) => Some(Arc::clone(document)),
                _ => None,
            })
            .collect();
        let runtime_default = match &args.runtime_default {
            Some(path) => Some(one_profile(path)?),
            None => None,
        };
        Ok(Self {
            given,
            root: args.seccomp_root.clone(),
            runtime_default,
            runtime: args.runtime,
            defaults: RefCell::default(),
        })
    }

    /// Puts the verdicts in the place of a profile's name, where its file is at hand, and
    /// those of the runtime's default where that is what is declared.
    pub(super) fn resolve(
        &self,
        expected: &mut Expected,
        actual: &Confinement,
        kernel: Option<Release>,
    ) -> Result<(), Error> {
        self.default_of_runtime(expected, actual, kernel);
        let capabilities = granted(expected);
        let Some(expectation) = &mut expected.seccomp else {
            return Ok(());
        };
        let (name, read);
        let document = match &expectation.value {
            SeccompRule::RuntimeDefault(_) => {
                name = Text::from("RuntimeDefault");
                self.runtime_default.as_ref()
            }
            SeccompRule::Localhost(path) => {
                name = path.clone();
                let path = path.to_lossy().into_owned();
                let ours = self.given.iter().find(|document| is_file(document, &path));
                match (ours, &self.root) {
                    (Some(document), _) => Some(&**document),
                    (None, Some(root)) => {
                        read = one_profile(&root.join(path.trim_start_matches('/')))?;
                        Some(&read)
                    }
                    (None, None) => None,
                }
            }
            _ => return Ok(()),
        };
        let Some(document) = document else {
            return Ok(());
        };
        let verdicts = profile_verdicts(document, capabilities, kernel)
            .map_err(|error| Error::Input(error.to_string()))?;
        expectation.value = SeccompRule::Profile {
            name,
            verdicts: verdicts.into(),
        };
        Ok(())
    }

    /// The known verdicts of the runtime's default profile, unless its file was given: by
    /// what the declaration gives and by what the runtime made of that, since the rules
    /// depend on capabilities.
    fn default_of_runtime(
        &self,
        expected: &mut Expected,
        actual: &Confinement,
        kernel: Option<Release>,
    ) {
        let filtered = !actual.seccomp.mode.is(&SeccompMode::Disabled);
        let observed = actual.runtime.manager.value;
        let manager = match expected.seccomp.as_ref().map(|e| &e.value) {
            Some(SeccompRule::RuntimeDefault(named)) => named.or(observed),
            Some(SeccompRule::Unset) => self.runtime.map(RuntimeName::manager).or(observed),
            _ => None,
        };
        let Some(manager) = manager.filter(|_| filtered && self.runtime_default.is_none()) else {
            return;
        };
        let mut sets = vec![granted(expected)];
        sets.extend(actual.capabilities.bounding.known().copied());
        sets.dedup();
        let mut known = self.defaults.borrow_mut();
        for set in sets {
            let verdicts = known
                .entry((manager.name(), set.0, kernel))
                .or_insert_with(|| default_verdicts(manager, set, kernel));
            expected.seccomp_defaults.extend(verdicts.iter().cloned());
        }
    }

    /// What profiles expect that were given without any container.
    pub(super) fn alone(&self, kernel: Option<Release>) -> Result<Vec<Expected>, Error> {
        let mut all = Vec::new();
        for document in &self.given {
            let verdicts = profile_verdicts(document, CapabilitySet::EMPTY, kernel)
                .map_err(|error| Error::Input(error.to_string()))?;
            let source = Source {
                file: document.source.clone(),
                line: document.root.location.line,
                column: document.root.location.column,
                field: String::from("defaultAction"),
            };
            let mut expected = Expected::new(Stage::Declared, Subject::default(), source.clone());
            let name = Text::from(document.source.as_str());
            expected.seccomp = Some(Expectation::new(
                SeccompRule::Profile {
                    name,
                    verdicts: verdicts.into(),
                },
                source,
                "the profile itself",
            ));
            all.push(expected);
        }
        Ok(all)
    }
}

/// The capabilities by which Docker's profiles choose their rules.
fn granted(expected: &Expected) -> CapabilitySet {
    match expected.capabilities.as_ref().map(|c| c.value.bounding) {
        Some(SetRule::Exactly(set)) => set,
        Some(SetRule::AllBut(dropped)) => CapabilitySet(u64::MAX).minus(dropped),
        Some(SetRule::Any) | None => CapabilitySet::EMPTY,
    }
}

/// Whether a document was read from the file that a declaration names.
fn is_file(document: &Document, path: &str) -> bool {
    let source = Path::new(&document.source);
    source.ends_with(path) || Path::new(path).file_name() == source.file_name()
}

fn one_profile(path: &Path) -> Result<Document, Error> {
    documents(path)?
        .into_iter()
        .find(is_seccomp_profile)
        .ok_or_else(|| {
            Error::Input(format!(
                "{}: expected a seccomp profile, with defaultAction",
                super::error::escaped(path)
            ))
        })
}
