/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What workloads made of named steps share: the steps, and the directory they work in.
 */
#ifndef PXT_WORKLOAD_STEPS_H
#define PXT_WORKLOAD_STEPS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "workload_log.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct step {
	const char *name; /* NULL: no more of them */
	void (*run)(void);
};

/* Where this run works, and the path of our own program there. */
static const char *work_dir;
static char self_path[PATH_MAX];

static inline void in_work_dir(char path[PATH_MAX], const char *name)
{
	if (snprintf(path, PATH_MAX, "%s/%s", work_dir, name) >= PATH_MAX)
		fault(name);
}

/* Make NAME in the work directory another name of this program. */
static inline void link_self(char path[PATH_MAX], const char *name)
{
	in_work_dir(path, name);
	if (symlink(self_path, path) != 0 && errno != EEXIST)
		fault(name);
}

/* Make an executable file of one line, FIRST and SECOND. */
static inline void write_file(const char *path, const char *first, const char *second)
{
	FILE *file = fopen(path, "w");

	if (!file || fprintf(file, "%s%s\n", first, second) < 0 || fclose(file) != 0 ||
	    chmod(path, 0755) != 0)
		fault(path);
}

static inline bool is_named(const char *name, char **names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* NAMES is empty: all. */
static inline void run_steps(const struct step *steps, char **names)
{
	for (; steps->name; steps++) {
		if (*names && !is_named(steps->name, names))
			continue;
		steps->run();
		log_line("MARK %s\n", steps->name);
	}
}

static inline void print_steps(const struct step *steps)
{
	fputs("steps:", stderr);
	for (; steps->name; steps++)
		fprintf(stderr, " %s", steps->name);
	fputc('\n', stderr);
}

/*
 * What steps need of a signal must not depend on who started us (perf record ignores SIGUSR2), nor
 * on a sanitizer.
 */
static inline void reset_signals(void)
{
	/* The kernel's struct sigaction, whose mask has 8 bytes. */
	static const unsigned long by_default[8];
	sigset_t all;

	/* signal(3) leaves glibc's own ones alone, which posix_spawn(3), and so make, ignores. */
	for (int number = 1; number <= SIGRTMAX; number++)
		syscall(SYS_rt_sigaction, number, by_default, NULL, 8);
	sigfillset(&all);
	sigprocmask(SIG_UNBLOCK, &all, NULL);
}

static inline void prepare(const char *dir)
{
	struct rlimit core;
	ssize_t length = readlink("/proc/self/exe", self_path, sizeof(self_path) - 1);

	if (length < 0)
		fault("/proc/self/exe");
	self_path[length] = '\0';
	work_dir = dir;
	reset_signals();
	/* No core files of those that die by a signal; orphans come back to us. */
	getrlimit(RLIMIT_CORE, &core);
	core.rlim_cur = 0;
	setrlimit(RLIMIT_CORE, &core);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

#endif
