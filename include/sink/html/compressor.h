/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes bytes as gzip (RFC 1952) in base64 (RFC 4648), in lines of 4096 characters.
 */
#ifndef PXT_SINK_HTML_COMPRESSOR_H
#define PXT_SINK_HTML_COMPRESSOR_H

#include <stddef.h>

#include "base/compiler.h"
#include "sink/out_buffer.h"

struct compressor;

/* Write to OUTPUT, borrowed. Returns NULL without memory. Free with compressor_free(). */
struct compressor *compressor_new(struct out_buffer *output);

/* Free COMPRESSOR, which may be NULL, without writing the rest. */
void compressor_free(struct compressor *compressor);

/* Write SIZE bytes; the last ones may wait for more. Returns 0 or a negative errno. */
int compressor_put(struct compressor *compressor, const void *bytes, size_t size) MUST_CHECK;

/* The same of STRING without its NUL. */
int compressor_put_string(struct compressor *compressor, const char *string) MUST_CHECK;

/* Write what waits, and the end. Nothing can be put after that. Returns 0 or a negative errno. */
int compressor_finish(struct compressor *compressor) MUST_CHECK;

#endif
