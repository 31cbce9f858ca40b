/* read LIST: opens and reads what the list names, and does nothing with it. Prints the
 * milliseconds that took; reading the list is not counted. Lines of the list: `b DIR` is
 * where what follows lies; `r FILE` is read to its end, `d DIR` listed, `l LINK` read,
 * `s NAME` looked at. What is not there is tried all the same. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 16];

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

int main(int count, char **args)
{
	struct stat stat;
	int list = open(count > 1 ? args[1] : "", O_RDONLY), base = AT_FDCWD, found = 0;
	if (list < 0 || fstat(list, &stat))
		return perror("list"), 2;
	char *text = malloc(stat.st_size + 1);
	for (off_t got = 0; got < stat.st_size;) {
		ssize_t n = read(list, text + got, stat.st_size - got);
		if (n <= 0)
			return perror("list"), 2;
		got += n;
	}
	text[stat.st_size] = 0;
	double began = now();
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		char kind = line[0], *name = line + 2;
		int fd = -1;
		*end = 0;
		if (kind == 'b') {
			if (base >= 0)
				close(base);
			base = open(name, O_PATH | O_DIRECTORY);
		} else if (kind == 'l') {
			found += readlinkat(base, name, buffer, sizeof buffer) >= 0;
		} else if (kind == 's') {
			found += !fstatat(base, name, &stat, AT_SYMLINK_NOFOLLOW);
		} else if ((fd = openat(base, name, O_RDONLY | O_NONBLOCK)) >= 0) {
			while ((kind == 'd' ? syscall(SYS_getdents64, fd, buffer, sizeof buffer)
					    : read(fd, buffer, sizeof buffer)) > 0)
				;
			close(fd);
			found++;
		}
	}
	printf("%.3f %d\n", now() - began, found);
	return 0;
}
