//! The process, the node and the kernel.

use crate::confinement::{Kernel, Process, Reading, Text};
use crate::report::page::Section;
use crate::report::show;

pub(super) fn section(process: &Process, node: &Reading<Text>) -> Section {
    let mut s = Section::new("Process");
    let own = if process.is_self {
        " (the tool itself)"
    } else {
        ""
    };
    s.plain("process", "pid", format!("{}{own}", process.pid));
    s.add(
        "process",
        "name",
        show::reading(&process.comm, ToString::to_string),
    );
    s.add(
        "process",
        "parent",
        show::reading(&process.parent, ToString::to_string),
    );
    s.add(
        "process.tracer",
        "tracer",
        show::reading(&process.tracer, |tracer| match tracer {
            0 => "none".to_owned(),
            pid => pid.to_string(),
        }),
    );
    s.add(
        "process",
        "started",
        show::reading(&process.start_ticks, |ticks| {
            format!("{ticks} ticks after boot")
        }),
    );
    s.add("process", "node", show::reading(node, ToString::to_string));
    s
}

pub(super) fn kernel(kernel: &Kernel) -> Section {
    let mut s = Section::new("Kernel");
    s.add(
        "kernel",
        "release",
        show::reading(&kernel.release, ToString::to_string),
    );
    s.add(
        "kernel",
        "version",
        show::reading(&kernel.version, ToString::to_string),
    );
    s.add(
        "kernel",
        "machine",
        show::reading(&kernel.machine, ToString::to_string),
    );
    s
}
