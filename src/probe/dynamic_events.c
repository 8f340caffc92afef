/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/dynamic_events.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int dynamic_events_open(const char *tracefs)
{
	char path[320];

	snprintf(path, sizeof(path), "%s/dynamic_events", tracefs);
	/* Truncating it would remove all events, those of others too. */
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int dynamic_events_define(int fd, const char *text)
{
	ssize_t written = write(fd, text, strlen(text));

	return written < 0 ? -errno : 0;
}

int dynamic_events_remove(int fd, const char *group, const char *event)
{
	char text[160];

	/* The newline ends a line of the regular files that stand in for it in tests. */
	snprintf(text, sizeof(text), "-:%s/%s\n", group, event);
	return dynamic_events_define(fd, text);
}
