//! Resource limits.

use crate::confinement::Limits;
use crate::report::page::Section;
use crate::report::show;

pub(super) fn section(limits: &Limits) -> Section {
    let mut s = Section::new("Resource limits");
    let number =
        |limit: Option<u64>| limit.map_or_else(|| "unlimited".to_owned(), |n| n.to_string());
    match limits.rlimits.known() {
        Some(rlimits) => {
            for limit in rlimits {
                let value = if limit.soft == limit.hard {
                    number(limit.soft)
                } else {
                    format!("{} (at most {})", number(limit.soft), number(limit.hard))
                };
                s.plain("limits", limit.name.clone(), value);
            }
        }
        None => s.add(
            "limits",
            "limits",
            show::reading(&limits.rlimits, |_| String::new()),
        ),
    }
    s.add(
        "limits",
        "oom_score_adj",
        show::reading(&limits.oom_score_adj, ToString::to_string),
    );
    s
}
