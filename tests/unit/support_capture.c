/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support_capture.h"

#include <byteswap.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#define ATTR_SIZE 128U
#define HEADER_SIZE 104U
#define SAMPLE_ID_ALL_BIT 18U
#define FEATURE_HOSTNAME 3U

void bytes_put(struct bytes *bytes, const void *data, size_t size)
{
	if (bytes->size + size > bytes->capacity) {
		bytes->capacity = 2 * (bytes->size + size);
		bytes->data = realloc(bytes->data, bytes->capacity);
		assert_non_null(bytes->data);
	}
	if (size > 0)
		memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

void bytes_free(struct bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct bytes){0};
}

void builder_new(struct builder *builder, enum capture_kind kind, bool foreign)
{
	*builder = (struct builder){.kind = kind, .foreign = foreign};
}

void builder_free(struct builder *builder)
{
	bytes_free(&builder->attrs);
	bytes_free(&builder->ids);
	bytes_free(&builder->data);
}

void builder_put32(const struct builder *builder, struct bytes *bytes, uint32_t value)
{
	value = builder->foreign ? bswap_32(value) : value;
	bytes_put(bytes, &value, sizeof(value));
}

void builder_put64(const struct builder *builder, struct bytes *bytes, uint64_t value)
{
	value = builder->foreign ? bswap_64(value) : value;
	bytes_put(bytes, &value, sizeof(value));
}

/* ---- attributes ---- */

/* Bit fields start at the lowest bit of each byte, or at the highest of a big-endian machine's. */
static void put_flag(const struct builder *builder, unsigned char *flags, unsigned int flag)
{
	bool little = (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) != builder->foreign;

	flags[flag / 8] |= (unsigned char)(1U << (little ? flag % 8 : 7 - flag % 8));
}

static void put_attr(const struct builder *builder, struct bytes *bytes, uint32_t type,
		     uint64_t config)
{
	static const unsigned char zeros[ATTR_SIZE];
	unsigned char flags[8] = {0};
	size_t start = bytes->size;

	if (!builder->no_trailer)
		put_flag(builder, flags, SAMPLE_ID_ALL_BIT);
	builder_put32(builder, bytes, type);
	builder_put32(builder, bytes, ATTR_SIZE);
	builder_put64(builder, bytes, config);
	builder_put64(builder, bytes, 1);
	builder_put64(builder, bytes, builder->sample_type);
	builder_put64(builder, bytes, 0);
	bytes_put(bytes, flags, sizeof(flags));
	bytes_put(bytes, zeros, ATTR_SIZE - (bytes->size - start));
}

void builder_event(struct builder *builder, uint32_t type, uint64_t config, uint64_t sample_type,
		   const uint64_t *ids, size_t count)
{
	struct bytes body = {0};

	builder->sample_type = sample_type;
	if (builder->kind == CAPTURE_FILE) {
		put_attr(builder, &builder->attrs, type, config);
		/* Where the ids are, from the start of all ids for now. */
		builder_put64(builder, &builder->attrs, builder->ids.size);
		builder_put64(builder, &builder->attrs, count * sizeof(*ids));
		for (size_t i = 0; i < count; i++)
			builder_put64(builder, &builder->ids, ids[i]);
		return;
	}
	put_attr(builder, &body, type, config);
	for (size_t i = 0; i < count; i++)
		builder_put64(builder, &body, ids[i]);
	builder_record(builder, PERF_HEADER_ATTR, 0, &body);
	bytes_free(&body);
}

/* ---- records ---- */

void builder_record(struct builder *builder, uint32_t type, uint16_t misc, const struct bytes *body)
{
	uint16_t size = (uint16_t)(8 + body->size);

	assert_true(body->size <= UINT16_MAX - 8);
	builder_put32(builder, &builder->data, type);
	misc = builder->foreign ? bswap_16(misc) : misc;
	size = builder->foreign ? bswap_16(size) : size;
	bytes_put(&builder->data, &misc, sizeof(misc));
	bytes_put(&builder->data, &size, sizeof(size));
	bytes_put(&builder->data, body->data, body->size);
}

static void put_who_and_when(const struct builder *builder, struct bytes *bytes,
			     const struct sample *sample)
{
	if (builder->sample_type & PERF_SAMPLE_TID) {
		builder_put32(builder, bytes, (uint32_t)sample->pid);
		builder_put32(builder, bytes, (uint32_t)sample->tid);
	}
	if (builder->sample_type & PERF_SAMPLE_TIME)
		builder_put64(builder, bytes, sample->time_ns);
	if (builder->sample_type & PERF_SAMPLE_ID)
		builder_put64(builder, bytes, sample->id);
	if (builder->sample_type & PERF_SAMPLE_CPU) {
		builder_put32(builder, bytes, sample->cpu);
		builder_put32(builder, bytes, 0);
	}
}

void builder_sample(struct builder *builder, const struct sample *sample)
{
	struct bytes body = {0};

	if (builder->sample_type & PERF_SAMPLE_IDENTIFIER)
		builder_put64(builder, &body, sample->id);
	put_who_and_when(builder, &body, sample);
	if (builder->sample_type & PERF_SAMPLE_RAW) {
		builder_put32(builder, &body, sample->raw_size);
		bytes_put(&body, sample->raw, sample->raw_size);
	}
	builder_record(builder, PERF_RECORD_SAMPLE, 0, &body);
	bytes_free(&body);
}

void builder_at(struct builder *builder, uint64_t id, uint64_t time_ns)
{
	builder_sample(builder, &(struct sample){
					.id = id,
					.time_ns = time_ns,
					.raw = "four",
					.raw_size = 4,
				});
}

void builder_other(struct builder *builder, uint32_t type, uint16_t misc, struct bytes *body,
		   const struct sample *trailer)
{
	if (!builder->no_trailer) {
		put_who_and_when(builder, body, trailer);
		if (builder->sample_type & PERF_SAMPLE_IDENTIFIER)
			builder_put64(builder, body, trailer->id);
	}
	builder_record(builder, type, misc, body);
	bytes_free(body);
}

void builder_lost(struct builder *builder, const struct sample *trailer, uint64_t lost)
{
	struct bytes body = {0};

	builder_put64(builder, &body, trailer->id);
	builder_put64(builder, &body, lost);
	builder_other(builder, PERF_RECORD_LOST, 0, &body, trailer);
}

void builder_lost_samples(struct builder *builder, uint16_t misc, uint64_t id, uint64_t lost)
{
	struct bytes body = {0};

	builder_put64(builder, &body, lost);
	builder_other(builder, PERF_RECORD_LOST_SAMPLES, misc, &body, &(struct sample){.id = id});
}

void builder_comm(struct builder *builder, uint16_t misc, int32_t pid, int32_t tid,
		  const char *comm, const struct sample *trailer)
{
	static const char zeros[8];
	struct bytes body = {0};
	size_t length = strlen(comm);

	builder_put32(builder, &body, (uint32_t)pid);
	builder_put32(builder, &body, (uint32_t)tid);
	bytes_put(&body, comm, length);
	bytes_put(&body, zeros, 8 - length % 8);
	builder_other(builder, PERF_RECORD_COMM, misc, &body, trailer);
}

void builder_fork(struct builder *builder, int32_t pid, int32_t ppid, int32_t tid, int32_t ptid,
		  const struct sample *trailer)
{
	struct bytes body = {0};

	builder_put32(builder, &body, (uint32_t)pid);
	builder_put32(builder, &body, (uint32_t)ppid);
	builder_put32(builder, &body, (uint32_t)tid);
	builder_put32(builder, &body, (uint32_t)ptid);
	builder_put64(builder, &body, trailer->time_ns);
	builder_other(builder, PERF_RECORD_FORK, 0, &body, trailer);
}

void builder_round(struct builder *builder)
{
	builder_record(builder, PERF_FINISHED_ROUND, 0, &(struct bytes){0});
}

/* ---- compression ---- */

static void put_chunk(struct builder *builder, uint32_t type, const unsigned char *bytes,
		      size_t size)
{
	static const char zeros[8];
	struct bytes body = {0};

	if (type == PERF_COMPRESSED2)
		builder_put64(builder, &body, size);
	bytes_put(&body, bytes, size);
	if (type == PERF_COMPRESSED2)
		bytes_put(&body, zeros, (8 - size % 8) % 8);
	builder_record(builder, type, 0, &body);
	bytes_free(&body);
}

/* As perf does it: flushed, but the stream goes on. */
static size_t compress_stream(const struct bytes *plain, unsigned char *packed, size_t bound)
{
	ZSTD_CStream *stream = ZSTD_createCStream();
	ZSTD_inBuffer input = {.src = plain->data, .size = plain->size};
	ZSTD_outBuffer output = {.dst = packed, .size = bound};

	assert_non_null(stream);
	assert_int_equal(ZSTD_compressStream2(stream, &output, &input, ZSTD_e_flush), 0);
	assert_int_equal(input.pos, input.size);
	ZSTD_freeCStream(stream);
	return output.pos;
}

void builder_compress(struct builder *builder, size_t from, uint32_t type, size_t chunk)
{
	struct bytes plain = {0};

	bytes_put(&plain, builder->data.data + from, builder->data.size - from);
	builder->data.size = from;
	size_t bound = ZSTD_compressBound(plain.size);
	unsigned char *packed = malloc(bound);
	assert_non_null(packed);
	size_t size = compress_stream(&plain, packed, bound);
	for (size_t at = 0; at < size; at += chunk)
		put_chunk(builder, type, packed + at, size - at < chunk ? size - at : chunk);
	free(packed);
	bytes_free(&plain);
}

/* ---- the whole ---- */

static void put_section(const struct builder *builder, struct bytes *bytes, uint64_t offset,
			uint64_t size)
{
	builder_put64(builder, bytes, offset);
	builder_put64(builder, bytes, size);
}

static struct bytes finish_pipe(const struct builder *builder)
{
	struct bytes made = {0};

	builder_put64(builder, &made, UINT64_C(0x32454c4946524550));
	builder_put64(builder, &made, 16);
	bytes_put(&made, builder->data.data, builder->data.size);
	return made;
}

/* The ids' sections were written relative to their start. */
static void place_ids(const struct builder *builder, struct bytes *made, uint64_t ids_at)
{
	for (size_t at = HEADER_SIZE; at < HEADER_SIZE + builder->attrs.size;
	     at += ATTR_SIZE + 16) {
		struct bytes section = {0};
		uint64_t offset;

		memcpy(&offset, made->data + at + ATTR_SIZE, sizeof(offset));
		offset = builder->foreign ? bswap_64(offset) : offset;
		builder_put64(builder, &section, ids_at + offset);
		memcpy(made->data + at + ATTR_SIZE, section.data, section.size);
		bytes_free(&section);
	}
}

static struct bytes finish_file(const struct builder *builder)
{
	uint64_t ids_at = HEADER_SIZE + builder->attrs.size;
	uint64_t data_at = ids_at + builder->ids.size;
	struct bytes made = {0};

	builder_put64(builder, &made, UINT64_C(0x32454c4946524550));
	builder_put64(builder, &made, HEADER_SIZE);
	builder_put64(builder, &made, ATTR_SIZE + 16);
	put_section(builder, &made, HEADER_SIZE, builder->attrs.size);
	put_section(builder, &made, data_at, builder->data.size);
	put_section(builder, &made, 0, 0);
	builder_put64(builder, &made, 1U << FEATURE_HOSTNAME);
	for (int i = 0; i < 3; i++)
		builder_put64(builder, &made, 0);
	bytes_put(&made, builder->attrs.data, builder->attrs.size);
	place_ids(builder, &made, ids_at);
	bytes_put(&made, builder->ids.data, builder->ids.size);
	bytes_put(&made, builder->data.data, builder->data.size);
	put_section(builder, &made, made.size + 16, 8);
	builder_put32(builder, &made, 4);
	bytes_put(&made, "host", 4);
	return made;
}

struct bytes builder_finish(const struct builder *builder)
{
	return builder->kind == CAPTURE_FILE ? finish_file(builder) : finish_pipe(builder);
}

/* ---- descriptors ---- */

static int open_file(const struct bytes *bytes)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes->data, bytes->size), bytes->size);
	return fd;
}

static int open_pipe(const struct bytes *bytes)
{
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_true(fcntl(fds[1], F_SETPIPE_SZ, (int)bytes->size + 1) > 0);
	assert_int_equal(write(fds[1], bytes->data, bytes->size), bytes->size);
	close(fds[1]);
	return fds[0];
}

int open_bytes(const struct bytes *bytes, enum capture_kind kind)
{
	return kind == CAPTURE_STREAM ? open_pipe(bytes) : open_file(bytes);
}
