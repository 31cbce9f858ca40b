//! The report for people: the first screen says how confined the process is and what
//! stands out; every fact follows, grouped.

use anstyle::{AnsiColor, Style};

use crate::confinement::{Reading, Report};

use super::page::{Mark, Section, paint};
use super::{Level, Options, Summary, sections, show};

/// The report as text.
pub fn text(report: &Report, options: &Options) -> String {
    let c = &report.confinement;
    let summary = Summary::of(c);
    let mut out = String::new();
    let node = match &report.node {
        Reading::Known(node) => format!(" on {node}"),
        _ => String::new(),
    };
    let comm = c.process.comm.known().map_or_else(String::new, |comm| {
        format!(" ({})", show::harmless(&comm.to_string()))
    });
    let title = format!("process {}{comm}{node}", c.process.pid);
    paint(&title, Style::new().bold(), options.colour, &mut out);
    out.push_str(&format!(
        "\n{} {}, {}, {}\n",
        "amiconfined", report.tool_version, report.schema, report.time
    ));
    layers(&summary).render(options, &mut out);
    stands_out(&summary, options, &mut out);
    for section in sections::all(report, &summary, options) {
        section.render(options, &mut out);
    }
    out
}

fn layers(summary: &Summary) -> Section {
    let mut section = Section::new("How confined");
    for layer in &summary.layers {
        let (word, mark) = match layer.confines {
            Some(true) => ("yes", Mark::Good),
            Some(false) => ("no ", Mark::Warn),
            None => ("?  ", Mark::Unknown),
        };
        section.add(
            "layers",
            layer.layer.clone(),
            (format!("{word} {}", layer.detail), mark),
        );
    }
    section
}

fn stands_out(summary: &Summary, options: &Options, out: &mut String) {
    if summary.stands_out.is_empty() {
        out.push('\n');
        let good = AnsiColor::Green.on_default();
        paint("Nothing stands out", good, options.colour, out);
        out.push('\n');
        return;
    }
    let mut section = Section::new("What stands out");
    for fact in &summary.stands_out {
        let (word, mark) = match fact.level {
            Level::High => ("high", Mark::Bad),
            Level::Medium => ("medium", Mark::Warn),
            Level::Low => ("low", Mark::Plain),
        };
        section.add("stands_out", word, (fact.what.clone(), mark));
        if options.explain {
            section.add("stands_out", "", (fact.why.clone(), Mark::Faint));
        }
    }
    section.render(options, out);
}
