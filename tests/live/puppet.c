/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that forks on command, and logs what it did (workload_log.h).
 *
 *   puppet LOG
 *
 * Commands on standard input, one a line; each is answered on standard output once it is done.
 *
 *   burst N    fork N children, each of which leaves at once; answers "burst N LAST_PID"
 *   pin CPU    run on this CPU only, children too; answers "pin CPU"
 *
 * Leaves with 0 at the end of input.
 */
#include "workload_log.h"

static pid_t burst(long count)
{
	pid_t child = 0;

	for (long i = 0; i < count; i++)
		child = fork_and_reap(0);
	return child;
}

static void pin(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET((size_t)cpu, &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) != 0)
		fault("sched_setaffinity");
}

int main(int argc, char **argv)
{
	char line[64];
	int number;

	if (argc != 2) {
		fputs("usage: puppet LOG\n", stderr);
		return 2;
	}
	log_open(argv[1]);
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "burst %d", &number) == 1) {
			printf("burst %d %d\n", number, burst(number));
		} else if (sscanf(line, "pin %d", &number) == 1) {
			pin(number);
			printf("pin %d\n", number);
		} else {
			fault(line);
		}
		fflush(stdout);
	}
	leave(0);
}
