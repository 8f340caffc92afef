/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decoder turns records into events. Field offsets are resolved once, when it is made.
 */
#ifndef PXT_DECODE_DECODER_H
#define PXT_DECODE_DECODER_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/error.h"
#include "decode/format.h"
#include "decode/registers.h"
#include "decode/tracepoint.h"
#include "event/event.h"
#include "perf/record.h"
#include "perf/sample_extra.h"

struct decoder;

/*
 * FORMATS[i] is the format of tracepoint_types[i], or NULL where it is not traced; they are needed
 * only during the call. Returns 0 with *DECODER (free with decoder_free()), -EBADMSG where a format
 * lacks a field that an event needs, -ENOMEM; ERR says which.
 */
int decoder_new(const struct format *const formats[TRACEPOINT_COUNT], struct decoder **decoder,
		struct error *err) MUST_CHECK;

/* decoder_new() of COUNT other TYPES (borrowed), the first three of which are the shown ones. */
int decoder_new_of(const struct tracepoint_type *const types[], size_t count,
		   const struct format *const formats[], struct decoder **decoder,
		   struct error *err) MUST_CHECK;

void decoder_free(struct decoder *decoder);

/*
 * Samples of TRACEPOINT carry what LAYOUT says behind their raw data, with registers as of
 * REGISTERS (borrowed; NULL: not known). Without this nothing behind the raw data is looked at.
 */
void decoder_set_extra(struct decoder *decoder, enum tracepoint tracepoint,
		       const struct sample_extra_layout *layout, const struct registers *registers);

/* The call chains of exits are to be read by PATHS, borrowed. */
void decoder_set_exit_paths(struct decoder *decoder, const struct exit_paths *paths);

/* Decode what is told of births beside FORK, too: NEW_TASK and CHILD. */
void decoder_want_births(struct decoder *decoder);

/* Decode all that facts are made of, not only what the lines show. */
void decoder_want_facts(struct decoder *decoder);

/*
 * Decode RECORD into EVENT, which borrows its texts from RECORD.
 *
 * Returns 1; 0 where it is no event of ours; -EBADMSG where it is one but malformed (too short, a
 * text outside of it). EVENT means nothing then.
 */
int decoder_decode(const struct decoder *decoder, const struct record *record,
		   struct event *event) MUST_CHECK;

/* Fills STACK, borrowed from RECORD. Returns whether RECORD is a sample of an exec that has one. */
bool decoder_exec_stack(const struct decoder *decoder, const struct record *record,
			struct user_stack *stack);

#endif
