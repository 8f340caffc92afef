/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes an event's record below its line (--raw): each field by its format, and a hex dump. Each
 * of these lines begins with a space, which no event's line does.
 */
#ifndef PXT_SINK_RAW_H
#define PXT_SINK_RAW_H

#include <stddef.h>

#include "base/compiler.h"
#include "decode/format.h"
#include "perf/record.h"
#include "sink/out_buffer.h"

struct raw;

/*
 * Write to BUFFER. It and the COUNT formats, of which any may be NULL, are borrowed. Returns NULL
 * without memory. Free with raw_free().
 */
struct raw *raw_new(struct out_buffer *buffer, const struct format *const formats[], size_t count);

void raw_free(struct raw *raw);

/* Write RECORD. Returns 0 or a negative errno. */
int raw_show(const struct raw *raw, const struct record *record) MUST_CHECK;

#endif
