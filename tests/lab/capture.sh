# What a process sees, as text: sh capture.sh PID. Runs in the container whose view it is,
# with nothing but a shell and busybox's tools; changes nothing. What is read:
# the files that `amiconfined --captured` reads. Service-account tokens are not.
pid=${1:-self}
one() {
    if [ -L "$1" ]; then echo "link $1 $(readlink "$1")"
    elif [ -d "$1" ]; then echo "dir $(stat -c %a "$1") $1"
    elif [ -f "$1" ]; then
        echo "file $(stat -c %a "$1") $1"
        case $2 in text) tr '\0' '\n' < "$1" 2>/dev/null | sed 's/^/ /' ;; esac
    elif [ -e "$1" ]; then echo "other $(stat -c %a "$1") $1"
    fi
}
p=/proc/$pid
for f in status stat comm cmdline cgroup mountinfo uid_map gid_map setgroups limits oom_score_adj \
    attr/current attr/apparmor/current; do one $p/$f text; done
for k in cgroup ipc mnt net pid time user uts; do
    # gVisor names kinds here that it does not have.
    t=$(readlink $p/ns/$k) && [ "$t" ] && echo "link $p/ns/$k $t"
done
[ "$pid" = 1 ] || one /proc/1/comm text
for f in filesystems sys/kernel/cap_last_cap sys/kernel/osrelease sys/kernel/ostype \
    sys/kernel/version \
    sys/kernel/yama/ptrace_scope sys/kernel/core_pattern sys/kernel/modprobe sys/kernel/hotplug \
    sys/vm/panic_on_oom sys/vm/overcommit_memory; do one /proc/$f text; done
# gVisor's only word of its kernel.
[ -e /proc/sys/kernel/osrelease ] || one /proc/version text
for f in acpi asound bus fs interrupts irq kcore keys latency_stats sched_debug scsi sys \
    sys/fs/binfmt_misc/register sysrq-trigger timer_list timer_stats; do one /proc/$f; done
for f in kernel/security/lsm kernel/security/lockdown fs/selinux/enforce \
    module/apparmor/parameters/enabled kernel/uevent_helper; do one /sys/$f text; done
for f in devices/virtual/powercap firmware firmware/efi/efivars kernel/debug kernel/tracing \
    power/state fs/selinux; do one /sys/$f; done
for f in /.dockerenv /.flatpak-info /run/.containerenv /run/host/container-manager \
    /run/systemd/container; do one $f text; done
for d in $(sed 's/^[0-9]*:\([^:]*\):\(.*\)/\1 \2/; s/^name=//' $p/cgroup | while read -r a b; do
    # Version 2 has no controllers before its path.
    case $a in /*) b=$a a=. ;; esac
    while :; do echo "$a$b"; [ "$b" = / ] && break; b=${b%/*}; b=${b:-/}; done
done | sed 's,/*$,,' | sort -u); do
    for f in memory.max cpu.max pids.max memory.limit_in_bytes cpu.cfs_quota_us cpu.cfs_period_us \
        release_agent; do one /sys/fs/cgroup/$d/$f text; done
    one /sys/fs/cgroup/$d/cgroup.procs
done
