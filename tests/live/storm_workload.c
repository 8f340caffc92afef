/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process whose children end in great numbers, each with a code of its own.
 *
 *   storm_workload LOG
 *
 * On each line "COUNT THREADS" of standard input it forks COUNT children one after the other, which
 * have THREADS more threads for a moment, appends "PID STATUS" (wait(2)) of each to LOG, and
 * answers with a line. Leaves with 0 at the end of input.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *leave_at_once(void *unused)
{
	return unused;
}

static _Noreturn void be_child(int number, int threads)
{
	pthread_t thread;

	for (int i = 0; i < threads; i++)
		if (pthread_create(&thread, NULL, leave_at_once, NULL) != 0 ||
		    pthread_join(thread, NULL) != 0)
			_exit(255);
	_exit(number % 251);
}

static int storm(FILE *log, int count, int threads)
{
	for (int i = 0; i < count; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0)
			be_child(i, threads);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			return -1;
		fprintf(log, "%d %d\n", (int)pid, status);
	}
	return fflush(log);
}

int main(int argc, char **argv)
{
	FILE *log = argc == 2 ? fopen(argv[1], "w") : NULL;
	char line[64];
	int count, threads;

	if (!log) {
		fputs("usage: storm_workload LOG\n", stderr);
		return 2;
	}
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%d %d", &count, &threads) != 2 || storm(log, count, threads) < 0)
			return 1;
		printf("done %d\n", count);
		fflush(stdout);
	}
	return fclose(log) == 0 ? 0 : 1;
}
