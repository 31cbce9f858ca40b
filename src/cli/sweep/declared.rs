//! What was declared of each container that a sweep finds.

use crate::cli::compare::expect;
use crate::cli::compare_input::{Input, declarations};
use crate::cli::error::Error;
use crate::compare::join;
use crate::confinement::{Confinement, Expected, Subject};
use crate::declared::RuntimeName;

use super::SweepArgs;

/// Declarations, and how they are filled in.
#[derive(Debug)]
pub(super) struct Declared<'a> {
    args: &'a SweepArgs,
    inputs: Vec<Input>,
    /// As they are without a runtime's defaults; the order is the same with them.
    plain: Vec<Expected>,
}

impl<'a> Declared<'a> {
    /// Reads them.
    pub(super) fn read(args: &'a SweepArgs) -> Result<Self, Error> {
        let inputs = declarations(&args.declared)?;
        let plain = expect(&inputs, args.runtime, None)?;
        Ok(Self {
            args,
            inputs,
            plain,
        })
    }

    /// What they say of one container, with its own runtime's defaults; nothing where no
    /// declaration, or more than one, is about it.
    pub(super) fn of(&self, subject: &Subject, seen: &Confinement) -> Vec<Expected> {
        let joined = join(&self.plain, std::slice::from_ref(subject));
        let Some(pair) = joined.pairs.first() else {
            return Vec::new();
        };
        let runtime = self
            .args
            .runtime
            .or_else(|| RuntimeName::observed(seen.runtime.manager.value));
        // They could be understood without a runtime, and can with one.
        let resolved = expect(&self.inputs, runtime, seen.kernel.number()).unwrap_or_default();
        let mut said: Vec<Option<Expected>> = resolved.into_iter().map(Some).collect();
        pair.declared
            .iter()
            .filter_map(|at| said.get_mut(*at)?.take())
            .collect()
    }
}
