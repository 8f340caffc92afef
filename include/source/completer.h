/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Completes from /proc what the stacks of execs miss, as soon as an exec is seen in its ring: the
 * process may be gone within a millisecond.
 */
#ifndef PXT_SOURCE_COMPLETER_H
#define PXT_SOURCE_COMPLETER_H

#include <linux/perf_event.h>
#include <stdint.h>

#include "base/compiler.h"
#include "decode/decoder.h"
#include "event/facts.h"
#include "exec/env_selection.h"

struct completer;

/*
 * Strings that /proc has for an exec, borrowed for the call. NULL: the dump was whole, or
 * /proc proved nothing.
 */
struct completion {
	uint64_t time_ns; /* of the exec */
	int32_t pid;      /* as our /proc has it */
	uint64_t pointer; /* the stack pointer that the exec left */
	const struct string_list *arguments;
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

void completer_free(struct completer *completer);

/* Look at RECORD, of a ring with PERF_EVENT_SAMPLE_TYPE: any record, of which execs matter. */
void completer_look(struct completer *completer, const struct perf_event_header *record);

#endif
