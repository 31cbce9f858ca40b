/* ask [PID | attach PID | call NUMBER]: what the kernel tells a process of itself in no file, a
 * word and a number a line; with a PID how deep that process's user namespace is, with `attach`
 * the error that tracing it meets, or 0, and with `call` that of a syscall whose arguments are
 * all -1. The lab's own tool, so that what the product asks is not what it is held against. */
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define LANDLOCK_CREATE_RULESET 444
#define LANDLOCK_VERSION 1
#define LSM_LIST_MODULES 461
#define I386_GETPID 20
#define X32_GETPID (0x40000000 + 39)

static int same(int left, int right)
{
	struct stat a, b;
	return !fstat(left, &a) && !fstat(right, &b) && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

#ifdef __x86_64__
/* Whether a child's getpid through another gate gives its pid: 1; 0 where the kernel has no
 * such gate; -1 where a filter may be why it does not. */
static int offered(int x32)
{
	int status, child = fork();
	if (child == 0) {
		long answer, number = x32 ? X32_GETPID : I386_GETPID;
		if (x32)
			answer = syscall(number);
		else
			__asm__ volatile("int $0x80" : "=a"(answer) : "a"(number) : "memory");
		_exit(answer == getpid() ? 1 : 2);
	}
	if (waitpid(child, &status, 0) != child)
		return -1;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1)
		return 1;
	return WIFSIGNALED(status) && WTERMSIG(status) == 11 ? 0 : -1;
}
#endif

/* How many user namespaces a process is below the one of who asks. */
static int depth(const char *pid)
{
	char path[64];
	int up, count = 0, own, space;
	snprintf(path, sizeof path, "/proc/%s/ns/user", pid);
	space = open(path, O_RDONLY);
	own = open("/proc/self/ns/user", O_RDONLY);
	while (space >= 0 && !same(space, own) && (up = ioctl(space, NS_GET_PARENT)) >= 0) {
		space = up;
		count++;
	}
	return space >= 0 && same(space, own) ? count : -1;
}

/* Whether a socket takes a connection. The lab's own listens there. */
static int connects(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int end = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(address.sun_path, path);
	return end >= 0 && !connect(end, (struct sockaddr *)&address, sizeof address);
}

/* The security modules by lsm_list_modules(2), since Linux 6.8; ids of linux/lsm.h. */
static void modules(void)
{
	static const char *names[] = {"capability", "selinux", "smack", "tomoyo", "apparmor",
		"yama", "loadpin", "safesetid", "lockdown", "bpf", "landlock", "ima", "evm", "ipe"};
	unsigned long long ids[32];
	unsigned int size = sizeof ids;
	long at, found = syscall(LSM_LIST_MODULES, ids, &size, 0);
	printf("modules ");
	for (at = 0; at < found; at++)
		printf("%s%s", at ? "," : "", ids[at] - 100 < 14 ? names[ids[at] - 100] : "?");
	puts("");
}

int main(int count, char **args)
{
	if (count == 3) {
		long answer = strcmp(args[1], "call") ? ptrace(PTRACE_SEIZE, atoi(args[2]), 0, 0)
			: syscall(atoi(args[2]), -1, -1, -1, -1, -1, -1);
		return printf("%d\n", answer < 0 ? errno : 0) < 0;
	}
	if (count == 2)
		return printf("%d\n", depth(args[1])) < 0;
	printf("connects %d\n", connects("/run/docker.sock"));
	printf("securebits %d\n", prctl(PR_GET_SECUREBITS));
	printf("dumpable %d\n", prctl(PR_GET_DUMPABLE));
	printf("landlock %ld\n", syscall(LANDLOCK_CREATE_RULESET, 0, 0, LANDLOCK_VERSION));
	modules();
	fflush(stdout);
#ifdef __x86_64__
	printf("i386 %d\n", offered(0));
	printf("x32 %d\n", offered(1));
#endif
	return 0;
}
