#!/bin/sh
# The view of a process that nothing confines, at the roots of the control groups; without
# what tells of this machine alone: its mounts, groups, first process and how it was made.
for group in /sys/fs/cgroup /sys/fs/cgroup/*; do
    if [ -w "$group/cgroup.procs" ]; then echo $$ > "$group/cgroup.procs"; fi
done 2>/dev/null
sh "$(dirname "$0")/capture.sh" $$ | grep -vE '^ [0-9]+ [0-9]+ [0-9:]+ [^ ]+ /(mnt|tmp|work|home|root)|/.dockerenv$' |
    sed '/ \/proc\/1\/comm$/{n;s/.*/ init/}'
