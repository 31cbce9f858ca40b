# For a mount namespace of its own, whose /run is its own as well: the hierarchies of version
# 1 below a file system of its own. crun leaves folders in it, and systemd-nspawn makes what
# is bound from it read-only, for the whole machine otherwise. The hierarchy of version 2 beside
# them, without controllers, stays out: crun refuses it.
if [ -d /sys/fs/cgroup/memory ]; then
    umount -l /sys/fs/cgroup/unified 2>/dev/null
    mkdir /run/own-cgroups
    mount -t tmpfs -o mode=755 tmpfs /run/own-cgroups
    for one in /sys/fs/cgroup/*; do
        name=${one##*/}
        if [ -L "$one" ]; then
            cp -P "$one" /run/own-cgroups
        elif [ "$name" != unified ]; then
            mkdir "/run/own-cgroups/$name"
            mount --bind "$one" "/run/own-cgroups/$name"
        fi
    done
    umount -l /sys/fs/cgroup
    mount --move /run/own-cgroups /sys/fs/cgroup
    rmdir /run/own-cgroups
fi
