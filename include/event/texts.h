/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The texts of an event, for those who copy events or make room for lines.
 */
#ifndef PXT_EVENT_TEXTS_H
#define PXT_EVENT_TEXTS_H

#include <stddef.h>

#include "base/text.h"
#include "event/event.h"

#define EVENT_TEXTS_MAX 2

/*
 * Store pointers to the texts of EVENT, a FORK, EXEC, EXIT or COMM, in TEXTS. Returns how many; 0
 * for other types.
 */
size_t event_texts(struct event *event, struct text *texts[EVENT_TEXTS_MAX]);

/* Returns the bytes of all texts that lines show of EVENT, one that a sink shows. */
size_t event_text_bytes(const struct event *event);

#endif
