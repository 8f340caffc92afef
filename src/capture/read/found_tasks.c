/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/found_tasks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/load.h"

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

/* u32 pid, ppid, tid, ptid. */
int found_tasks_fork(struct found_tasks *tasks, const void *body, size_t size, bool swap)
{
	const unsigned char *bytes = body;

	if (size < 4 * sizeof(uint32_t))
		return 0;
	const struct capture_task task = {
		.tid = (int32_t)load32(bytes + 8, swap),
		.tgid = (int32_t)load32(bytes, swap),
		.parent = (int32_t)load32(bytes + 4, swap),
	};
	return add(tasks, &task);
}

/* u32 pid, tid; a name. */
int found_tasks_comm(struct found_tasks *tasks, const void *body, size_t size, bool swap)
{
	struct capture_task *last = tasks->count > 0 ? &tasks->list[tasks->count - 1] : NULL;
	const size_t name_at = 2 * sizeof(uint32_t);
	const unsigned char *bytes = body;

	if (size < name_at)
		return 0;
	struct capture_task task = {
		.tid = (int32_t)load32(bytes + 4, swap),
		.tgid = (int32_t)load32(bytes, swap),
	};
	task.parent = task.tid == task.tgid ? 0 : task.tgid;
	snprintf(task.comm, sizeof(task.comm), "%.*s", (int)(size - name_at),
		 (const char *)bytes + name_at);
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
