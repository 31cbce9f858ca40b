//! Namespaces: the host's, one's own, and user namespaces with their maps.

use serde_json::{Value, json};

use super::{Setting, Tongue, row};

fn spaces(more: &[&str]) -> Value {
    let own = ["pid", "network", "ipc", "uts", "mount"];
    let kinds = own.iter().chain(more);
    kinds.map(|kind| json!({"type": kind})).collect()
}

pub(super) fn rows() -> Vec<Setting> {
    let many = json!([
        {"containerID": 0, "hostID": 100_000, "size": 1000},
        {"containerID": 1000, "hostID": 1000, "size": 1},
        {"containerID": 1001, "hostID": 101_001, "size": 64535},
    ]);
    let single = json!([{"containerID": 0, "hostID": 100_000, "size": 65536}]);
    vec![
        row("host_pid")
            .shares("pid")
            .engines("--pid=host")
            .flags(Tongue::Remapped, "--pid=host --userns=host")
            .flags(Tongue::Cri, "host=pid")
            .flags(Tongue::Bubblewrap, "--share-pid")
            .initial("pid", true),
        row("host_ipc")
            .shares("ipc")
            .flags(Tongue::Docker, "--ipc=host")
            .flags(Tongue::Remapped, "--ipc=host --userns=host")
            .flags(Tongue::Podman, "--ipc=host")
            .flags(Tongue::Cri, "host=ipc")
            .flags(Tongue::Nsjail, "--disable_clone_newipc")
            .flags(Tongue::Bubblewrap, "--share-ipc")
            .flags(Tongue::Lxc, "lxc.namespace.keep = user ipc")
            .initial("ipc", true),
        row("own_ipc")
            .flags(Tongue::Firejail, "--ipc-namespace")
            .initial("ipc", false),
        row("host_user")
            .flags(Tongue::Remapped, "--userns=host")
            .flags(Tongue::Nsjail, "--disable_clone_newuser")
            .plain(&[
                Tongue::Bubblewrap,
                Tongue::Nspawn,
                Tongue::Firejail,
                Tongue::Ctr,
            ])
            .plain(&[Tongue::Cri, Tongue::Lxc, Tongue::Docker, Tongue::Podman])
            .initial("user", true),
        row("host_uts")
            .shares("uts")
            .engines("--uts=host")
            .flags(Tongue::Remapped, "--uts=host --userns=host")
            .flags(Tongue::Bubblewrap, "--share-uts")
            .flags(Tongue::Nsjail, "--disable_clone_newuts")
            .flags(Tongue::Lxc, "lxc.namespace.keep = user uts;lxc.uts.name ="),
        row("host_net")
            .shares("network")
            .engines("--network=host")
            .flags(Tongue::Remapped, "--network=host --userns=host")
            .flags(Tongue::Ctr, "--net-host")
            .flags(Tongue::Cri, "host=net")
            .flags(Tongue::Bubblewrap, "--share-net")
            .flags(Tongue::Nsjail, "--disable_clone_newnet")
            .flags(Tongue::Lxc, "lxc.namespace.keep = user net")
            .plain(&[Tongue::Nspawn, Tongue::Firejail]),
        row("own_net")
            .flags(Tongue::Nspawn, "--private-network")
            .flags(Tongue::Firejail, "--net=none"),
        row("host_cgroup")
            .shares("cgroup")
            .engines("--cgroupns=host")
            .flags(Tongue::Remapped, "--cgroupns=host --userns=host")
            .flags(Tongue::Lxc, "lxc.namespace.keep = user cgroup")
            .plain(&[Tongue::Bubblewrap, Tongue::Nsjail, Tongue::Firejail])
            .initial("cgroup", true),
        row("own_cgroup")
            .oci("/linux/namespaces", spaces(&["cgroup"]))
            .engines("--cgroupns=private")
            .flags(Tongue::Bubblewrap, "--unshare-cgroup")
            .flags(Tongue::Nsjail, "own_cgroup")
            .plain(&[Tongue::Lxc])
            .initial("cgroup", false),
        row("user_single")
            .oci("/linux/namespaces", spaces(&["user"]))
            .oci("/linux/uidMappings", single.clone())
            .oci("/linux/gidMappings", single)
            .flags(
                Tongue::Podman,
                "--uidmap 0:100000:65536 --gidmap 0:100000:65536",
            )
            .flags(Tongue::Bubblewrap, "--unshare-user")
            .flags(Tongue::Nspawn, "--private-users=100000:65536")
            .flags(
                Tongue::Nsjail,
                "--user 0:100000:65536 --group 0:100000:65536",
            )
            .flags(Tongue::Firejail, "as=1000 --noroot")
            .flags(
                Tongue::Lxc,
                "lxc.idmap = u 0 100000 65536;lxc.idmap = g 0 100000 65536",
            )
            .initial("user", false),
        row("user_many")
            .oci("/linux/namespaces", spaces(&["user"]))
            .oci("/linux/uidMappings", many.clone())
            .oci("/linux/gidMappings", many)
            .flags(
                Tongue::Nsjail,
                "--user 0:100000:1000 --user 1000:1000:1 --group 0:100000:1000 --group 1000:1000:1",
            )
            .flags(
                Tongue::Lxc,
                "lxc.idmap = u 0 100000 1000;lxc.idmap = u 1000 1000 1;\
                lxc.idmap = g 0 100000 1000;lxc.idmap = g 1000 1000 1",
            )
            .initial("user", false),
    ]
}
