/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Merges the records of several rings, each in time order, into one stream in time order. Records
 * are not copied.
 *
 * Records with equal times come in the order in which their rings were added. A record older than
 * one returned before is returned all the same and counted as late.
 */
#ifndef PXT_PERF_MERGE_H
#define PXT_PERF_MERGE_H

#include <stdint.h>

#include "base/compiler.h"
#include "perf/record.h"
#include "perf/ring.h"

#define MERGE_NO_HORIZON UINT64_MAX

struct merge;

/* SAMPLE_TYPE is that of the events of all rings. Returns NULL without memory. */
struct merge *merge_new(uint64_t sample_type);
void merge_free(struct merge *merge);

/*
 * Add RING (borrowed until merge_remove()), whose records are returned with TAG. Returns 0 or
 * -ENOMEM.
 */
int merge_add(struct merge *merge, struct ring *ring, void *tag) MUST_CHECK;

/*
 * Set another SAMPLE_TYPE for the event with ID in RING. IDENTIFIER comes first in it, too. One
 * event a ring at most.
 */
void merge_set_other(struct merge *merge, const struct ring *ring, uint64_t id,
		     uint64_t sample_type);

/* Remove RING. Its records that were not returned are dropped. */
void merge_remove(struct merge *merge, const struct ring *ring);

/*
 * Start a round: give used space back to the kernel and make new records visible. Returns 0 or
 * -EBADMSG.
 */
int merge_refresh(struct merge *merge) MUST_CHECK;

/*
 * Read the oldest visible record that is not younger than HORIZON (ns).
 *
 * Returns 1 with *RECORD (borrowed until the next call) and the *TAG of its ring; 0 where this
 * round has no more; -EBADMSG where a ring or record is malformed.
 */
int merge_next(struct merge *merge, uint64_t horizon, struct record *record, void **tag) MUST_CHECK;

/* Returns how many records came after a younger one. */
uint64_t merge_late(const struct merge *merge);

/* Returns whether records wait for a later horizon. */
int merge_pending(const struct merge *merge);

#endif
