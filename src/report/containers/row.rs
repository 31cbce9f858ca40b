//! One container in few words: what tables, pages and metrics show of it.

use crate::confinement::{ContainerRecord, NamespaceKind, Reading, Text};

use super::super::layers::own;
use super::super::show;
use super::super::stands_out::{Level, stands_out};
use super::Column;
use super::cells::{
    capabilities, host_namespaces, name, seccomp, security_module, short, text, word, yes,
};

/// One container in few words. Everything a container chose is escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The node's name, or `?`.
    pub node: String,
    /// The container's id: with the node's name it is one container's alone.
    pub id: String,
    /// How many facts of each level stand out: high, medium, low.
    pub levels: [u32; 3],
    /// Controls that are not enforced as they were declared or told.
    pub drifts: u32,
    /// Processes whose confinement differs from the first one's.
    pub deviations: u32,
    /// Processes of others in its namespaces.
    pub guests: u32,
    /// Processes that were seen.
    pub processes: u32,
    /// Whether it was seen whole.
    pub whole: bool,
    /// What each column of [`Column::ALL`] shows, one a line: a report of a cluster keeps a
    /// million of these.
    cells: Box<str>,
}

/// A node's name as rows have it: `?` where it could not be read.
#[must_use]
pub fn node_name(name: &Reading<Text>) -> String {
    text(name)
}

impl Row {
    /// The row of a container's record.
    #[must_use]
    pub fn of(record: &ContainerRecord) -> Self {
        let c = &record.confinement;
        let mut levels = [0; 3];
        for fact in stands_out(c) {
            let at = match fact.level {
                Level::High => 0,
                Level::Medium => 1,
                Level::Low => 2,
            };
            levels[at] += 1;
        }
        let drifts = record.controls.known().map_or(0, |controls| {
            count(controls.iter().filter(|c| c.kind == "drift").count())
        });
        let identity = &record.identity;
        let mut row = Self {
            node: node_name(&record.node),
            id: identity.id.to_string(),
            levels,
            drifts,
            deviations: count(record.deviations.len()),
            guests: count(record.guests.len()),
            processes: record.processes,
            whole: record.half_seen.is_empty(),
            cells: Box::default(),
        };
        let cells = [
            (Column::Node, row.node.clone()),
            (Column::Namespace, text(&identity.pod_namespace)),
            (Column::Pod, text(&identity.pod_name)),
            (Column::Container, name(record)),
            (Column::Id, short(&row.id)),
            (
                Column::Manager,
                identity
                    .manager
                    .as_ref()
                    .map_or_else(|| "-".to_owned(), show::word),
            ),
            (Column::Kind, word(&identity.kind, show::word)),
            (Column::Image, text(&identity.image)),
            (Column::Processes, row.processes.to_string()),
            (Column::Restarts, text(&identity.restart)),
            (
                Column::User,
                word(&c.identity.uid, |ids| ids.effective.to_string()),
            ),
            (
                Column::UserNamespace,
                word(&own(c, NamespaceKind::User), yes),
            ),
            (
                Column::Capabilities,
                word(&c.capabilities.effective, |set| capabilities(*set)),
            ),
            (Column::NoNewPrivs, word(&c.identity.no_new_privs, yes)),
            (Column::Seccomp, seccomp(c)),
            (Column::SecurityModule, security_module(c)),
            (Column::HostNamespaces, host_namespaces(c)),
            (
                Column::RootFilesystem,
                word(&c.filesystem.root, |root| {
                    if root.read_only || root.super_read_only {
                        "ro"
                    } else {
                        "rw"
                    }
                    .to_owned()
                }),
            ),
            (Column::StandsOut, row.stands_out()),
            (
                Column::Drifts,
                word(&record.controls, |_| drifts.to_string()),
            ),
            (Column::Deviations, row.deviations.to_string()),
            (Column::Guests, row.guests.to_string()),
            (
                Column::Seen,
                if row.whole { "whole" } else { "half" }.to_owned(),
            ),
        ];
        // Harmless text holds no line feed.
        let line = |column: &Column| {
            let found = cells.iter().find(|(of, _)| of == column);
            found.map_or_else(String::new, |(_, cell)| show::harmless(cell).into_owned())
        };
        let lines: Vec<String> = Column::ALL.iter().map(line).collect();
        row.cells = lines.join("\n").into_boxed_str();
        row
    }

    /// By what a column shows: numbers as numbers, the greatest first; then text by its bytes.
    #[must_use]
    pub fn by(&self, column: Column, other: &Self) -> std::cmp::Ordering {
        let (here, there) = (self.cell(column), other.cell(column));
        match (here.parse::<u64>(), there.parse::<u64>()) {
            (Ok(here), Ok(there)) => there.cmp(&here),
            (Ok(_), Err(_)) => std::cmp::Ordering::Less,
            (Err(_), Ok(_)) => std::cmp::Ordering::Greater,
            (Err(_), Err(_)) => here.cmp(there),
        }
    }

    /// What one column shows of it.
    #[must_use]
    pub fn cell(&self, column: Column) -> &str {
        let at = Column::ALL.iter().position(|one| *one == column);
        at.and_then(|at| self.cells.split('\n').nth(at))
            .unwrap_or_default()
    }

    /// Worst first: by high facts, drifts, other facts; then by name.
    #[must_use]
    pub fn worst_first(&self, other: &Self) -> std::cmp::Ordering {
        let key = |row: &Self| {
            let [high, medium, low] = row.levels;
            (high, row.drifts, row.deviations, medium, low)
        };
        key(other).cmp(&key(self)).then_with(|| {
            let names = [
                Column::Node,
                Column::Namespace,
                Column::Pod,
                Column::Container,
                Column::Id,
            ];
            let mut pairs = names.iter().map(|c| self.cell(*c).cmp(other.cell(*c)));
            pairs
                .find(|order| order.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        })
    }

    fn stands_out(&self) -> String {
        let parts: Vec<String> = ["high", "medium", "low"]
            .iter()
            .zip(self.levels)
            .filter(|(_, count)| *count > 0)
            .map(|(level, count)| format!("{count} {level}"))
            .collect();
        if parts.is_empty() {
            "nothing".to_owned()
        } else {
            parts.join(", ")
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
