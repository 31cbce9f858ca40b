#!/bin/busybox sh
# The guest's first process: mounts what a machine has, runs the lab, and powers off.
b=/bin/busybox
if [ "$1" != again ]; then
    # The kernel moves no root that is its first file system, which runtimes do: the same
    # files are mounted over it.
    $b mkdir -p /newroot
    $b mount --bind / /newroot
    cd /newroot || exit
    $b mount --move . /
    exec $b chroot . /init again
fi
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
$b --install -s /bin 2>/dev/null
mkdir -p /proc /sys /dev /root
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mkdir -p /dev/pts /dev/shm /dev/mqueue
mount -t devpts pts /dev/pts
mount -t mqueue mqueue /dev/mqueue
mount -t securityfs security /sys/kernel/security
# The root file system alone, without what is mounted below it.
mkdir -p /under
mount --bind / /under
for folder in /dev/shm /run /tmp /var/lib /var/log /mnt /opt; do
    mkdir -p $folder
    mount -t tmpfs -o mode=755 tmpfs $folder
    # What is tested may have been built below one of these: it stays to be seen.
    for held in /under$folder/*/; do
        [ -d "$held" ] || continue
        mkdir "${held#/under}"
        mount --bind "$held" "${held#/under}"
    done
done
umount /under
chmod 1777 /tmp /dev/shm
ln -s /proc/self/fd /dev/fd
for file in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${file%:*}" "/dev/${file#*:}"; done
if grep -qw cg=v1 /proc/cmdline; then
    mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
    for group in cpu,cpuacct cpuset memory devices freezer blkio pids; do
        mkdir -p /sys/fs/cgroup/$group
        mount -t cgroup -o $group cgroup /sys/fs/cgroup/$group
    done
    # By these names runtimes look for two that are mounted as one.
    for group in cpu cpuacct; do ln -s cpu,cpuacct /sys/fs/cgroup/$group; done
else
    mount -t cgroup2 cgroup /sys/fs/cgroup
    # A group with processes in it gives no controllers to those below.
    mkdir /sys/fs/cgroup/init
    echo $$ > /sys/fs/cgroup/init/cgroup.procs
    for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
        echo "+$controller" > /sys/fs/cgroup/cgroup.subtree_control
    done
fi
ip link set lo up
for module in overlay veth bridge br_netfilter; do modprobe -q $module; done
ulimit -n 1048576
echo "Linux $(uname -r), after $(cut -d' ' -f1 /proc/uptime) s: $(cat /sys/kernel/security/lsm)"
. /environment
TMPDIR=/mnt /lab </dev/null 2>&1
code=$?
# What is to be handed back, see `boot.rs`.
[ -f /capture ] && base64 /capture | sed 's/^/lab file: /'
echo "lab ended: $code"
echo o > /proc/sysrq-trigger
sleep 30
