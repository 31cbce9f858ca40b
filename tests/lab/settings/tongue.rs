//! What settings are told in.

/// How a runtime is told what it shall do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tongue {
    /// An OCI `config.json`.
    Oci,
    /// Options of gVisor's runsc beside a config.json, which tells it as far as gVisor has it.
    Gvisor,
    /// Arguments of `ctr run` without a config.json.
    Ctr,
    /// Arguments of `docker run`.
    Docker,
    /// The same, where the daemon gives containers a user namespace.
    Remapped,
    /// Arguments of `podman run`.
    Podman,
    /// Arguments of `podman run` as a user.
    Rootless,
    /// Words for a Pod, see `runtimes/cri/declared.rs`.
    Cri,
    /// Arguments of `bwrap`.
    Bubblewrap,
    /// Arguments of `systemd-nspawn`.
    Nspawn,
    /// Arguments of `firejail`.
    Firejail,
    /// Arguments of `nsjail`.
    Nsjail,
    /// Lines of an LXC configuration, parted by semicolons.
    Lxc,
}
