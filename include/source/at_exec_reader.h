/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what /proc shows of processes at their execs (exec/at_exec.h), as soon as they are seen in
 * their ring: the process may be gone within a millisecond.
 */
#ifndef PXT_SOURCE_AT_EXEC_READER_H
#define PXT_SOURCE_AT_EXEC_READER_H

#include <linux/perf_event.h>
#include <stdint.h>

#include "base/text.h"
#include "decode/decoder.h"
#include "exec/at_exec.h"

/* A fact of an exec, borrowed for the call. */
struct exec_text {
	uint64_t time_ns; /* of the exec */
	int32_t pid;      /* as our /proc has it */
	uint64_t pointer; /* the stack pointer that the exec left */
	enum at_exec_fact fact;
	struct text text;
};

/* All zero: nothing is read. */
struct at_exec_reader {
	unsigned int needs;            /* what is read: of NEEDS_AT_EXEC */
	const struct decoder *decoder; /* which knows what the samples of an exec carry; borrowed */
	struct at_exec_dirs dirs;      /* that of /proc is borrowed */
	/* Told of each fact that is proven. */
	void (*told)(void *context, const struct exec_text *text);
	void *context;
};

/*
 * Open what READER needs besides what its caller sets: NEEDS are any NEED_ bits, PROC_FD is a
 * directory fd of /proc, borrowed. No failure: without /sys fewer terminals have names.
 */
void at_exec_reader_open(struct at_exec_reader *reader, unsigned int needs, int proc_fd);

void at_exec_reader_close(struct at_exec_reader *reader);

/* Look at RECORD, of a ring with PERF_EVENT_SAMPLE_TYPE: any record, of which execs matter. */
void at_exec_reader_look(const struct at_exec_reader *reader,
			 const struct perf_event_header *record);

#endif
