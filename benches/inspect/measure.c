/* measure RUNS COMMAND… [-- COMMAND…]…: starts the command that often with its output thrown
 * away, and prints what the kernel counted: wall time, peak resident memory, instructions. Of
 * several commands each is started in turn, so that all meet the same machine; a line for each.
 * Static, so that it runs beside the binary in an image that holds nothing else. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static int ascending(const void *a, const void *b)
{
	double x = *(double *)a, y = *(double *)b;
	return (x > y) - (x < y);
}

/* Counts what this process and its children execute outside the kernel. */
static int counter(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE, .size = sizeof attr,
		.config = PERF_COUNT_HW_INSTRUCTIONS,
		.inherit = 1, .exclude_kernel = 1, .exclude_hv = 1,
	};
	return syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

/* What came of one command. */
struct measured {
	char **command;
	double *walls;
	long peak;
	long long instructions;
};

/* Runs it once; 0 where that went well. */
static int run(struct measured *one, int nth, int fd)
{
	int status;
	struct rusage usage;
	long long before = 0, after = 0;
	if (fd >= 0 && read(fd, &before, sizeof before) < 0)
		return perror("read"), 1;
	double began = now();
	pid_t child = fork();
	if (!child) {
		dup2(open("/dev/null", O_RDWR), 1);
		execv(one->command[0], one->command);
		_exit(127);
	}
	if (wait4(child, &status, 0, &usage) != child || status)
		return fprintf(stderr, "%s: status %x\n", one->command[0], status), 1;
	one->walls[nth] = now() - began;
	if (usage.ru_maxrss > one->peak)
		one->peak = usage.ru_maxrss;
	if (fd >= 0 && read(fd, &after, sizeof after) < 0)
		return perror("read"), 1;
	one->instructions += after - before;
	return 0;
}

int main(int count, char **args)
{
	int runs = count > 2 ? atoi(args[1]) : 0, commands = 0;
	struct measured *all = calloc(count, sizeof *all);
	if (runs <= 0 || !all)
		return fprintf(stderr, "measure RUNS COMMAND... [-- COMMAND...]...\n"), 2;
	for (int at = 2, begins = 1; at < count; at++) {
		if (begins) {
			all[commands].command = args + at;
			all[commands++].walls = calloc(runs, sizeof(double));
		}
		begins = !strcmp(args[at], "--");
		if (begins)
			args[at] = 0;
	}
	int fd = counter(), why = errno;
	for (int nth = 0; nth < runs; nth++)
		for (int at = 0; at < commands; at++)
			if (!all[at].walls || run(all + at, nth, fd))
				return 1;
	for (int at = 0; at < commands; at++) {
		struct measured *one = all + at;
		qsort(one->walls, runs, sizeof *one->walls, ascending);
		printf("%.3f %.3f %ld ", one->walls[0], one->walls[runs / 2], one->peak);
		if (fd >= 0)
			printf("%lld\n", one->instructions / runs);
		else
			printf("%s\n", strerrorname_np(why));
	}
	return 0;
}
