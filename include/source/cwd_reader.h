/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the directories of execs from /proc, as soon as they are seen in their ring: the process
 * may be gone within a millisecond.
 */
#ifndef PXT_SOURCE_CWD_READER_H
#define PXT_SOURCE_CWD_READER_H

#include <linux/perf_event.h>
#include <stdint.h>

#include "base/text.h"
#include "decode/decoder.h"

/* The directory of an exec, borrowed for the call. */
struct exec_cwd {
	uint64_t time_ns; /* of the exec */
	int32_t pid;      /* as our /proc has it */
	uint64_t pointer; /* the stack pointer that the exec left */
	struct text cwd;
};

struct cwd_reader {
	const struct decoder *decoder; /* which knows what the samples of an exec carry; borrowed */
	int proc_fd;                   /* a directory fd of /proc; borrowed */
	/* Told of each exec whose directory is proven. */
	void (*told)(void *context, const struct exec_cwd *cwd);
	void *context;
};

/* Look at RECORD, of a ring with PERF_EVENT_SAMPLE_TYPE: any record, of which execs matter. */
void cwd_reader_look(const struct cwd_reader *reader, const struct perf_event_header *record);

#endif
