/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes that live as long as they are told to after their exec, and no two of which have the
 * same arguments (facts_log.h): how many of them does a tracer catch in time?
 *
 *   lives_workload LOG DIR COUNT BESIDE MS...    COUNT of each lifetime, BESIDE at a time
 *
 * Their arguments are "lives", their lifetime in ms, their number, and a text of a length that
 * differs; with an environment of 3 KB. Started with TRUTH_LIFE in the environment it is one.
 */
#include <time.h>

#include "facts_log.h"

#define BESIDE_MAX 64
#define VARIABLES 40
#define VARIABLE_SIZE 75

struct life {
	pid_t pid;
	char ms[16], number[16];
};

static char program[PATH_MAX];
static const char *const program_name = "lives";

static _Noreturn void live(long ms)
{
	struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	if (ms > 0)
		nanosleep(&time, NULL);
	_exit(0);
}

static void make_environment(char text[VARIABLES][VARIABLE_SIZE], char *list[VARIABLES + 1])
{
	for (int i = 0; i < VARIABLES; i++) {
		int used =
			snprintf(text[i], VARIABLE_SIZE, i ? "VARIABLE_%d=" : "TRUTH_LIFE=%d", i);

		memset(text[i] + used, 'v', VARIABLE_SIZE - 1 - (size_t)used);
		text[i][VARIABLE_SIZE - 1] = '\0';
		list[i] = text[i];
	}
	list[VARIABLES] = NULL;
}

/* Start one, and log its beginning and its end. */
static void start(struct life *life, long ms, int number)
{
	static char texts[VARIABLES][VARIABLE_SIZE], padding[4097], *env[VARIABLES + 1];
	char name[NAME_SIZE];
	char *argv[] = {(char *)"lives", life->ms, life->number, NULL, NULL};
	struct identity who = own_identity();

	memset(padding, 'p', sizeof(padding) - 1);
	make_environment(texts, env);
	snprintf(life->ms, sizeof(life->ms), "%ld", ms);
	snprintf(life->number, sizeof(life->number), "%d", number);
	argv[3] = padding + (size_t)number * 211 % sizeof(padding);
	own_name(name);
	errno = posix_spawn(&life->pid, program, NULL, NULL, argv, env);
	if (errno)
		fault("posix_spawn");
	log_fork(gettid(), life->pid, "vfork", name);
	log_exec(life->pid, life->pid, program, program_name);
	log_image(life->pid, argv, env, &who);
	log_exit(life->pid, program_name, "code", 0);
}

static void run_lives(long ms, int count, int beside)
{
	struct life lives[BESIDE_MAX];

	for (int number = 0; number < count; number += beside) {
		for (int i = 0; i < beside; i++)
			start(&lives[i], ms, number + i);
		for (int i = 0; i < beside; i++)
			end_with_code(lives[i].pid, 0);
	}
}

int main(int argc, char **argv)
{
	int beside;

	if (getenv("TRUTH_LIFE") && argc > 1)
		live(atol(argv[1]));
	if (argc < 6) {
		fputs("usage: lives_workload LOG DIR COUNT BESIDE MS...\n", stderr);
		return 2;
	}
	be_root(argv[1], argv[2], argv);
	link_self(program, program_name);
	beside = atoi(argv[4]);
	if (beside < 1 || beside > BESIDE_MAX)
		fault(argv[4]);
	for (char **ms = argv + 5; *ms; ms++)
		run_lives(atol(*ms), atoi(argv[3]), beside);
	leave_as_root();
}
