//! Who the process is.

use serde_json::json;

use super::{Setting, Tongue, row};

pub(super) fn rows() -> Vec<Setting> {
    vec![
        row("user")
            .oci("/process/user", json!({"uid": 1000, "gid": 1000}))
            .gvisor()
            .engines("--user 1000:1000")
            .flags(Tongue::Cri, "user=1000")
            .flags(Tongue::Bubblewrap, "--unshare-user --uid 1000 --gid 1000")
            .flags(Tongue::Nsjail, "--user 1000:0:1 --group 1000:0:1")
            .flags(Tongue::Lxc, "lxc.init.uid = 1000;lxc.init.gid = 1000")
            .flags(Tongue::Nspawn, "--user=lab")
            .flags(Tongue::Firejail, "as=1000")
            .wants("/identity/uid/known/effective", json!(1000)),
        row("groups")
            .oci(
                "/process/user",
                json!({"uid": 1000, "gid": 1000, "additionalGids": [2000, 3000]}),
            )
            .gvisor()
            .engines("--user 1000:1000 --group-add 2000 --group-add 3000")
            .flags(Tongue::Cri, "user=1000 groups=2000,3000")
            .flags(
                Tongue::Lxc,
                "lxc.init.uid = 1000;lxc.init.gid = 1000;lxc.init.groups = 2000,3000",
            ),
        row("no_new_privs")
            .oci("/process/noNewPrivileges", json!(true))
            .engines("--security-opt no-new-privileges")
            .flags(Tongue::Cri, "no_new_privs")
            .flags(Tongue::Nspawn, "--no-new-privileges=yes")
            .flags(Tongue::Firejail, "--nonewprivs")
            .flags(Tongue::Lxc, "lxc.no_new_privs = 1")
            .plain(&[Tongue::Ctr, Tongue::Bubblewrap, Tongue::Nsjail])
            .wants("/identity/no_new_privs/known", json!(true)),
        row("no_new_privs_off")
            .oci("/process/noNewPrivileges", json!(false))
            .flags(Tongue::Nsjail, "--disable_no_new_privs")
            .flags(Tongue::Ctr, "--allow-new-privs")
            .engines("")
            .plain(&[Tongue::Cri, Tongue::Lxc, Tongue::Nspawn, Tongue::Firejail])
            .wants("/identity/no_new_privs/known", json!(false)),
    ]
}
