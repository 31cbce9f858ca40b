//! Findings that were accepted, by an option or by a baseline file, until a day.
//!
//! A baseline has one finding a line: id, container, expiry, reason.
//!
//! ```text
//! # Accepted findings. `*` stands for any container; a name may end in `*`.
//! # id                container        until       reason
//! root-filesystem     default/web/app  2027-03-31  writes its cache below /opt until version 5
//! capability-extra    *                never       the node's CNI needs it
//! ```

use super::{Finding, Kind, RULES};

/// One accepted finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The finding's id.
    pub id: String,
    /// The container as findings name it; `*` for any, and at the end for any rest.
    pub container: String,
    /// The last day it holds, `YYYY-MM-DD`; `None` for always.
    pub until: Option<String>,
    /// Why.
    pub reason: String,
}

/// What is wrong with a baseline or an option.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AcceptedError {
    /// A line that has not four parts.
    #[error("{file}:{line}: expected `ID CONTAINER YYYY-MM-DD|never REASON`")]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
    },
    /// A day that is none.
    #[error("{file}:{line}: until {until:?}: expected a day as YYYY-MM-DD, or never")]
    Day {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is written.
        until: String,
    },
    /// An id that no finding has.
    #[error("{place}: no finding has the id {id:?}")]
    Id {
        /// Where it is written.
        place: String,
        /// What is written.
        id: String,
    },
}

/// The accepted findings, and the day on which they are asked about.
#[derive(Debug, Clone, Default)]
pub struct Accepted {
    list: Vec<Acceptance>,
}

impl Accepted {
    /// Adds what `--ignore ID[=REASON]` says.
    ///
    /// # Errors
    ///
    /// [`AcceptedError::Id`] for an id that no finding has.
    pub fn ignore(&mut self, option: &str) -> Result<(), AcceptedError> {
        let (id, reason) = option
            .split_once('=')
            .unwrap_or((option, "ignored on the command line"));
        self.list.push(Acceptance {
            id: known_id(id, "--ignore")?,
            container: String::from("*"),
            until: None,
            reason: reason.to_owned(),
        });
        Ok(())
    }

    /// Adds the lines of a baseline file.
    ///
    /// # Errors
    ///
    /// Names the first line that is none.
    pub fn baseline(&mut self, file: &str, text: &str) -> Result<(), AcceptedError> {
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut rest = line;
            let mut next = || {
                let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
                rest = after.trim_start();
                Some(word).filter(|word| !word.is_empty())
            };
            let missing = || AcceptedError::Line {
                file: file.to_owned(),
                line: number,
            };
            let id = next().ok_or_else(missing)?;
            let container = next().ok_or_else(missing)?;
            let until = next().ok_or_else(missing)?;
            let reason = rest;
            if reason.is_empty() {
                return Err(missing());
            }
            let until = match until {
                "never" => None,
                day if is_day(day) => Some(day.to_owned()),
                day => {
                    return Err(AcceptedError::Day {
                        file: file.to_owned(),
                        line: number,
                        until: day.to_owned(),
                    });
                }
            };
            self.list.push(Acceptance {
                id: known_id(id, &format!("{file}:{number}"))?,
                container: container.to_owned(),
                until,
                reason: reason.to_owned(),
            });
        }
        Ok(())
    }

    /// Marks the drifts and the unobserved that are accepted on the day `today` (`YYYY-MM-DD`).
    ///
    /// What has expired is not accepted any more, and the finding says so.
    pub fn mark(&self, findings: &mut [Finding], today: &str) {
        for finding in findings {
            if !matches!(finding.kind, Kind::Drift | Kind::Unobserved) {
                continue;
            }
            let subject = finding.subject.to_string();
            for acceptance in &self.list {
                if acceptance.id != finding.id || !covers(&acceptance.container, &subject) {
                    continue;
                }
                match &acceptance.until {
                    Some(until) if until.as_str() < today => {
                        finding.mend = format!("{} (accepted until {until} only)", finding.mend);
                    }
                    _ => finding.accepted = Some(acceptance.reason.clone()),
                }
            }
        }
    }
}

fn known_id(id: &str, place: &str) -> Result<String, AcceptedError> {
    if RULES.iter().any(|rule| rule.id == id) {
        return Ok(id.to_owned());
    }
    Err(AcceptedError::Id {
        place: place.to_owned(),
        id: id.to_owned(),
    })
}

fn covers(pattern: &str, subject: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => subject.starts_with(start),
        None => pattern == subject,
    }
}

fn is_day(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10
}
