/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A load for tracers to watch: two workers that start processes or threads as fast as they can, or
 * a process every INTERVAL_NS each.
 * Prints, as one JSON object, how long they took, the CPU time of all of them, and every event of
 * theirs that a tracer should see.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define WORKERS 2
#define NS_PER_S 1000000000U

struct load {
	unsigned int rounds;
	char *program;                /* NULL: threads */
	char *argument;               /* of the program, or NULL */
	uint64_t interval_ns;         /* 0: as fast as they can */
	pthread_barrier_t start_line; /* the workers and main */
};

static void fail(const char *what, int error)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(error));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void spawn_once(char *program, char *argument)
{
	char *const argv[] = {program, argument, NULL};
	char *const envp[] = {NULL};
	pid_t pid;
	int error = posix_spawn(&pid, program, NULL, NULL, argv, envp);

	if (error)
		fail(program, error);
	if (waitpid(pid, NULL, 0) < 0)
		fail("waitpid", errno);
}

static void *do_nothing(void *unused)
{
	return unused;
}

static void thread_once(void)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, do_nothing, NULL);

	if (error)
		fail("pthread_create", error);
	pthread_join(thread, NULL);
}

/* CPU time of this process and those it has waited for. */
static uint64_t cpu_ns(void)
{
	uint64_t us = 0;

	for (int who = RUSAGE_CHILDREN; who <= RUSAGE_SELF; who++) {
		struct rusage usage;

		getrusage(who, &usage);
		us += (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
		      (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
	}
	return us * 1000;
}

static void sleep_until(uint64_t ns)
{
	const struct timespec time = {(time_t)(ns / NS_PER_S), (long)(ns % NS_PER_S)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

static void *work(void *context)
{
	struct load *load = context;

	pthread_barrier_wait(&load->start_line);
	uint64_t started = now_ns();
	for (unsigned int i = 0; i < load->rounds; i++) {
		if (load->interval_ns)
			sleep_until(started + i * load->interval_ns);
		if (load->program)
			spawn_once(load->program, load->argument);
		else
			thread_once();
	}
	return NULL;
}

static uint64_t run(struct load *load)
{
	pthread_t workers[WORKERS];

	pthread_barrier_init(&load->start_line, NULL, WORKERS + 1);
	for (int i = 0; i < WORKERS; i++) {
		int error = pthread_create(&workers[i], NULL, work, load);

		if (error)
			fail("pthread_create", error);
	}
	pthread_barrier_wait(&load->start_line);
	uint64_t started = now_ns();
	for (int i = 0; i < WORKERS; i++)
		pthread_join(workers[i], NULL);
	return now_ns() - started;
}

/* Forks by this program; execs and exits of what it starts, and of itself. */
static void print_truth(const struct load *load, uint64_t wall_ns)
{
	unsigned int children = WORKERS * load->rounds;
	unsigned int execs = load->program ? children : 0;

	printf("{\"wall_ns\": %llu, \"cpu_ns\": %llu, \"rounds\": %u, \"fork\": %u, \"exec\": %u, "
	       "\"exit\": %u}\n",
	       (unsigned long long)wall_ns, (unsigned long long)cpu_ns(), children,
	       children + WORKERS, execs + 1, children + WORKERS + 1);
}

int main(int argc, char **argv)
{
	struct load load = {0};

	if (argc >= 4 && argc <= 6 && strcmp(argv[1], "spawn") == 0) {
		load.program = argv[3];
		load.interval_ns = argc >= 5 ? strtoull(argv[4], NULL, 10) : 0;
		load.argument = argc == 6 ? argv[5] : NULL;
	} else if (argc != 3 || strcmp(argv[1], "thread") != 0) {
		fputs("usage: load spawn COUNT PROGRAM [INTERVAL_NS [ARGUMENT]] | load thread "
		      "COUNT\n",
		      stderr);
		return 2;
	}
	load.rounds = (unsigned int)strtoul(argv[2], NULL, 10);
	print_truth(&load, run(&load));
	return 0;
}
