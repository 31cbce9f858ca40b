//! Arguments of `sweep`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::TableArgs;
use crate::declared::RuntimeName;

/// Arguments of `sweep`.
#[derive(Debug, Args)]
pub struct SweepArgs {
    /// The node's /proc.
    #[arg(long, value_name = "DIR", default_value = "/proc")]
    pub host_proc: PathBuf,
    /// The node's root directory, below which runtimes keep their state.
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub host_root: PathBuf,
    /// The node's name; in a Pod, what Kubernetes calls the node that it runs on [default:
    /// what uname(2) says].
    #[arg(long, value_name = "NAME")]
    pub node_name: Option<String>,
    /// Report the node's own processes too, grouped by cgroup.
    #[arg(long)]
    pub all: bool,
    /// How much of seccomp is looked at: dumping needs CAP_SYS_ADMIN, and each container's
    /// first process stands still for about a tenth of a millisecond.
    #[arg(long, value_enum, default_value_t = SeccompDepth::Mode)]
    pub seccomp: SeccompDepth,
    /// Declarations: what each container should be, beside what its runtime was told.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub declared: Vec<PathBuf>,
    /// The runtime whose defaults fill in what declarations leave open [default: each
    /// container's own].
    #[arg(long, value_name = "containerd|cri-o|docker")]
    pub runtime: Option<RuntimeName>,
    /// Repeat, and report what changed since: 30s, 5m, 1h.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub every: Option<Duration>,
    /// With --every, report everything each time.
    #[arg(long, requires = "every")]
    pub full: bool,
    /// The format.
    #[arg(long, value_enum, default_value_t = SweepFormat::Text)]
    pub format: SweepFormat,
    /// How the table is laid out.
    #[command(flatten)]
    pub table: TableArgs,
    /// Write to this file, atomically, instead of standard output.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// A sweep's format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SweepFormat {
    /// For people: one line a container.
    Text,
    /// For programs: the node with all its containers; described by schema/node.v1.json.
    Json,
    /// For logs: one container a line.
    Ndjson,
    /// For the node exporter's textfile collector.
    Prometheus,
    /// A page for a browser.
    Html,
}

/// How much of seccomp is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeccompDepth {
    /// Mode and number of filters, from /proc.
    Mode,
    /// The filters themselves, and what they decide.
    Dump,
}

/// A time such as `90s`, `5m` or `1h`; a bare number is seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let (digits, unit) = match text.find(|c: char| !c.is_ascii_digit()) {
        Some(at) => text.split_at(at),
        None => (text, "s"),
    };
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("expected a number with s, m or h".to_owned()),
    };
    let number: u64 = digits
        .parse()
        .map_err(|_| "expected a number with s, m or h".to_owned())?;
    match number.checked_mul(seconds) {
        Some(0) | None => Err("expected a time between 1s and some years".to_owned()),
        Some(seconds) => Ok(Duration::from_secs(seconds)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_their_unit() {
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("7"), Ok(Duration::from_secs(7)));
        for bad in ["", "m", "0s", "5d", "-1s", "99999999999999999999h"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
