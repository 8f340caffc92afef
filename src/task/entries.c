/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/entries.h"

#include <stdlib.h>

void entries_done(struct entries *entries)
{
	struct entry *entry, *next;

	HASH_ITER (hh, entries->by_tid, entry, next) {
		HASH_DEL(entries->by_tid, entry);
		thread_done(&entry->thread);
		free(entry);
	}
	while (entries->spare) {
		entry = entries->spare;
		entries->spare = entry->hh.next;
		free(entry);
	}
	if (entries->exited)
		thread_done(&entries->exited->thread);
	free(entries->exited);
}

static struct entry *take_spare(struct entries *entries)
{
	struct entry *entry = entries->spare;

	if (!entry)
		return malloc(sizeof(*entry));
	entries->spare = entry->hh.next;
	return entry;
}

static void give_spare(struct entries *entries, struct entry *entry)
{
	entry->hh.next = entries->spare;
	entries->spare = entry;
}

const struct entry *entries_find_late(const struct entries *entries, int32_t tid)
{
	const struct entry *entry = entries_find(entries, tid), *exited = entries->exited;

	return !entry && exited && exited->task.tid == tid ? exited : entry;
}

struct entry *entries_insert(struct entries *entries, const struct task *task)
{
	struct entry *entry = take_spare(entries);

	if (!entry)
		return NULL;
	entry->task = *task;
	entry->missing = false;
	entry->thread = (struct thread){0};
	HASH_ADD_INT(entries->by_tid, task.tid, entry);
	if (!entry->hh.tbl) {
		give_spare(entries, entry);
		return NULL;
	}
	entries->followed += task->followed;
	return entry;
}

void entries_retire(struct entries *entries, struct entry *entry)
{
	if (entries->next == entry)
		entries->next = entry->hh.next;
	HASH_DEL(entries->by_tid, entry);
	entries->followed -= entry->task.followed;
	thread_leave(&entry->thread);
	if (entries->exited) {
		thread_done(&entries->exited->thread);
		give_spare(entries, entries->exited);
	}
	entries->exited = entry;
}

bool entries_is_followed(const struct entries *entries, int32_t tid)
{
	const struct entry *entry = entries->followed > 0 ? entries_find(entries, tid) : NULL;

	return entry && entry->task.followed;
}

void entries_follow(struct entries *entries, struct entry *entry, bool followed)
{
	if (!followed || entry->task.followed)
		return;
	entry->task.followed = true;
	entries->followed++;
}

struct entry *entries_find_or_add(struct entries *entries, int32_t tid, const struct event *event)
{
	struct entry *entry = entries_find(entries, tid);

	if (entry)
		return entry;
	return entries_insert(entries,
			      &(struct task){
				      .tid = tid,
				      .followed = entries_is_followed(entries, event->sample_pid),
			      });
}
