/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/task_pages.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/hash_table.h"

/* Pages of the smallest array. */
#define PAGES_MIN 64U

/* A task begins a cache line where it fits into one. */
#define ALIGNMENT 64U

struct far_task {
	struct task task; /* its tid is the key */
	UT_hash_handle hh;
};

static bool is_far(int32_t tid)
{
	return (uint32_t)tid >= TASK_PAGES_TIDS;
}

static struct far_task *far_of(const struct task *task)
{
	return (struct far_task *)(uintptr_t)task;
}

static struct task_page *page_of(const struct task_pages *pages, int32_t tid)
{
	return &pages->pages[(uint32_t)tid / TASK_PAGE_SIZE];
}

static uint32_t bit_of(int32_t tid)
{
	return UINT32_C(1) << (uint32_t)tid % TASK_PAGE_SIZE;
}

void task_pages_done(struct task_pages *pages)
{
	struct far_task *far, *next;

	HASH_ITER (hh, pages->far, far, next) {
		HASH_DEL(pages->far, far);
		free(far);
	}
	for (size_t i = 0; i < pages->count; i++)
		free(pages->pages[i].tasks);
	free(pages->pages);
	free(pages->spare);
}

struct task *task_pages_find_far(const struct task_pages *pages, int32_t tid)
{
	struct far_task *far;

	HASH_FIND_INT(pages->far, &tid, far);
	return far ? &far->task : NULL;
}

static struct task *add_far(struct task_pages *pages, int32_t tid)
{
	struct far_task *far = calloc(1, sizeof(*far));

	if (!far)
		return NULL;
	far->task.tid = tid;
	HASH_ADD_INT(pages->far, task.tid, far);
	if (far->hh.tbl)
		return &far->task;
	free(far);
	return NULL;
}

/* Make the array as long as TID needs it. */
static int grow(struct task_pages *pages, int32_t tid)
{
	size_t count = pages->count > 0 ? pages->count : PAGES_MIN;

	while (count <= (uint32_t)tid / TASK_PAGE_SIZE)
		count *= 2;
	if (count == pages->count)
		return 0;
	struct task_page *grown = realloc(pages->pages, count * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	memset(grown + pages->count, 0, (count - pages->count) * sizeof(*grown));
	pages->pages = grown;
	pages->count = count;
	return 0;
}

static struct task *new_page(struct task_pages *pages)
{
	struct task *tasks = pages->spare;

	pages->spare = NULL;
	return tasks ? tasks : aligned_alloc(ALIGNMENT, TASK_PAGE_SIZE * sizeof(*tasks));
}

struct task *task_pages_add(struct task_pages *pages, int32_t tid)
{
	if (is_far(tid))
		return add_far(pages, tid);
	if (grow(pages, tid) < 0)
		return NULL;
	struct task_page *page = page_of(pages, tid);
	if (!page->tasks)
		page->tasks = new_page(pages);
	if (!page->tasks)
		return NULL;
	page->used |= bit_of(tid);
	page->marked &= ~bit_of(tid);
	struct task *task = &page->tasks[(uint32_t)tid % TASK_PAGE_SIZE];
	*task = (struct task){.tid = tid};
	return task;
}

void task_pages_mark(struct task_pages *pages, int32_t tid)
{
	if (!is_far(tid))
		page_of(pages, tid)->marked |= bit_of(tid);
}

bool task_pages_is_marked(const struct task_pages *pages, int32_t tid)
{
	return is_far(tid) || (page_of(pages, tid)->marked & bit_of(tid)) != 0;
}

void task_pages_take(struct task_pages *pages, int32_t tid)
{
	if (is_far(tid))
		HASH_DEL(pages->far, far_of(task_pages_find_far(pages, tid)));
	else
		page_of(pages, tid)->used &= ~bit_of(tid);
}

/* The last one is kept, for whom a single task comes and goes. */
static void free_page(struct task_pages *pages, struct task_page *page)
{
	free(pages->spare);
	pages->spare = page->tasks;
	page->tasks = NULL;
}

void task_pages_free(struct task_pages *pages, struct task *task, int32_t tid)
{
	if (is_far(tid))
		free(far_of(task));
	else if (page_of(pages, tid)->used == 0)
		free_page(pages, page_of(pages, tid));
}

struct task *task_pages_from(const struct task_pages *pages, uint32_t from)
{
	uint32_t mask = UINT32_MAX << from % TASK_PAGE_SIZE;

	for (size_t i = from / TASK_PAGE_SIZE; i < pages->count; i++, mask = UINT32_MAX) {
		const uint32_t used = pages->pages[i].used & mask;

		if (used != 0)
			return &pages->pages[i].tasks[__builtin_ctz(used)];
	}
	return NULL;
}

struct task *task_pages_next(const struct task_pages *pages, const struct task *task)
{
	struct far_task *far = pages->far;

	if (task && is_far(task->tid)) {
		far = far_of(task)->hh.next;
	} else {
		struct task *near = task_pages_from(pages, task ? (uint32_t)task->tid + 1 : 0);

		if (near)
			return near;
	}
	return far ? &far->task : NULL;
}
