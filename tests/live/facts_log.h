/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a workload knows beyond events and names, for tests of all facts. Lines of the log besides
 * those of workload_log.h:
 *
 *   PARENT pid ppid                 of the process from which all others descend
 *   CGROUP pid path                 its cgroup, and of those it forks from here on
 *   FLAGS child flag[,flag]...      the CLONE_* flags of this child's FORK: these and no other
 *   IMAGE pid argv env uid euid gid egid secure
 *                                   what a program was given: of the Nth EXEC of pid, the Nth
 *   STATUS pid status killer        how a process ended, as wait(2) tells. killer: who sent the
 *                                   signal; 0: the kernel; -1: nobody, it exited
 *   KILLER pid killer               of a STATUS, logged by somebody who knows better
 *   LOOSE pid                       its threads come and go, and are not logged but the first
 *   SILENT pid                      the kernel tells nobody but its parent how it ended
 *   OOM pid                         the kernel killed it for lack of memory
 *   CALLS32 pid                     it, and those it forks, end by system calls of 32-bit programs
 *   SKIP step reason                this host does not let us
 *
 * argv and env are in hex, a NUL after each string. EXIT's `how` may also be "group": the thread
 * ended because another one called exit_group(2), or took a fatal signal.
 */
#ifndef PXT_FACTS_LOG_H
#define PXT_FACTS_LOG_H

#include <spawn.h>
#include <sys/auxv.h>

#include "workload_steps.h"

#define KILLER_KERNEL 0
#define KILLER_NOBODY (-1)

/*
 * In a pid namespace of our own, only /proc still has the ids that the log is about: it is mounted
 * where the outer ones hold.
 */
static inline pid_t outer_pid(void)
{
	char text[32] = "";

	if (readlink("/proc/self", text, sizeof(text) - 1) <= 0)
		fault("/proc/self");
	return (pid_t)atol(text);
}

/* As the kernel told this program when it was executed: getauxval(3). */
struct identity {
	unsigned long uid, euid, gid, egid, secure;
};

static inline struct identity own_identity(void)
{
	return (struct identity){getauxval(AT_UID), getauxval(AT_EUID), getauxval(AT_GID),
				 getauxval(AT_EGID), getauxval(AT_SECURE)};
}

static inline void put_hex_list(FILE *line, char *const strings[])
{
	if (!*strings)
		fputc('-', line);
	for (; *strings; strings++) {
		for (const char *c = *strings; *c; c++)
			fprintf(line, "%02x", (unsigned int)(unsigned char)*c);
		fputs("00", line);
	}
	fputc(' ', line);
}

static inline void log_image(pid_t pid, char *const argv[], char *const env[],
			     const struct identity *who)
{
	char *text = NULL;
	size_t size = 0;
	FILE *line = open_memstream(&text, &size);

	if (!line)
		fault("memory");
	fprintf(line, "IMAGE %d ", pid);
	put_hex_list(line, argv);
	put_hex_list(line, env);
	fprintf(line, "%lu %lu %lu %lu %lu\n", who->uid, who->euid, who->gid, who->egid,
		who->secure);
	if (fclose(line) != 0 || write(log_fd, text, size) != (ssize_t)size)
		fault("log");
	free(text);
}

/* Log what this very program is: PID, executed by the thread OLD_PID, with ARGV. */
static inline void log_own_image(pid_t pid, pid_t old_pid, char *const argv[])
{
	const char *filename = (const char *)getauxval(AT_EXECFN);
	struct identity who = own_identity();
	char name[NAME_SIZE];

	own_name(name);
	log_exec(pid, old_pid, filename ? filename : "", name);
	log_image(pid, argv, environ, &who);
}

static inline void log_status(pid_t pid, int status, pid_t killer)
{
	log_line("STATUS %d %d %d\n", pid, status, killer);
}

static inline void log_cgroup(pid_t pid, const char *path)
{
	char hex[2 * PATH_MAX];

	log_line("CGROUP %d %s\n", pid, to_hex(hex, path));
}

static inline void log_skip(const char *step, const char *reason)
{
	log_line("SKIP %s %s\n", step, reason);
}

/* Wait for the end of CHILD, and log how it was; KILLER holds if that was a signal. */
static inline int end_of(pid_t child, pid_t killer)
{
	int status;

	if (waitpid(child, &status, __WALL) != child)
		fault("waitpid");
	log_status(child, status, WIFSIGNALED(status) ? killer : KILLER_NOBODY);
	return status;
}

/* The same for one that has to end with EXPECTED, a wait status without its core flag. */
static inline void end_as(pid_t child, int expected, pid_t killer)
{
	int status = end_of(child, killer);

	if ((status & ~WCOREFLAG) != expected) {
		log_line("FAULT child %d ended with status %#x instead of %#x\n", child,
			 (unsigned int)status, (unsigned int)expected);
		_exit(FAULT_STATUS);
	}
}

static inline void end_with_code(pid_t child, int code)
{
	end_as(child, W_EXITCODE(code, 0), KILLER_NOBODY);
}

/* Path of our own cgroup in the v2 hierarchy; false where there is none. */
static inline bool own_cgroup(char path[PATH_MAX])
{
	FILE *file = fopen("/proc/self/cgroup", "r");
	char line[PATH_MAX];
	bool found = false;

	while (file && !found && fgets(line, sizeof(line), file)) {
		found = sscanf(line, "0::%4095[^\n]", path) == 1;
	}
	if (file)
		fclose(file);
	return found;
}

/* In the v2 hierarchy, where there is one. */
static inline void log_own_cgroup(void)
{
	char path[PATH_MAX];

	if (own_cgroup(path))
		log_cgroup(getpid(), path);
}

/* Where the v2 hierarchy ("cgroup2"), or that of a v1 controller, is mounted. */
static inline bool find_cgroup_mount(const char *which, char mount[PATH_MAX])
{
	FILE *file = fopen("/proc/self/mounts", "r");
	char type[64], options[1024];
	bool found = false;

	while (file && !found &&
	       fscanf(file, "%*s %4095s %63s %1023s %*[^\n]", mount, type, options) == 3)
		found = strcmp(type, which) == 0 ||
			(strcmp(type, "cgroup") == 0 && strstr(options, which));
	if (file)
		fclose(file);
	return found;
}

/*
 * Open the log for the process from which all others descend, and log that. It leaves with
 * leave_as_root().
 */
static inline void be_root(const char *log, const char *dir, char *const argv[])
{
	log_open(log);
	log_own_image(getpid(), getpid(), argv);
	log_line("PARENT %d %d\n", getpid(), getppid());
	log_own_cgroup();
#ifdef __i386__
	log_line("CALLS32 %d\n", getpid());
#endif
	prepare(dir);
}

static inline _Noreturn void leave_as_root(void)
{
	log_status(getpid(), W_EXITCODE(0, 0), KILLER_NOBODY);
	leave(0);
}

#endif
