/* dump PID FILE: writes the one seccomp filter of a process, as struct sock_filter.
 * The test's own tool, so that what the product reads is not what it is held against. */
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
	int status, pid = count == 3 ? atoi(args[1]) : 0;
	if (!pid || ptrace(PTRACE_SEIZE, pid, 0, 0) || ptrace(PTRACE_INTERRUPT, pid, 0, 0))
		return perror("dump"), 1;
	waitpid(pid, &status, __WALL);
	long length = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, program);
	long second = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 1, 0);
	ptrace(PTRACE_DETACH, pid, 0, 0);
	FILE *file = fopen(args[2], "w");
	if (length <= 0 || second > 0 || !file)
		return fprintf(stderr, "dump: %ld, then %ld\n", length, second), 1;
	fwrite(program, sizeof program[0], length, file);
	return fclose(file) != 0;
}
