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
            .flags(Tongue::Cri, "host=pid")
            .flags(Tongue::Bubblewrap, "--share-pid"),
        row("host_ipc")
            .shares("ipc")
            .flags(Tongue::Docker, "--ipc=host")
            .flags(Tongue::Podman, "--ipc=host")
            .flags(Tongue::Cri, "host=ipc")
            .flags(Tongue::Nsjail, "--disable_clone_newipc")
            .flags(Tongue::Lxc, "lxc.namespace.keep = user ipc"),
        row("host_user").flags(Tongue::Remapped, "--userns=host"),
        row("host_uts")
            .shares("uts")
            .engines("--uts=host")
            .flags(Tongue::Nsjail, "--disable_clone_newuts"),
        row("host_net")
            .shares("network")
            .engines("--network=host")
            .flags(Tongue::Cri, "host=net")
            .flags(Tongue::Bubblewrap, "--share-net")
            .flags(Tongue::Nsjail, "--disable_clone_newnet")
            .flags(Tongue::Lxc, "lxc.namespace.keep = user net"),
        row("host_cgroup")
            .shares("cgroup")
            .engines("--cgroupns=host"),
        row("own_cgroup")
            .oci("/linux/namespaces", spaces(&["cgroup"]))
            .engines("--cgroupns=private"),
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
                Tongue::Lxc,
                "lxc.idmap = u 0 100000 65536;lxc.idmap = g 0 100000 65536",
            ),
        row("user_many")
            .oci("/linux/namespaces", spaces(&["user"]))
            .oci("/linux/uidMappings", many.clone())
            .oci("/linux/gidMappings", many),
    ]
}
