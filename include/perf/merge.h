/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Merges rings, each in time order, into one stream in time order, straight off the rings.
 *
 * Records with equal times come in the order in which their rings were added. A record that is
 * older than one already given out is given out all the same and counted as late.
 */
#ifndef PXT_PERF_MERGE_H
#define PXT_PERF_MERGE_H

#include <stdint.h>

#include "base/compiler.h"
#include "perf/record.h"
#include "perf/ring.h"

#define MERGE_NO_HORIZON UINT64_MAX

struct merge;

/* SAMPLE_TYPE is that of the events that write into the rings. Returns NULL without memory. */
struct merge *merge_new(uint64_t sample_type);
void merge_free(struct merge *merge);

/* Read RING too (borrowed until merge_remove()); TAG comes back with its records. 0 or -ENOMEM. */
int merge_add(struct merge *merge, struct ring *ring, void *tag) MUST_CHECK;

/*
 * The samples of the event with ID, which writes into RING, are of another SAMPLE_TYPE, in which
 * IDENTIFIER still comes first. One event a ring at most.
 */
void merge_set_other(struct merge *merge, const struct ring *ring, uint64_t id,
		     uint64_t sample_type);

/* Stop reading RING. Records of it that were not given out are forgotten. */
void merge_remove(struct merge *merge, const struct ring *ring);

/* Hand used room back, look at all rings anew: starts a round. Returns 0 or -EBADMSG. */
int merge_refresh(struct merge *merge) MUST_CHECK;

/*
 * Give out the oldest record that is visible and not younger than HORIZON (ns).
 *
 * Returns 1 with *RECORD (borrowed until the next call) and the *TAG of its ring; 0 where this
 * round has none left; -EBADMSG where a ring or record is malformed.
 */
int merge_next(struct merge *merge, uint64_t horizon, struct record *record, void **tag) MUST_CHECK;

/* How many records came after a younger one had been given out. */
uint64_t merge_late(const struct merge *merge);

/* Whether records are waiting for the horizon to pass them. */
int merge_pending(const struct merge *merge);

#endif
