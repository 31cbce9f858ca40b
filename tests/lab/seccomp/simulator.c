/* simulator FILE: libseccomp's own simulator (tools/scmp_bpf_sim.c) for many calls of one
 * filter. Reads lines of an AUDIT_ARCH in hexadecimal, a number and six arguments, prints a line for each:
 * what the simulator prints, or FAULT. */
#include <setjmp.h>
#include <stdlib.h>

static jmp_buf back;

#define main simulate_one
#define exit(code) longjmp(back, (code) + 1)
#include "scmp_bpf_sim.c"
#undef exit
#undef main

int main(int count, char **args)
{
	static bpf_instr_raw code[BPF_PRG_MAX_LEN];
	struct bpf_program program = {.i = code};
	struct seccomp_data data = {0};
	unsigned int number;
	FILE *file = count == 2 ? fopen(args[1], "r") : NULL;

	if (!file)
		return perror("simulator"), 1;
	program.i_cnt = fread(code, sizeof code[0], BPF_PRG_MAX_LEN, file);
	while (scanf("%x %u", &arch, &number) == 2) {
		for (int at = 0; at < 6; at++)
			if (scanf("%" SCNu64, &data.args[at]) != 1)
				return 1;
		int ended = setjmp(back);
		data.arch = arch;
		data.nr = number;
		if (!ended)
			bpf_execute(&program, &data);
		/* 1: exit(0), and the action is printed. */
		if (ended != 1)
			puts("FAULT");
	}
	return 0;
}
