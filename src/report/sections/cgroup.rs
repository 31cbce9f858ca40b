//! Control groups.

use crate::confinement::Cgroup;
use crate::report::page::Section;
use crate::report::show;

use super::filesystem::writable;

pub(super) fn section(cgroup: &Cgroup) -> Section {
    let mut s = Section::new("Control groups");
    s.add(
        "cgroup",
        "version",
        show::reading(&cgroup.version, show::word),
    );
    match cgroup.paths.known() {
        Some(paths) => {
            for path in paths {
                let controllers = match path.controllers.as_bytes().is_empty() {
                    true => "unified".to_owned(),
                    false => path.controllers.to_string(),
                };
                let value = format!("{} {controllers} {}", path.hierarchy, path.path);
                s.plain("cgroup", "path", value);
            }
        }
        None => s.add(
            "cgroup",
            "path",
            show::reading(&cgroup.paths, |_| String::new()),
        ),
    }
    s.add(
        "cgroup",
        "memory",
        show::reading(&cgroup.memory_max, |max| {
            max.map_or_else(|| "no limit".to_owned(), show::bytes)
        }),
    );
    s.add(
        "cgroup",
        "cpu",
        show::reading(&cgroup.cpu_max, |max| {
            max.map_or_else(
                || "no limit".to_owned(),
                |q| format!("{} µs in each {} µs", q.quota_us, q.period_us),
            )
        }),
    );
    s.add(
        "cgroup",
        "pids",
        show::reading(&cgroup.pids_max, |max| {
            max.map_or_else(|| "no limit".to_owned(), |max| max.to_string())
        }),
    );
    s.add("cgroup.writable", "hierarchy", writable(&cgroup.writable));
    s.add(
        "cgroup.release_agent",
        "release_agent",
        writable(&cgroup.release_agent_writable),
    );
    s
}
