//! Judging what is enforced: of a process now, or as a report has it.

use super::CheckArgs;
use super::outcome::{Observed, Outcome};
use crate::cli::error::Error;
use crate::cli::inspect;
use crate::confinement::{
    CONTAINER_SCHEMA, ContainerRecord, FILTERS_SCHEMA, GONE_SCHEMA, NODE_SCHEMA, NodeReport,
    Reading, Report, SCHEMA, Text,
};
use crate::declared::{Document, FieldPath, InputError};
use crate::pod_security::judge_observed;

/// Judges this process, or the one that is asked for.
pub(super) fn of_process(args: &CheckArgs, outcome: &mut Outcome) -> Result<(), Error> {
    let confinement = inspect::look(args.pid, &args.tree, None)?;
    outcome.observed.push(Observed {
        title: args
            .pid
            .map_or_else(|| "this process".to_owned(), |pid| format!("process {pid}")),
        judgement: judge_observed(&confinement),
    });
    Ok(())
}

/// Judges a report, or each container of a sweep; `None` where the document is neither.
pub(super) fn of_document(document: &Document) -> Option<Result<Vec<Observed>, InputError>> {
    let root = FieldPath::root();
    let judged = match document.root.get("schema")?.as_str()? {
        SCHEMA => document.typed(&root).map(|report: Report| {
            vec![Observed {
                title: format!(
                    "{}: process {}",
                    document.source, report.confinement.process.pid
                ),
                judgement: judge_observed(&report.confinement),
            }]
        }),
        CONTAINER_SCHEMA => document
            .typed(&root)
            .map(|record| vec![of_container(record)]),
        NODE_SCHEMA => document
            .typed(&root)
            .map(|node: NodeReport| node.containers.into_iter().map(of_container).collect()),
        // What else a sweep's log holds says nothing of a container's confinement now.
        FILTERS_SCHEMA | GONE_SCHEMA => Ok(Vec::new()),
        _ => return None,
    };
    Some(judged)
}

fn of_container(record: ContainerRecord) -> Observed {
    let identity = &record.identity;
    let known = |reading: &Reading<Text>| reading.known().map(ToString::to_string);
    let names = [
        known(&identity.pod_namespace),
        known(&identity.pod_name),
        known(&identity.container_name),
    ];
    let title: Vec<String> = names.into_iter().flatten().collect();
    Observed {
        title: if title.is_empty() {
            format!("container {}", identity.id)
        } else {
            title.join("/")
        },
        judgement: judge_observed(&record.confinement),
    }
}
