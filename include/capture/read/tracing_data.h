/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parses the tracing data of a capture: the recorder's format files and its machine. Layout:
 * tools/perf/util/trace-event-info.c of the kernel source, like the head of trace.dat.
 */
#ifndef PXT_CAPTURE_READ_TRACING_DATA_H
#define PXT_CAPTURE_READ_TRACING_DATA_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/text.h"
#include "decode/format.h"

struct tracing_event {
	struct text system;
	struct text name;   /* "" where the format has none */
	struct text format; /* the text of its format file */
	uint32_t id;        /* 0 where the format has none */
};

/* All texts are views of the parsed bytes. */
struct tracing_data {
	struct machine machine;
	struct tracing_event *events; /* those of ftrace itself have the system "ftrace" */
	size_t event_count;
};

/*
 * Parse the SIZE bytes at BYTES (borrowed, not trusted). Returns 0 with *DATA (free with
 * tracing_data_free()), -EBADMSG or -ENOMEM with ERR filled.
 */
int tracing_data_parse(const void *bytes, size_t size, struct tracing_data **data,
		       struct error *err) MUST_CHECK;
void tracing_data_free(struct tracing_data *data);

/*
 * Return SYSTEM's event called NAME, or the event with ID; NULL: none. A SYSTEM that ends in "*" is
 * the first that begins so and has the event.
 */
const struct tracing_event *tracing_data_find(const struct tracing_data *data, const char *system,
					      const char *name);
const struct tracing_event *tracing_data_find_id(const struct tracing_data *data, uint64_t id);

#endif
