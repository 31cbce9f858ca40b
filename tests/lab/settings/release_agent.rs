//! `release_agent` of control groups of version 1: where the hierarchies are mounted so that
//! it opens for writing, and who may then set it.

use serde_json::json;

use super::capabilities::{SPEC, three};
use super::{Setting, Tongue, row};

/// The hierarchies, mounted as each runtime is told to.
struct Mounted {
    oci: &'static str,
    engines: &'static str,
    /// Beginnings of options.
    bubblewrap: &'static str,
    nspawn: &'static str,
    nsjail: &'static str,
}

const WRITABLE: Mounted = Mounted {
    oci: "rw",
    engines: "--volume /sys/fs/cgroup:/sys/fs/cgroup:rw",
    bubblewrap: "--bind",
    nspawn: "--bind",
    nsjail: "--bindmount",
};

const READ_ONLY: Mounted = Mounted {
    oci: "ro",
    engines: "--volume /sys/fs/cgroup:/sys/fs/cgroup:ro",
    bubblewrap: "--ro-bind",
    nspawn: "--bind-ro",
    nsjail: "--bindmount_ro",
};

/// A row that mounts them, with `CAP_SYS_ADMIN` or without.
fn mounted(name: &str, how: &Mounted, admin: bool) -> Setting {
    const PATH: &str = "/sys/fs/cgroup";
    let word = |with: &'static str, without: &'static str| if admin { with } else { without };
    let mut capabilities = SPEC.to_vec();
    capabilities.extend(admin.then_some("CAP_SYS_ADMIN"));
    let engines = format!(
        "{} {}",
        how.engines,
        word("--cap-add=SYS_ADMIN", "--cap-drop=SYS_ADMIN")
    );
    let bind = ["rbind", how.oci];
    row(name)
        .oci(
            "/mounts/-",
            json!({"destination": PATH, "source": PATH, "type": "bind", "options": bind}),
        )
        .oci("/process/capabilities", three(&capabilities))
        .flags(Tongue::Docker, &engines)
        .flags(Tongue::Remapped, &format!("{engines} --userns=host"))
        .flags(Tongue::Podman, &engines)
        .flags(
            Tongue::Ctr,
            &format!(
                "--mount type=bind,src={PATH},dst={PATH},options=rbind:{} {}",
                how.oci,
                word("--cap-add CAP_SYS_ADMIN", "--cap-drop CAP_SYS_ADMIN")
            ),
        )
        .flags(
            Tongue::Bubblewrap,
            &format!(
                "{} {PATH} {PATH} {}",
                how.bubblewrap,
                word("", "--cap-drop CAP_SYS_ADMIN")
            ),
        )
        .flags(
            Tongue::Nspawn,
            &format!(
                "{}={PATH} {}",
                how.nspawn,
                word("", "--drop-capability=CAP_SYS_ADMIN")
            ),
        )
        .flags(
            Tongue::Nsjail,
            &format!(
                "--disable_clone_newuser {} {PATH}:{PATH} {}",
                how.nsjail,
                word("--cap CAP_SYS_ADMIN", "")
            ),
        )
        .flags(
            Tongue::Lxc,
            &format!(
                "lxc.mount.entry = {PATH} sys/fs/cgroup none rbind,{} 0 0;{}",
                how.oci,
                word("", "lxc.cap.drop = sys_admin")
            ),
        )
        .slow()
}

pub(super) fn rows() -> Vec<Setting> {
    const SAID: &str = "/cgroup/release_agent_writable/known/writable";
    if !std::path::Path::new("/sys/fs/cgroup/memory").exists() {
        return Vec::new();
    }
    vec![
        mounted("release_agent", &WRITABLE, true)
            .flags(
                Tongue::Cri,
                "add=SYS_ADMIN mount=/sys/fs/cgroup:/sys/fs/cgroup",
            )
            .wants(SAID, json!(true)),
        // It opens, and the kernel refuses what is written.
        mounted("release_agent_guarded", &WRITABLE, false)
            .flags(Tongue::Cri, "mount=/sys/fs/cgroup:/sys/fs/cgroup")
            .flags(Tongue::Rootless, WRITABLE.engines)
            .wants(SAID, json!(false)),
        // Most runtimes make what lies at the top read-only and leave the hierarchies below it
        // as they are: which do is for the shell to tell.
        mounted("release_agent_read_only", &READ_ONLY, true),
    ]
}
