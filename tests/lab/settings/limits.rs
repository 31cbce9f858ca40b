//! Limits of control groups and of the process.

use serde_json::json;

use super::{Setting, Tongue, row};

pub(super) fn rows() -> Vec<Setting> {
    vec![
        row("memory")
            .oci("/linux/resources/memory", json!({"limit": 67_108_864}))
            .flags(Tongue::Docker, "--memory 64m")
            .flags(Tongue::Remapped, "--memory 64m")
            .flags(Tongue::Podman, "--memory 64m")
            .flags(Tongue::Cri, "memory=67108864")
            .flags(Tongue::Lxc, "lxc.cgroup.memory.limit_in_bytes = 67108864")
            .flags(Tongue::Nsjail, "--cgroup_mem_max 67108864")
            .flags(Tongue::Ctr, "--memory-limit 67108864")
            .wants("/cgroup/memory_max/known", json!(67_108_864)),
        row("pids")
            .oci("/linux/resources/pids", json!({"limit": 64}))
            .flags(Tongue::Docker, "--pids-limit 64")
            .flags(Tongue::Remapped, "--pids-limit 64")
            .flags(Tongue::Podman, "--pids-limit 64")
            .flags(Tongue::Lxc, "lxc.cgroup.pids.max = 64")
            .flags(Tongue::Nsjail, "--cgroup_pids_max 64")
            .wants("/cgroup/pids_max/known", json!(64)),
        row("cpu")
            .oci(
                "/linux/resources/cpu",
                json!({"quota": 50_000, "period": 100_000}),
            )
            .flags(Tongue::Docker, "--cpus 0.5")
            .flags(Tongue::Remapped, "--cpus 0.5")
            .flags(Tongue::Podman, "--cpus 0.5")
            .flags(Tongue::Cri, "cpu=50000")
            .flags(Tongue::Ctr, "--cpus 0.5")
            .flags(
                Tongue::Lxc,
                "lxc.cgroup.cpu.cfs_quota_us = 50000;lxc.cgroup.cpu.cfs_period_us = 100000",
            )
            .wants(
                "/cgroup/cpu_max/known",
                json!({"quota_us": 50_000, "period_us": 100_000}),
            ),
        row("cpu_per_second")
            .flags(Tongue::Nsjail, "--cgroup_cpu_ms_per_sec 500")
            .wants(
                "/cgroup/cpu_max/known",
                json!({"quota_us": 500_000, "period_us": 1_000_000}),
            ),
        row("rlimit")
            .oci(
                "/process/rlimits",
                json!([{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}]),
            )
            .flags(Tongue::Docker, "--ulimit nofile=100:200")
            .flags(Tongue::Remapped, "--ulimit nofile=100:200")
            // With one limit given podman adds another, which it may not raise here.
            .flags(
                Tongue::Podman,
                "--ulimit nofile=100:200 --ulimit nproc=1000:1000",
            )
            .flags(Tongue::Nspawn, "--rlimit=RLIMIT_NOFILE=100:200")
            .flags(Tongue::Lxc, "lxc.prlimit.nofile = 100:200")
            .flags(Tongue::Firejail, "--rlimit-nofile=200")
            .flags(Tongue::Nsjail, "--rlimit_nofile 200"),
        row("oom_score")
            .oci("/process/oomScoreAdj", json!(500))
            .engines("--oom-score-adj=500")
            .flags(Tongue::Cri, "oom=500")
            .flags(Tongue::Nspawn, "--oom-score-adjust=500")
            .flags(Tongue::Lxc, "lxc.proc.oom_score_adj = 500")
            .wants("/limits/oom_score_adj/known", json!(500)),
    ]
}
