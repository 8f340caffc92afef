/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decodes records into events. Field offsets are resolved once, by decoder_new().
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
 * FORMATS[i] is the format of tracepoint_types[i], or NULL where it is not traced; borrowed for the
 * call. Returns 0 with *DECODER (free with decoder_free()), -EBADMSG where a format lacks a field
 * that an event needs, or -ENOMEM, with ERR filled.
 */
int decoder_new(const struct format *const formats[TRACEPOINT_COUNT], struct decoder **decoder,
		struct error *err) MUST_CHECK;

/* decoder_new() for COUNT other TYPES (borrowed), of which the first three are those of lines. */
int decoder_new_of(const struct tracepoint_type *const types[], size_t count,
		   const struct format *const formats[], struct decoder **decoder,
		   struct error *err) MUST_CHECK;

void decoder_free(struct decoder *decoder);

/*
 * Set the LAYOUT of the fields behind the raw data in samples of TRACEPOINT, and the machine's
 * REGISTERS (borrowed; NULL: unknown machine). Without a layout these fields are not decoded.
 */
void decoder_set_extra(struct decoder *decoder, enum tracepoint tracepoint,
		       const struct sample_extra_layout *layout, const struct registers *registers);

/* Set the exit PATHS (borrowed) that call chains of exits are compared with. */
void decoder_set_exit_paths(struct decoder *decoder, const struct exit_paths *paths);

/* Also decode NEW_TASK and CHILD events, which describe new tasks beside FORK. */
void decoder_want_births(struct decoder *decoder);

/* Also decode the events that only facts are made of. */
void decoder_want_facts(struct decoder *decoder);

/*
 * Decode RECORD into EVENT, which borrows its texts from RECORD.
 *
 * Returns 1; 0 where it is no event of ours; -EBADMSG where it is malformed (too short, a text
 * outside of it). EVENT is undefined then.
 */
int decoder_decode(const struct decoder *decoder, const struct record *record,
		   struct event *event) MUST_CHECK;

/* Fills STACK, borrowed from RECORD. Returns whether RECORD is a sample of an exec that has one. */
bool decoder_exec_stack(const struct decoder *decoder, const struct record *record,
			struct user_stack *stack);

#endif
