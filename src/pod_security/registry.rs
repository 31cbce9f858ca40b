//! All checks, which of them apply to a level and a version, and that they fit together.

use super::checks;
use super::{Judgement, Level, LevelVersion, Pod, Version, Violation};

/// Looks at a Pod: `None` when it passes, else the reason and the detail.
pub type CheckFn = fn(Pod<'_>) -> Option<(String, String)>;

/// One check of the standard.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Its name, as upstream has it.
    pub id: &'static str,
    /// The lowest level that asks for it: [`Level::Baseline`] or [`Level::Restricted`].
    pub level: Level,
    /// Its revisions, oldest first; before the first there is no such check.
    pub revisions: &'static [Revision],
}

/// A check as it stands from one version on.
#[derive(Debug, Clone, Copy)]
pub struct Revision {
    /// The first version, 1.N, that has it so.
    pub since: u64,
    /// The check.
    pub check: CheckFn,
    /// Ids of the baseline checks that it stands in for at its own level.
    pub overrides: &'static [&'static str],
}

/// A rule that a set of checks breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// Two have the same id.
    #[error("check {0}: registered twice")]
    Twice(&'static str),
    /// It belongs to no level that checks anything.
    #[error("check {0}: expected level baseline or restricted")]
    Level(&'static str),
    /// It never applies.
    #[error("check {0}: expected at least one revision")]
    Empty(&'static str),
    /// Its revisions are not in order.
    #[error("check {0}: expected revisions in rising order, each version once")]
    Order(&'static str),
    /// A baseline check stands in for another.
    #[error("check {0}: only a restricted check may override")]
    BaselineOverrides(&'static str),
    /// It stands in for what is no baseline check.
    #[error("check {0}: overrides {1}, which is no baseline check")]
    OverridesOther(&'static str, &'static str),
}

/// A set of checks that fit together.
#[derive(Debug, Clone)]
pub struct Registry {
    /// Baseline before restricted, each sorted by the bytes of their ids.
    checks: Vec<Check>,
    newest: u64,
}

impl Registry {
    /// The checks of the Pod Security Standards.
    pub fn standard() -> Self {
        #[allow(clippy::expect_used)]
        // The set is constant: the unit test `the_standard_fits_together` builds it.
        Self::new(checks::ALL).expect("the standard's checks fit together")
    }

    /// A registry of these checks.
    ///
    /// # Errors
    ///
    /// [`RegistryError`] names the first check that breaks a rule.
    pub fn new(checks: &[Check]) -> Result<Self, RegistryError> {
        let mut checks = checks.to_vec();
        checks.sort_by_key(|check| (check.level, check.id));
        for (position, check) in checks.iter().enumerate() {
            let others = checks.iter().enumerate();
            if others
                .into_iter()
                .any(|(at, c)| at != position && c.id == check.id)
            {
                return Err(RegistryError::Twice(check.id));
            }
            if check.level == Level::Privileged {
                return Err(RegistryError::Level(check.id));
            }
            if check.revisions.is_empty() {
                return Err(RegistryError::Empty(check.id));
            }
            if !check.revisions.is_sorted_by(|a, b| a.since < b.since) {
                return Err(RegistryError::Order(check.id));
            }
            for overridden in check.revisions.iter().flat_map(|r| r.overrides) {
                if check.level != Level::Restricted {
                    return Err(RegistryError::BaselineOverrides(check.id));
                }
                let baseline = |c: &Check| c.id == *overridden && c.level == Level::Baseline;
                if !checks.iter().any(baseline) {
                    return Err(RegistryError::OverridesOther(check.id, overridden));
                }
            }
        }
        let revisions = checks.iter().flat_map(|check| check.revisions);
        let newest = revisions.map(|r| r.since).max().unwrap_or_default();
        Ok(Self { checks, newest })
    }

    /// The checks, in the order in which they are made.
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The newest version 1.N at which a check was revised: what `latest`, and any later one, means.
    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// The checks that a level makes at a version, each in its revision of then.
    pub fn in_force(&self, asked: LevelVersion) -> Vec<(&Check, &Revision)> {
        let minor = match asked.version {
            Version::Minor(minor) => minor.min(self.newest),
            Version::Latest => self.newest,
        };
        let mut in_force: Vec<_> = self
            .checks
            .iter()
            .filter(|check| check.level <= asked.level)
            .filter_map(|check| {
                let revision = check.revisions.iter().rfind(|r| r.since <= minor)?;
                Some((check, revision))
            })
            .collect();
        let overridden: Vec<_> = in_force.iter().flat_map(|(_, r)| r.overrides).collect();
        in_force.retain(|(check, _)| !overridden.contains(&&check.id));
        in_force
    }

    /// Judges a Pod by a level of a version.
    pub fn judge(&self, asked: LevelVersion, pod: Pod<'_>) -> Judgement {
        let violations = self
            .in_force(asked)
            .into_iter()
            .filter_map(|(check, revision)| {
                let (reason, detail) = (revision.check)(pod)?;
                Some(Violation {
                    check: check.id,
                    reason,
                    detail,
                })
            })
            .collect();
        Judgement {
            level_version: asked,
            violations,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(_: Pod<'_>) -> Option<(String, String)> {
        None
    }

    const fn revision(since: u64, overrides: &'static [&'static str]) -> Revision {
        Revision {
            since,
            check: passes,
            overrides,
        }
    }

    const fn check(id: &'static str, level: Level, revisions: &'static [Revision]) -> Check {
        Check {
            id,
            level,
            revisions,
        }
    }

    #[test]
    fn the_standard_fits_together() {
        let registry = Registry::new(checks::ALL).unwrap();
        assert_eq!(registry.checks().len(), 19);
        assert_eq!(registry.newest(), 37);
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        use Level::{Baseline, Privileged, Restricted};
        const ONE: &[Revision] = &[revision(0, &[])];
        const SAME: &[Revision] = &[revision(1, &[]), revision(1, &[])];
        const OVER_A: &[Revision] = &[revision(1, &["a"])];
        let a = check("a", Baseline, ONE);
        for (checks, error) in [
            (
                vec![a, check("a", Restricted, ONE)],
                RegistryError::Twice("a"),
            ),
            (vec![check("a", Privileged, ONE)], RegistryError::Level("a")),
            (vec![check("a", Baseline, &[])], RegistryError::Empty("a")),
            (vec![check("a", Baseline, SAME)], RegistryError::Order("a")),
            (
                vec![a, check("b", Baseline, OVER_A)],
                RegistryError::BaselineOverrides("b"),
            ),
            (
                vec![check("b", Restricted, OVER_A)],
                RegistryError::OverridesOther("b", "a"),
            ),
        ] {
            assert_eq!(Registry::new(&checks).unwrap_err(), error);
        }
    }

    #[test]
    fn an_override_holds_from_its_own_version_and_at_its_own_level() {
        use Level::{Baseline, Restricted};
        const OVER_B: &[Revision] = &[revision(2, &["b"])];
        const ZERO: &[Revision] = &[revision(0, &[])];
        let checks = [check("r", Restricted, OVER_B), check("b", Baseline, ZERO)];
        let registry = Registry::new(&checks).unwrap();
        let ids = |level, version| -> Vec<_> {
            registry
                .in_force(LevelVersion { level, version })
                .into_iter()
                .map(|(check, _)| check.id)
                .collect()
        };
        assert_eq!(ids(Restricted, Version::Minor(1)), ["b"]);
        assert_eq!(ids(Restricted, Version::Minor(2)), ["r"]);
        assert_eq!(ids(Restricted, Version::Minor(99)), ["r"]);
        assert_eq!(ids(Baseline, Version::Latest), ["b"]);
        assert!(ids(Level::Privileged, Version::Latest).is_empty());
    }
}
