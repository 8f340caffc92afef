/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The formats that a capture's events are decoded by: its own, those given, or this host's.
 */
#ifndef PXT_SOURCE_CAPTURE_FORMATS_H
#define PXT_SOURCE_CAPTURE_FORMATS_H

#include "base/compiler.h"
#include "base/error.h"
#include "capture/read/capture.h"
#include "decode/format.h"
#include "decode/tracepoint.h"
#include "source/request.h"

struct capture_formats {
	const struct request *request;            /* borrowed */
	struct capture *capture;                  /* borrowed */
	struct format *formats[TRACEPOINT_COUNT]; /* NULL: not recorded */
	struct error misread[TRACEPOINT_COUNT];   /* why a format is not understood, or "" */
	enum capture_recorded coverage[TRACEPOINT_COUNT];
};

/*
 * Read the formats of what was recorded, into FORMATS, which has `request` and `capture`. Returns
 * 0, or a negative errno with ERR filled: no event of the capture can be shown. Call
 * capture_formats_done() in either case.
 */
int capture_formats_read(struct capture_formats *formats, struct error *err) MUST_CHECK;

void capture_formats_done(struct capture_formats *formats);

/* Have the capture give out the events that have a format; notices tell which REQUEST misses. */
void capture_formats_select(const struct capture_formats *formats, const struct request *request);

#endif
