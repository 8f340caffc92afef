/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/entries.h"

#include <errno.h>
#include <stdlib.h>

static void free_group(struct entries *entries, struct group *group)
{
	HASH_DEL(entries->groups, group);
	free(group);
}

static void leave_group(struct entries *entries, struct entry *entry)
{
	struct group *group = entry->group;

	if (!group)
		return;
	if (entry->before)
		entry->before->behind = entry->behind;
	else
		group->threads = entry->behind;
	if (entry->behind)
		entry->behind->before = entry->before;
	entry->group = NULL;
	if (!group->threads)
		free_group(entries, group);
}

void entries_done(struct entries *entries)
{
	struct entry *entry, *next;

	HASH_ITER (hh, entries->by_tid, entry, next) {
		leave_group(entries, entry);
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
	entry->group = NULL;
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
	leave_group(entries, entry);
	HASH_DEL(entries->by_tid, entry);
	entries->followed -= entry->task.followed;
	thread_leave(&entry->thread);
	if (entries->exited) {
		thread_done(&entries->exited->thread);
		give_spare(entries, entries->exited);
	}
	entries->exited = entry;
}

static struct group *find_group(const struct entries *entries, int32_t tgid)
{
	struct group *group;

	HASH_FIND_INT(entries->groups, &tgid, group);
	return group;
}

static struct group *new_group(struct entries *entries, int32_t tgid)
{
	struct group *group = malloc(sizeof(*group));

	if (!group)
		return NULL;
	*group = (struct group){.tgid = tgid};
	HASH_ADD_INT(entries->groups, tgid, group);
	if (group->hh.tbl)
		return group;
	free(group);
	return NULL;
}

int entries_join_group(struct entries *entries, struct entry *entry, int32_t tgid)
{
	if (tgid <= 0 || tgid == entry->task.tid || entry->group)
		return 0;
	struct group *group = find_group(entries, tgid);
	if (!group)
		group = new_group(entries, tgid);
	if (!group)
		return -ENOMEM;
	entry->group = group;
	entry->before = NULL;
	entry->behind = group->threads;
	if (entry->behind)
		entry->behind->before = entry;
	group->threads = entry;
	return 0;
}

struct entry *entries_find_thread(const struct entries *entries, int32_t tgid)
{
	const struct group *group = find_group(entries, tgid);

	return group ? group->threads : NULL;
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
	entry = entries_insert(entries,
			       &(struct task){
				       .tid = tid,
				       .followed = entries_is_followed(entries, event->sample_pid),
			       });
	/* In another pid namespace than ours samples have other ids. */
	if (!entry || event->sample_tid != tid ||
	    entries_join_group(entries, entry, event->sample_pid) == 0)
		return entry;
	entries_retire(entries, entry);
	return NULL;
}
