/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "event/texts.h"

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
