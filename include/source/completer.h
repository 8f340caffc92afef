/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completes what the stacks of execs miss: from the argv probe, where there is one, else from
 * /proc, as soon as an exec is seen in its ring: the process may be gone within a millisecond.
 */
#ifndef PXT_SOURCE_COMPLETER_H
#define PXT_SOURCE_COMPLETER_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "decode/decoder.h"
#include "event/facts.h"
#include "exec/env_selection.h"
#include "probe/argv_sample.h"

struct completer;

/*
 * Strings for an exec, borrowed for the call. NULL: the dump was whole, or nothing is proven.
 * Arguments and environment may come one after the other.
 */
struct completion {
	uint64_t time_ns; /* of the exec */
	int32_t pid;      /* as our /proc has it */
	uint64_t pointer; /* the stack pointer that the exec left */
	const struct string_list *arguments;
	enum argv_source source; /* of these */
	const struct string_list *environment;
};

typedef void completer_told(void *context, const struct completion *completion);

/*
 * DECODER, which knows what the samples of an exec carry, PROC_FD, a directory fd of /proc, and
 * SELECTION, what is wanted of environments (NULL: nothing), are borrowed. TOLD is called for each
 * exec that was completed. Returns NULL without memory.
 */
struct completer *completer_new(const struct decoder *decoder, int proc_fd,
				const struct env_selection *selection, completer_told *told,
				void *context);

/*
 * Take samples with LAYOUT (borrowed), of a probe that copies CHUNKS, for arguments, before /proc
 * is asked. Returns 0 or -ENOMEM.
 */
int completer_set_probe(struct completer *completer, const struct argv_layout *layout,
			unsigned int chunks) MUST_CHECK;

void completer_free(struct completer *completer);

/* Look at RECORD, of a ring with PERF_EVENT_SAMPLE_TYPE: any record, of which execs
 * and the probe's matter. */
void completer_look(struct completer *completer, const struct perf_event_header *record);

/*
 * All records that are in the rings were shown: ask /proc for execs that have waited for a round,
 * and let go of those whose samples were lost.
 */
void completer_end_round(struct completer *completer);

/* Whether samples of the probe may still come for an exec; for one of TID. */
bool completer_awaits_any(const struct completer *completer);
bool completer_awaits(const struct completer *completer, int32_t tid);

/* The exec of TID is not to wait any longer: ask /proc. */
void completer_give_up(struct completer *completer, int32_t tid);

#endif
