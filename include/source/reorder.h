/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts events in order that come out of order: by time, then as they came. They are copied, texts
 * too.
 */
#ifndef PXT_SOURCE_REORDER_H
#define PXT_SOURCE_REORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/heap.h"
#include "event/event.h"

/* So many wait at most; beyond, the oldest does not wait for its turn. */
#define REORDER_MAX 65536U

/* Of all texts of an event, bytes. */
#define REORDER_TEXT_SIZE 160U

struct reorder_slot;

/* All zero is an empty one. */
struct reorder {
	struct heap heap;
	struct reorder_slot *spare;  /* those that nothing waits in */
	struct reorder_slot *popped; /* the last one */
	uint64_t sequence;
	uint64_t newest_ns; /* of those given out */
	uint64_t late;      /* given out after a younger one */
};

/* Returns 0, -ENOMEM. */
int reorder_push(struct reorder *reorder, const struct event *event) MUST_CHECK;

/*
 * Take the oldest event, if it is not younger than HORIZON_NS or there are too many; its texts are
 * borrowed until the next time.
 */
bool reorder_pop(struct reorder *reorder, uint64_t horizon_ns, struct event *event);

void reorder_done(struct reorder *reorder);

#endif
