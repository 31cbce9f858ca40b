# The state of a guest that a syscall could change, as the kernel and other programs show it.
hostname
cat /proc/sys/kernel/domainname
cut -d' ' -f2- /proc/self/mountinfo
cat /proc/swaps /proc/filesystems /proc/keys /proc/key-users /proc/locks /proc/partitions
cut -d' ' -f1-2 /proc/modules
cat /proc/sys/kernel/tainted /proc/self/timens_offsets /sys/kernel/kexec_loaded
cat /proc/sysvipc/msg /proc/sysvipc/sem /proc/sysvipc/shm
readlink /proc/1/ns/* /proc/self/ns/*
cat /proc/1/limits /proc/self/limits /proc/1/personality /proc/1/coredump_filter
cat /proc/1/oom_score_adj /proc/1/timerslack_ns /proc/1/attr/current
grep -vE '^(Vm|Rss|voluntary|nonvoluntary|SigQ|Speculation|Pid|Tgid|PPid|NS)' /proc/1/status
ip address
ip link
ip route
ip -6 route
cat /proc/net/dev_mcast /proc/net/unix | wc -l
iptables-save | grep -v '^#'
ls -l /dev /dev/pts /dev/mqueue /dev/shm
stty -a < /dev/console
cat /proc/tty/drivers
adjtimex | grep -vE 'maxerror|time.tv|offset'
for process in /proc/[0-9]*; do
    # Kernel threads come and go by themselves; this script's own do as well.
    [ -s "$process/cmdline" ] || continue
    [ "${process#/proc/}" = $$ ] || echo "$(cut -d' ' -f1,4-8,18-19 "$process/stat") $(tr '\0' ' ' < "$process/cmdline")"
done 2>/dev/null | grep -vE '(cut|tr|grep|sh|cat|sort) ?[^ ]*$' | sort
find /proc/sys -type f -perm -0400 2>/dev/null | sort |
    grep -vE '/(random|dentry-state|file-nr|inode-|ns_last_pid|perf_event_max_sample_rate|nf_conntrack_|quota)' |
    xargs grep -H '' 2>/dev/null
find / -xdev ! -newer /state.sh -prune -o -type f -print 2>/dev/null | sort
dmesg
