/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/found_tasks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/load.h"
#include "perf/record.h"

/* PID_MAX_LIMIT of include/linux/threads.h: there never were more. */
#define TASKS_MAX (4U * 1024U * 1024U)

static int add(struct found_tasks *tasks, const struct capture_task *task)
{
	if (tasks->count == TASKS_MAX)
		return 0;
	if (ARRAY_GROW(tasks->list, tasks->count, tasks->capacity) < 0)
		return -ENOMEM;
	tasks->list[tasks->count++] = *task;
	return 0;
}

int found_tasks_fork(struct found_tasks *tasks, const void *body, size_t size, bool swap)
{
	struct record_fork raw;

	if (size < RECORD_FORK_IDS)
		return 0;
	memcpy(&raw, body, RECORD_FORK_IDS);
	const struct capture_task task = {
		.tid = (int32_t)load32(&raw.tid, swap),
		.tgid = (int32_t)load32(&raw.pid, swap),
		.parent = (int32_t)load32(&raw.ppid, swap),
	};
	return add(tasks, &task);
}

int found_tasks_comm(struct found_tasks *tasks, const void *body, size_t size, bool swap)
{
	struct capture_task *last = tasks->count > 0 ? &tasks->list[tasks->count - 1] : NULL;
	struct record_comm raw;

	if (size < sizeof(raw))
		return 0;
	memcpy(&raw, body, sizeof(raw));
	struct capture_task task = {
		.tid = (int32_t)load32(&raw.tid, swap),
		.tgid = (int32_t)load32(&raw.pid, swap),
	};
	task.parent = task.tid == task.tgid ? 0 : task.tgid;
	snprintf(task.comm, sizeof(task.comm), "%.*s", (int)(size - sizeof(raw)),
		 (const char *)body + sizeof(raw));
	if (!last || last->tid != task.tid || last->tgid != task.tgid)
		return add(tasks, &task);
	memcpy(last->comm, task.comm, sizeof(last->comm));
	return 0;
}

void found_tasks_done(struct found_tasks *tasks)
{
	free(tasks->list);
	*tasks = (struct found_tasks){0};
}
