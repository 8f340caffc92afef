/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Execs that wait for the samples of the argv probe (probe/argv_sample.h): these follow the exec's
 * own, nearly always right behind it in the same ring.
 */
#ifndef PXT_SOURCE_PROBED_EXECS_H
#define PXT_SOURCE_PROBED_EXECS_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "probe/argv_definition.h"
#include "probe/argv_sample.h"

/* More than wait at a time, but where samples are lost. */
#define PROBED_EXECS_MAX 64U

struct probed_exec {
	int32_t tid;          /* 0: this place is free */
	uint64_t time_ns;     /* of the exec */
	unsigned int rounds;  /* that have ended since it came */
	bool has_moved_on;    /* its task was seen doing something else */
	bool proc_was_asked;  /* for what the samples did not bring yet */
	struct buffer record; /* a copy of the exec's sample */
	uint64_t start, end;  /* of the arguments, as the first chunk says */
	unsigned int chunks;  /* that have come, as bits */
	struct buffer strings;
};

/*
 * A sample that was seen before its exec's: the task changed CPUs between the two, and their rings
 * are looked at one after the other.
 */
struct early_sample {
	int32_t tid;      /* 0: this place is free */
	uint64_t time_ns; /* of the sample */
	struct argv_sample sample;
	unsigned char bytes[ARGV_CHUNK_BYTES];
};

#define EARLY_SAMPLES_MAX 32U
#define SEEN_EXECS 1024U

struct probed_execs {
	struct probed_exec items[PROBED_EXECS_MAX];
	size_t next;  /* the place that was taken longest ago */
	size_t count; /* of those that wait */
	struct early_sample early[EARLY_SAMPLES_MAX];
	size_t next_early;
	int32_t seen[SEEN_EXECS]; /* of execs that need no samples: tids, by their last bits */
};

void probed_execs_done(struct probed_execs *execs);

/* Returns the exec of TID that waits; NULL: none. */
struct probed_exec *probed_execs_find(struct probed_execs *execs, int32_t tid);

/*
 * Returns the place for an exec of TID: that of its exec before, which waits in vain, or the oldest
 * one. It may be taken.
 */
struct probed_exec *probed_execs_place(struct probed_execs *execs, int32_t tid);

/* Let the exec of TID at TIME_NS with SAMPLE, which is copied, wait in PLACE. Returns 0 or -ENOMEM.
 */
int probed_execs_begin(struct probed_execs *execs, struct probed_exec *place, int32_t tid,
		       uint64_t time_ns, const struct perf_event_header *sample) MUST_CHECK;

/* Free the place. */
void probed_execs_end(struct probed_execs *execs, struct probed_exec *exec);

/* An exec of TID was seen that needs no samples: those that follow are not early. */
void probed_execs_saw(struct probed_execs *execs, int32_t tid);

/* Keep a copy of SAMPLE of TID, of which no exec waits, unless its exec was seen. */
void probed_execs_keep_early(struct probed_execs *execs, int32_t tid, uint64_t time_ns,
			     const struct argv_sample *sample);

/*
 * Returns the next sample that was kept for EXEC, borrowed until the next is kept; NULL: none is
 * left. It is not kept any longer.
 */
const struct argv_sample *probed_execs_take_early(struct probed_execs *execs,
						  const struct probed_exec *exec);

enum probed {
	PROBED_PART,     /* not all chunks have come */
	PROBED_WHOLE,    /* `strings` are the bytes from `start` to `end` */
	PROBED_NOT_HELD, /* the arguments are longer than what the probe copies, or there are none
			  */
};

/*
 * Add SAMPLE, of a probe that copies CHUNKS, to EXEC. No byte behind the end of the arguments is
 * taken. Returns an enum probed, or -ENOMEM.
 */
int probed_exec_add(struct probed_exec *exec, const struct argv_sample *sample,
		    unsigned int chunks) MUST_CHECK;

#endif
