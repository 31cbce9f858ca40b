/* dump PID: prints every seccomp filter of a process, the oldest first, each as a line of
 * hexadecimal: its struct sock_filter. The tests' own tool, so that what the product reads
 * is not what it is held against. */
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#ifndef PTRACE_SECCOMP_GET_FILTER
#define PTRACE_SECCOMP_GET_FILTER 0x420c
#endif

int main(int count, char **args)
{
	static struct sock_filter program[4096];
	int status, pid = count == 2 ? atoi(args[1]) : 0;
	if (!pid || ptrace(PTRACE_SEIZE, pid, 0, 0) || ptrace(PTRACE_INTERRUPT, pid, 0, 0))
		return perror("dump"), 1;
	waitpid(pid, &status, __WALL);
	for (long number = 0, length;; number++) {
		length = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, number, program);
		if (length <= 0)
			break;
		for (unsigned long at = 0; at < length * sizeof program[0]; at++)
			printf("%02x", ((unsigned char *)program)[at]);
		puts("");
	}
	ptrace(PTRACE_DETACH, pid, 0, 0);
	return 0;
}
