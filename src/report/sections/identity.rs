//! User and group ids.

use crate::confinement::{IdMapping, Identity, Ids, Reading};
use crate::report::page::Section;
use crate::report::show;

pub(super) fn section(identity: &Identity) -> Section {
    let mut s = Section::new("Identity");
    s.add("identity.uid", "uid", show::reading(&identity.uid, ids));
    s.add("identity.gid", "gid", show::reading(&identity.gid, ids));
    s.add(
        "identity.groups",
        "groups",
        show::reading(&identity.groups, |groups| show::list(groups, " ")),
    );
    s.add(
        "identity.no_new_privs",
        "no_new_privs",
        on_off(&identity.no_new_privs),
    );
    s.add(
        "identity.securebits",
        "securebits",
        show::reading(&identity.securebits, |bits| {
            format!("{:#x}: {}", bits.raw, show::list(&bits.names(), " "))
        }),
    );
    s.add(
        "identity.dumpable",
        "dumpable",
        show::reading(&identity.dumpable, show::word),
    );
    s.add(
        "identity.umask",
        "umask",
        show::reading(&identity.umask, |umask| format!("{umask:04o}")),
    );
    s.add("identity.id_map", "uid map", map(&identity.uid_map));
    s.add("identity.id_map", "gid map", map(&identity.gid_map));
    s.add(
        "identity.setgroups",
        "setgroups",
        show::reading(&identity.setgroups, |allowed| {
            if *allowed { "allowed" } else { "denied" }.to_owned()
        }),
    );
    s
}

/// One number where all four are the same.
fn ids(ids: &Ids) -> String {
    let Ids {
        real,
        effective,
        saved,
        filesystem,
    } = ids;
    if [effective, saved, filesystem].iter().all(|id| *id == real) {
        format!("{real} (real, effective, saved and filesystem)")
    } else {
        format!("real {real}, effective {effective}, saved {saved}, filesystem {filesystem}")
    }
}

fn on_off(reading: &Reading<bool>) -> (String, crate::report::page::Mark) {
    show::reading(reading, |on| if *on { "on" } else { "off" }.to_owned())
}

fn map(reading: &Reading<Vec<IdMapping>>) -> (String, crate::report::page::Mark) {
    show::reading(reading, |map| {
        let lines: Vec<String> = map
            .iter()
            .map(|m| format!("{}+{} is {} outside", m.inside, m.count, m.outside))
            .collect();
        show::list(&lines, "; ")
    })
}
