/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/html/compressor.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A multiple of 3, so that only the last line is padded. */
#define LINE_BYTES 3072U
#define LINE_CHARACTERS (LINE_BYTES / 3 * 4)

/* zlib.h: 16 more than the largest window asks for gzip's header. */
#define GZIP_WINDOW (16 + MAX_WBITS)
#define DEFAULT_MEMORY 8

struct compressor {
	struct out_buffer *output;
	z_stream stream;
	unsigned char line[LINE_BYTES];
};

static voidpf allocate(voidpf context, uInt count, uInt size)
{
	(void)context;
	return calloc(count, size);
}

static void release(voidpf context, voidpf memory)
{
	(void)context;
	free(memory);
}

static void begin_line(struct compressor *compressor)
{
	compressor->stream.next_out = compressor->line;
	compressor->stream.avail_out = LINE_BYTES;
}

struct compressor *compressor_new(struct out_buffer *output)
{
	struct compressor *compressor = malloc(sizeof(*compressor));

	if (!compressor)
		return NULL;
	*compressor = (struct compressor){
		.output = output,
		.stream = {.zalloc = allocate, .zfree = release},
	};
	if (deflateInit2(&compressor->stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP_WINDOW,
			 DEFAULT_MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(compressor);
		return NULL;
	}
	begin_line(compressor);
	return compressor;
}

void compressor_free(struct compressor *compressor)
{
	if (!compressor)
		return;
	deflateEnd(&compressor->stream);
	free(compressor);
}

/* ---- base64 ---- */

/* The first COUNT bytes, 1 to 3, at FROM. */
static char *put_group(char *out, const unsigned char *from, size_t count)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint32_t second = count > 1 ? from[1] : 0, third = count > 2 ? from[2] : 0;
	const uint32_t bits = (uint32_t)from[0] << 16 | second << 8 | third;

	*out++ = digits[bits >> 18];
	*out++ = digits[bits >> 12 & 0x3f];
	*out++ = count > 1 ? digits[bits >> 6 & 0x3f] : '=';
	*out++ = count > 2 ? digits[bits & 0x3f] : '=';
	return out;
}

/* Write the first SIZE bytes of the line. */
static int put_line(struct compressor *compressor, size_t size)
{
	char *out = out_buffer_reserve(compressor->output, LINE_CHARACTERS + 1);

	if (!out)
		return out_buffer_error(compressor->output);
	for (size_t i = 0; i < size; i += 3)
		out = put_group(out, compressor->line + i, size - i < 3 ? size - i : 3);
	*out++ = '\n';
	out_buffer_commit(compressor->output, out);
	begin_line(compressor);
	return 0;
}

/* ---- bytes ---- */

/* Compress what is there. FLUSH is one of zlib's; with room left, deflate() fails for none. */
static int compress_all(struct compressor *compressor, int flush)
{
	z_stream *stream = &compressor->stream;
	int code = 0;

	do {
		deflate(stream, flush);
		if (stream->avail_out > 0)
			return 0;
		code = put_line(compressor, LINE_BYTES);
	} while (code == 0);
	return code;
}

int compressor_put(struct compressor *compressor, const void *bytes, size_t size)
{
	const unsigned char *from = bytes;
	int code = 0;

	while (size > 0 && code == 0) {
		const uInt part = size < UINT_MAX ? (uInt)size : UINT_MAX;

		compressor->stream.next_in = (z_const Bytef *)from;
		compressor->stream.avail_in = part;
		code = compress_all(compressor, Z_NO_FLUSH);
		from += part;
		size -= part;
	}
	return code;
}

int compressor_put_string(struct compressor *compressor, const char *string)
{
	return compressor_put(compressor, string, strlen(string));
}

int compressor_finish(struct compressor *compressor)
{
	int code = compress_all(compressor, Z_FINISH);

	return code < 0 ? code : put_line(compressor, LINE_BYTES - compressor->stream.avail_out);
}
