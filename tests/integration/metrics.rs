//! Metrics for the node exporter's textfile collector, held to Prometheus's own checker.

use std::path::Path;
use std::process::Command;

use amiconfined::report::{Row, prometheus};

use crate::fed::fed;
use crate::report_cluster::record;

/// Where `make install-test` puts it.
const PROMTOOL: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/target/lab/promtool/usr/bin/promtool"
);

/// What promtool objects to in metrics; nothing where it is not there.
pub(crate) fn objections(metrics: &str) -> Option<String> {
    if !Path::new(PROMTOOL).exists() {
        println!("SKIPPED: promtool, which make install-test brings");
        return None;
    }
    let mut promtool = Command::new(PROMTOOL);
    let output = fed(promtool.args(["check", "metrics"]), metrics.as_bytes());
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (!output.status.success() || !said.is_empty()).then_some(said)
}

#[test]
fn prometheus_itself_reads_them_whatever_containers_are_called() {
    let names = [
        "web#2",
        "web",
        "web",
        "a\"b\\c\nd",
        "\x1b[31m\u{202e}",
        "x} 1\nforged{",
        "",
    ];
    let rows: Vec<Row> = names
        .iter()
        .map(|name| Row::of(&record("node-1", name, "2026-01-02T03:04:05Z")))
        .collect();
    let metrics = prometheus(&rows);
    assert_eq!(objections(&metrics), None, "{metrics}");
    // No series is there twice, for which the collector refuses the file.
    let samples = metrics.lines().filter(|line| !line.starts_with('#'));
    let series = samples.map(|line| line.rsplit_once(' ').unwrap().0);
    let mut series: Vec<&str> = series.collect();
    let all = series.len();
    series.sort_unstable();
    series.dedup();
    assert_eq!(series.len(), all, "{metrics}");
    assert_eq!(objections(&prometheus(&[])), None);
    // The checker sees what is wrong.
    let twice = format!("{metrics}{metrics}");
    if Path::new(PROMTOOL).exists() {
        assert!(objections(&twice).is_some());
    }
}
