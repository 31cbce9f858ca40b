/* node ROOTFS GROUP PROCESSES HIERARCHY... < IDS: a container for each id, as runtimes make
 * them, of processes that do nothing: namespaces and a file tree of its own, paths masked,
 * capabilities dropped, a filter, a control group GROUP/ID in each hierarchy. Prints
 * `PID ID` for each and stays; what it started ends with its pid namespace. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *rootfs;
static int processes;

static void must(int failed, const char *what)
{
	if (failed) {
		perror(what);
		_exit(1);
	}
}

static void put(const char *from, const char *to, const char *type, unsigned long flags)
{
	must(mount(from, to, type, flags, 0), to);
}

static void tree(void)
{
	static const char *const masked_files[] = { "proc/kcore", "proc/keys", "proc/timer_list" };
	static const char *const masked_dirs[] = { "proc/acpi", "proc/scsi", "sys/firmware" };
	static const char *const read_only[] = { "proc/bus", "proc/fs", "proc/irq", "proc/sys" };
	static const char *const own_files[] = { "etc/hosts", "etc/hostname", "etc/resolv.conf" };
	const unsigned long plain = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	put(0, "/", 0, MS_REC | MS_PRIVATE);
	put(rootfs, rootfs, 0, MS_BIND);
	must(chdir(rootfs), rootfs);
	put("proc", "proc", "proc", plain);
	put("tmpfs", "dev", "tmpfs", MS_NOSUID);
	must(mkdir("dev/shm", 01777), "dev/shm");
	put("shm", "dev/shm", "tmpfs", plain);
	put("sysfs", "sys", "sysfs", plain | MS_RDONLY);
	for (int i = 0; i < 3; i++) {
		put(own_files[i], own_files[i], 0, MS_BIND);
		if (!access(masked_files[i], F_OK))
			put("/dev/null", masked_files[i], 0, MS_BIND);
		if (!access(masked_dirs[i], F_OK))
			put("tmpfs", masked_dirs[i], "tmpfs", MS_RDONLY);
	}
	for (int i = 0; i < 4; i++) {
		put(read_only[i], read_only[i], 0, MS_BIND | MS_REC);
		put(0, read_only[i], 0, MS_BIND | MS_REMOUNT | MS_RDONLY | plain);
	}
	must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	must(umount2(".", MNT_DETACH), "umount");
	must(chdir("/"), "/");
}

static void confine(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct sets[2] = { { 0xa80425fb, 0xa80425fb, 0 } };
	struct sock_filter all = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { 1, &all };
	for (int cap = 0; cap < 64; cap++)
		if (cap > 31 || !(0xa80425fb >> cap & 1))
			prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	must(syscall(SYS_capset, &head, sets), "capset");
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs");
	must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0), "seccomp");
}

static int first(void *ready)
{
	tree();
	confine();
	for (int n = 1; n < processes; n++) {
		pid_t child = fork();
		must(child < 0, "fork");
		if (!child)
			for (;;)
				pause();
	}
	must(write(*(int *)ready, "r", 1) != 1, "write");
	for (;;)
		pause();
	return 0;
}

static void join(const char *hierarchy, const char *group, const char *id)
{
	char path[4096];
	int length = snprintf(path, sizeof path, "%s/%s/%s", hierarchy, group, id);
	must(mkdir(path, 0755), path);
	snprintf(path + length, sizeof path - length, "/cgroup.procs");
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	must(fd < 0 || write(fd, "0", 1) != 1, path);
	close(fd);
}

int main(int count, char **args)
{
	static char stack[65536];
	char id[256];
	int ready[2];
	if (count < 5)
		return fprintf(stderr, "node ROOTFS GROUP PROCESSES HIERARCHY... < IDS\n"), 2;
	rootfs = args[1];
	processes = atoi(args[3]);
	must(pipe(ready), "pipe");
	while (scanf("%255s", id) == 1) {
		char byte;
		for (int at = 4; at < count; at++)
			join(args[at], args[2], id);
		pid_t pid = clone(first, stack + sizeof stack,
				  CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS |
				  CLONE_NEWIPC | SIGCHLD, &ready[1]);
		must(pid < 0, "clone");
		must(read(ready[0], &byte, 1) != 1, "read");
		printf("%d %s\n", pid, id);
	}
	fflush(stdout);
	for (;;)
		pause();
}
