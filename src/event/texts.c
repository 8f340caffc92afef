/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "event/texts.h"

#include <string.h>

size_t event_texts(struct event *event, struct text *texts[EVENT_TEXTS_MAX])
{
	switch (event->type) {
	case EVENT_FORK:
		texts[0] = &event->fork.parent_comm;
		texts[1] = &event->fork.child_comm;
		return 2;
	case EVENT_EXEC:
		texts[0] = &event->exec.comm;
		texts[1] = &event->exec.filename;
		return 2;
	case EVENT_EXIT:
		texts[0] = &event->exit.comm;
		return 1;
	case EVENT_COMM:
		texts[0] = &event->comm.comm;
		return 1;
	default:
		return 0;
	}
}

size_t event_text_bytes(const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		return event->fork.child_comm.length + event->fork.parent_comm.length;
	case EVENT_EXEC:
		return event->exec.comm.length + event->exec.filename.length;
	case EVENT_EXIT:
		return event->exit.comm.length;
	case EVENT_EXEC_FAILED:
		return event->exec_failed.comm.length + event->exec_failed.path.length;
	case EVENT_LOST:
		return 0;
	default:
		return strlen(event->truncated.reason);
	}
}
