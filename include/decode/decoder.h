/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns records into events, by formats that were resolved beforehand.
 */
#ifndef PXT_DECODE_DECODER_H
#define PXT_DECODE_DECODER_H

#include "compiler.h"
#include "decode/format.h"
#include "error.h"
#include "event.h"
#include "source/record.h"

/* The tracepoints that are decoded, in the order of enum event_type. All are of system "sched". */
#define TRACEPOINT_COUNT 3
extern const char *const tracepoint_names[TRACEPOINT_COUNT];

struct decoder;

/*
 * FORMATS[i] is the format of tracepoint_names[i], or NULL where it is not traced; they are needed
 * only during the call. Returns 0 with *DECODER (free with decoder_free()), -EBADMSG where a format
 * lacks a field that an event needs, -ENOMEM; ERR says which.
 */
int decoder_new(const struct format *const formats[TRACEPOINT_COUNT], struct decoder **decoder,
		struct error *err) MUST_CHECK;

void decoder_free(struct decoder *decoder);

/*
 * Decode RECORD into EVENT, which borrows its texts from RECORD.
 *
 * Returns 1; 0 where it is no event of ours; -EBADMSG where it is one but malformed (too short, a
 * text outside of it). EVENT is untouched then.
 */
int decoder_decode(const struct decoder *decoder, const struct record *record,
		   struct event *event) MUST_CHECK;

#endif
