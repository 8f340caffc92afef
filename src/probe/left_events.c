/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/left_events.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/files.h"
#include "host/proc.h"
#include "probe/dynamic_events.h"
#include "probe/own_names.h"

#define LIST_MAX ((size_t)16 * 1024 * 1024)

static bool is_gone(const struct event_owner *owner, int proc_fd)
{
	uint64_t start;

	return !proc_is_alive(proc_fd, owner->pid) ||
	       (proc_read_start(proc_fd, owner->pid, &start) == 0 && start != owner->start);
}

static bool remove_event(const struct event_owner *owner, const char *name, int fd)
{
	char group[OWN_GROUP_SIZE];

	own_group_name(owner, group);
	return dynamic_events_remove(fd, group, name) == 0;
}

static bool is_same(const struct event_owner *a, const struct event_owner *b)
{
	return a->pid == b->pid && a->start == b->start;
}

int left_events_remove(const char *tracefs, int fd, int proc_fd)
{
	struct event_owner owner, last = {0};
	const char *name, *last_name = NULL;
	struct buffer list = {0};
	char path[320];
	int removed = 0;

	snprintf(path, sizeof(path), "%s/dynamic_events", tracefs);
	/* Where it cannot be read, what is left does no harm. */
	bool is_read = file_read_all(AT_FDCWD, path, LIST_MAX, &list) == 0;
	for (const char *line = list.bytes; is_read && line; line = strchr(line, '\n')) {
		line += *line == '\n';
		name = own_event_of(line, &owner);
		/* Of several definitions of one event, the first line removes them all. */
		if (!name || (name == last_name && is_same(&owner, &last)))
			continue;
		last = owner;
		last_name = name;
		if (is_gone(&owner, proc_fd) && remove_event(&owner, name, fd))
			removed++;
	}
	buffer_done(&list);
	return removed;
}
