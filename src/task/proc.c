/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct process {
	int32_t pid, ppid;
	char state;
	bool followed;
};

struct process_list {
	struct process *processes;
	size_t count, capacity;
};

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

/* State and parent out of /proc/PID/stat. The comm before them may hold any byte, ')' too. */
static int read_stat(int proc_fd, int32_t pid, char *state, int32_t *ppid)
{
	char path[32], text[512];

	snprintf(path, sizeof(path), "%d/stat", pid);
	int fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	ssize_t got = read(fd, text, sizeof(text) - 1);
	int code = got < 0 ? -errno : 0;
	close(fd);
	if (code < 0)
		return code;
	text[got] = '\0';

	const char *after_comm = memrchr(text, ')', (size_t)got);
	if (!after_comm || sscanf(after_comm, ") %c %d", state, ppid) != 2)
		return -EBADMSG;
	return 0;
}

static int append(struct process_list *list, const struct process *process)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? 2 * list->capacity : 256;
		struct process *grown = realloc(list->processes, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		list->processes = grown;
		list->capacity = capacity;
	}
	list->processes[list->count++] = *process;
	return 0;
}

static int list_processes(int proc_fd, struct process_list *list)
{
	DIR *dir = open_dir(proc_fd, ".");
	struct dirent *entry;
	int code = 0;

	if (!dir)
		return -errno;
	while (code == 0 && (entry = readdir(dir))) {
		struct process process = {.pid = pid_of_name(entry->d_name)};

		/* It may be gone by now. */
		if (process.pid > 0 &&
		    read_stat(proc_fd, process.pid, &process.state, &process.ppid) == 0)
			code = append(list, &process);
	}
	closedir(dir);
	return code;
}

static int compare_processes(const void *a, const void *b)
{
	const struct process *left = a, *right = b;

	return (left->pid > right->pid) - (left->pid < right->pid);
}

static bool parent_is_followed(const struct process_list *list, const struct process *process)
{
	const struct process wanted = {.pid = process->ppid};
	const struct process *parent =
		bsearch(&wanted, list->processes, list->count, sizeof(wanted), compare_processes);

	return parent && parent->followed;
}

/* Pids wrap around, so a child may come before its parent: again, until nothing changes. */
static void mark_descendants(struct process_list *list, const struct task_table *table)
{
	bool changed = true;

	for (size_t i = 0; i < list->count; i++) {
		const struct task *task = task_table_find(table, list->processes[i].pid);

		list->processes[i].followed = task && task->followed;
	}
	while (changed) {
		changed = false;
		for (size_t i = 0; i < list->count; i++) {
			struct process *process = &list->processes[i];

			if (process->followed || !parent_is_followed(list, process))
				continue;
			process->followed = true;
			changed = true;
		}
	}
}

/* A zombie leader has had its EXIT; its threads may live on. */
static int enter_tasks(int proc_fd, const struct process *process, struct task_table *table)
{
	bool is_zombie = process->state == 'Z' || process->state == 'X';
	char path[32];

	snprintf(path, sizeof(path), "%d/task", process->pid);
	DIR *dir = open_dir(proc_fd, path);
	struct dirent *entry;
	int code = 0;

	if (!dir)
		return 0;
	while (code == 0 && (entry = readdir(dir))) {
		int32_t tid = pid_of_name(entry->d_name);

		if (tid > 0 && !(is_zombie && tid == process->pid))
			code = task_table_add(table, tid, process->followed);
	}
	closedir(dir);
	return code;
}

int proc_scan(int proc_fd, struct task_table *table)
{
	struct process_list list = {0};
	int code = list_processes(proc_fd, &list);

	if (list.count > 0)
		qsort(list.processes, list.count, sizeof(*list.processes), compare_processes);
	mark_descendants(&list, table);
	for (size_t i = 0; code == 0 && i < list.count; i++)
		code = enter_tasks(proc_fd, &list.processes[i], table);
	free(list.processes);
	return code;
}

bool proc_is_alive(int proc_fd, int32_t tid)
{
	char state;
	int32_t ppid;

	return read_stat(proc_fd, tid, &state, &ppid) == 0 && state != 'Z' && state != 'X';
}

static bool is_alive(void *proc_fd, int32_t tid)
{
	return proc_is_alive(*(const int *)proc_fd, tid);
}

void proc_forget_dead(int proc_fd, struct task_table *table)
{
	task_table_prune(table, is_alive, &proc_fd);
}
