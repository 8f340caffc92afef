/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"

/* The pid that a directory entry names, 0 where it names none. */
static int32_t pid_of_name(const char *name)
{
	char *end;

	if (!isdigit((unsigned char)name[0]))
		return 0;
	errno = 0;
	long pid = strtol(name, &end, 10);
	return errno == 0 && *end == '\0' && pid <= INT32_MAX ? (int32_t)pid : 0;
}

static DIR *open_dir(int parent_fd, const char *path)
{
	int fd = openat(parent_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

/* include/linux/sched.h; proc_pid_stat(5) shows it. Set before sched_process_exit. */
#define PF_EXITING 0x4U

struct stat_line {
	char state;
	int32_t ppid;
	unsigned int flags; /* PF_* of include/linux/sched.h */
	char comm[64];
};

/*
 * "TID (COMM) STATE PPID PGRP SESSION TTY TPGID FLAGS ...", where COMM may hold any byte, ')' too.
 */
static int parse_stat(const char *text, size_t length, struct stat_line *stat)
{
	const char *comm = memchr(text, '(', length);
	const char *after_comm = memrchr(text, ')', length);

	stat->flags = 0;
	if (!comm || !after_comm || after_comm < comm ||
	    sscanf(after_comm, ") %c %d %*d %*d %*d %*d %u", &stat->state, &stat->ppid,
		   &stat->flags) < 2)
		return -EBADMSG;
	size_t comm_length = (size_t)(after_comm - comm) - 1;
	if (comm_length >= sizeof(stat->comm))
		comm_length = sizeof(stat->comm) - 1;
	memcpy(stat->comm, comm + 1, comm_length);
	stat->comm[comm_length] = '\0';
	return 0;
}

/* Read the file at PATH under /proc. Returns its length; -ESRCH where the task is gone. */
static ssize_t read_file(int proc_fd, const char *path, char *text, size_t size)
{
	ssize_t length = file_read_at(proc_fd, path, text, size);

	return length == -ENOENT ? -ESRCH : length;
}

/* PATH is that of a stat file of proc(5) under /proc. */
static int read_stat_file(int proc_fd, const char *path, struct stat_line *stat)
{
	char text[512];
	ssize_t got = read_file(proc_fd, path, text, sizeof(text));

	return got < 0 ? (int)got : parse_stat(text, (size_t)got, stat);
}

static bool is_dead(char state)
{
	return state == 'Z' || state == 'X';
}

static void visit_threads(int proc_fd, int32_t pid,
			  void (*visit)(void *context, const struct proc_task *task), void *context)
{
	char path[64];

	snprintf(path, sizeof(path), "%d/task", pid);
	DIR *dir = open_dir(proc_fd, path);
	struct dirent *entry;

	/* It may be gone by now. */
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		int32_t tid = pid_of_name(entry->d_name);
		struct stat_line stat;

		snprintf(path, sizeof(path), "%d/task/%d/stat", pid, tid);
		if (tid == 0 || read_stat_file(proc_fd, path, &stat) < 0 || is_dead(stat.state))
			continue;
		const struct proc_task task = {
			.pid = pid,
			.tid = tid,
			.ppid = stat.ppid,
			.comm = stat.comm,
			.is_exiting = (stat.flags & PF_EXITING) != 0,
		};
		visit(context, &task);
	}
	closedir(dir);
}

int proc_visit(int proc_fd, void (*visit)(void *context, const struct proc_task *task),
	       void *context)
{
	DIR *dir = open_dir(proc_fd, ".");
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		int32_t pid = pid_of_name(entry->d_name);

		if (pid > 0)
			visit_threads(proc_fd, pid, visit, context);
	}
	closedir(dir);
	return 0;
}

/* The first two numbers of the line "WHAT\tREAL\tEFFECTIVE\t..." in STATUS. */
static bool parse_ids(const char *status, const char *what, uint32_t *real, uint32_t *effective)
{
	const char *line = strstr(status, what);

	return line && sscanf(line + strlen(what), "%" SCNu32 " %" SCNu32, real, effective) == 2;
}

static int read_status(int proc_fd, int32_t pid, char *text, size_t size)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/status", pid);
	ssize_t got = read_file(proc_fd, path, text, size);
	return got < 0 ? (int)got : 0;
}

/* The number in the line "WHAT\tNUMBER" of STATUS. */
static bool parse_number(const char *status, const char *what, int32_t *number)
{
	const char *line = strstr(status, what);

	return line && sscanf(line + strlen(what), "%" SCNd32, number) == 1;
}

int proc_read_group(int proc_fd, int32_t tid, struct proc_group *group)
{
	struct proc_group read;
	char text[2048];
	int code = read_status(proc_fd, tid, text, sizeof(text));

	if (code < 0)
		return code;
	if (!parse_number(text, "\nTgid:", &read.tgid) ||
	    !parse_number(text, "\nThreads:", &read.threads))
		return -EBADMSG;
	*group = read;
	return 0;
}

int proc_read_ids(int proc_fd, int32_t pid, struct proc_ids *ids)
{
	struct proc_ids read;
	char text[2048];
	int code = read_status(proc_fd, pid, text, sizeof(text));

	if (code < 0)
		return code;
	/* Name comes before them; in it a newline is written as \n. */
	if (!parse_ids(text, "\nUid:", &read.uid, &read.euid) ||
	    !parse_ids(text, "\nGid:", &read.gid, &read.egid))
		return -EBADMSG;
	*ids = read;
	return 0;
}

bool proc_is_alive(int proc_fd, int32_t tid)
{
	struct stat_line stat;
	char path[32];

	snprintf(path, sizeof(path), "%d/stat", tid);
	return read_stat_file(proc_fd, path, &stat) == 0 && !is_dead(stat.state);
}

int proc_is_exiting(int proc_fd, int32_t tid)
{
	struct stat_line stat;
	char path[32];

	snprintf(path, sizeof(path), "%d/stat", tid);
	int code = read_stat_file(proc_fd, path, &stat);
	return code < 0 ? code : is_dead(stat.state) || stat.flags & PF_EXITING;
}

/* Field 22: "TID (COMM) STATE ...", where COMM may hold any byte. */
static int parse_start(const char *text, size_t length, uint64_t *ticks)
{
	const char *after_comm = memrchr(text, ')', length);

	return after_comm && sscanf(after_comm,
				    ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d "
				    "%*d %*d %*d %*d %" SCNu64,
				    ticks) == 1
		       ? 0
		       : -EBADMSG;
}

int proc_read_start(int proc_fd, int32_t pid, uint64_t *ticks)
{
	char path[32], text[512];
	uint64_t read;

	snprintf(path, sizeof(path), "%d/stat", pid);
	ssize_t got = read_file(proc_fd, path, text, sizeof(text));
	int code = got < 0 ? (int)got : parse_start(text, (size_t)got, &read);
	if (code == 0)
		*ticks = read;
	return code;
}

/* No blank of a path is a blank here (mountinfo.h). */
static bool line_hides_tasks(const char *line)
{
	const char *of_proc = strstr(line, " - proc ");

	return of_proc && strstr(of_proc, "hidepid=");
}

bool proc_hides_tasks(int proc_fd)
{
	int fd = openat(proc_fd, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	FILE *mountinfo = fd < 0 ? NULL : fdopen(fd, "r");
	char *line = NULL;
	size_t capacity = 0;
	bool hides = false;

	if (!mountinfo) {
		if (fd >= 0)
			close(fd);
		return true;
	}
	while (!hides && getline(&line, &capacity, mountinfo) > 0)
		hides = line_hides_tasks(line);
	free(line);
	fclose(mountinfo);
	return hides;
}
