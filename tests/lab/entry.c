/* entry FILE COUNT COMMAND…: an entrypoint that confines itself further. Installs the seccomp
 * program of a file as often as it is told, and starts the command. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int count, char **args)
{
	static struct sock_filter code[4096];
	FILE *file = count > 3 ? fopen(args[1], "r") : NULL;
	if (!file)
		return perror("entry"), 1;
	struct sock_fprog program = {.filter = code};
	program.len = fread(code, sizeof code[0], 4096, file);
	fclose(file);
	for (int left = atoi(args[2]); left; left--)
		if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
			return perror("seccomp"), 1;
	execv(args[3], args + 3);
	return perror(args[3]), 1;
}
