//! What reading a whole cluster's sweeps costs: up to 10,000 nodes of a hundred containers,
//! a million records, through a pipe into `report`.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

const NODES: [usize; 3] = [100, 1000, 10_000];
const CONTAINERS: usize = 100;
/// What keeps rows until they are sorted, and what keeps nothing.
const FORMATS: [&str; 3] = ["text", "html", "policy-report"];

/// Measures every size; `record` is one container's line, `id` its id. `most` ends the
/// sizes early.
pub(crate) fn run(measure: &Path, binary: &str, record: &str, id: &str, most: usize) {
    println!(
        "{:>7} {:>10} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "nodes", "containers", "MB", "seconds", "records/s", "MB/s", "peak KiB"
    );
    for nodes in NODES.into_iter().filter(|nodes| *nodes <= most) {
        for format in FORMATS {
            one(measure, binary, record, id, nodes, format);
        }
    }
}

fn one(measure: &Path, binary: &str, record: &str, id: &str, nodes: usize, format: &str) {
    let mut child = Command::new(measure)
        .args(["1", binary, "report", "-", "--format", format])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let bytes = feed(child.stdin.take().unwrap(), record, id, nodes);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{format}: {}", output.status);
    let printed = String::from_utf8(output.stdout).unwrap();
    let words: Vec<&str> = printed.split_whitespace().collect();
    let (seconds, peak) = (words[0].parse::<f64>().unwrap() / 1e3, words[2]);
    let (records, mb) = ((nodes * CONTAINERS) as f64, bytes as f64 / 1e6);
    println!(
        "{nodes:>7} {records:>10.0} {mb:>9.0} {seconds:>9.1} {:>9.0} {:>9.1} {peak:>9}  {format}",
        records / seconds,
        mb / seconds
    );
}

/// Writes the record for each container of each node, every one with an id and a Pod of
/// its own; gives how many bytes that was.
fn feed(to: impl Write, record: &str, id: &str, nodes: usize) -> u64 {
    let (before, after) = record.split_once("\"node\":{\"known\":\"").unwrap();
    let rest = &after[after.find('"').unwrap()..];
    let mut to = BufWriter::with_capacity(1 << 20, to);
    let mut bytes = 0;
    for node in 0..nodes {
        for container in 0..CONTAINERS {
            let own = format!("{node:032x}{container:032x}");
            let line = format!(
                "{before}\"node\":{{\"known\":\"node-{node}{}\n",
                rest.replace(id, &own)
                    .replace("web-00000001", &format!("web-{container:08}"))
            );
            bytes += line.len() as u64;
            to.write_all(line.as_bytes()).unwrap();
        }
    }
    to.flush().unwrap();
    bytes
}
