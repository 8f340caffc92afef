/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hand-made captures: perf.data files and pipes of either byte order, byte by byte.
 */
#ifndef PXT_TESTS_SUPPORT_CAPTURE_H
#define PXT_TESTS_SUPPORT_CAPTURE_H

#include "support.h"

#include "source/source.h"

/* What perf itself writes, tools/lib/perf/include/perf/event.h. */
enum {
	PERF_HEADER_ATTR = 64,
	PERF_EVENT_TYPE = 65,
	PERF_HEADER_TRACING_DATA = 66,
	PERF_FINISHED_ROUND = 68,
	PERF_ID_INDEX = 69,
	PERF_AUXTRACE = 71,
	PERF_EVENT_UPDATE = 78,
	PERF_COMPRESSED = 81,
	PERF_FINISHED_INIT = 82,
	PERF_COMPRESSED2 = 83,
};

struct bytes {
	unsigned char *data;
	size_t size, capacity;
};

void bytes_put(struct bytes *bytes, const void *data, size_t size);
void bytes_free(struct bytes *bytes);

enum capture_kind {
	CAPTURE_FILE,   /* file mode */
	CAPTURE_PIPE,   /* pipe mode, in a file */
	CAPTURE_STREAM, /* pipe mode, through a pipe */
	CAPTURE_KINDS
};

/* A capture that is being made. */
struct builder {
	enum capture_kind kind;
	bool foreign;         /* in the byte order that is not ours */
	uint64_t sample_type; /* of the records that follow */
	bool no_trailer;      /* they have none */
	struct bytes attrs, ids, data;
};

void builder_new(struct builder *builder, enum capture_kind kind, bool foreign);
void builder_free(struct builder *builder);

/* Add an event; its sample_type is that of the records to come, too. */
void builder_event(struct builder *builder, uint32_t type, uint64_t config, uint64_t sample_type,
		   const uint64_t *ids, size_t count);

/* Add numbers in the capture's byte order to BYTES. */
void builder_put32(const struct builder *builder, struct bytes *bytes, uint32_t value);
void builder_put64(const struct builder *builder, struct bytes *bytes, uint64_t value);

/* Append a record of TYPE with BODY as it is. */
void builder_record(struct builder *builder, uint32_t type, uint16_t misc,
		    const struct bytes *body);

/* Append a sample of id, time and so on as SAMPLE has them, as far as sample_type asks for them. */
void builder_sample(struct builder *builder, const struct sample *sample);

/* The same at TIME_NS with ID, everything else being of no interest. */
void builder_at(struct builder *builder, uint64_t id, uint64_t time_ns);

/* Append a record that ends in the trailer which sample_type asks for. Frees BODY. */
void builder_other(struct builder *builder, uint32_t type, uint16_t misc, struct bytes *body,
		   const struct sample *trailer);

void builder_lost(struct builder *builder, const struct sample *trailer, uint64_t lost);
void builder_lost_samples(struct builder *builder, uint16_t misc, uint64_t id, uint64_t lost);
void builder_comm(struct builder *builder, uint16_t misc, int32_t pid, int32_t tid,
		  const char *comm, const struct sample *trailer);
void builder_fork(struct builder *builder, int32_t pid, int32_t ppid, int32_t tid, int32_t ptid,
		  const struct sample *trailer);
void builder_round(struct builder *builder);

/* Replace the records from FROM on by the same, compressed, in records of up to CHUNK bytes. */
void builder_compress(struct builder *builder, size_t from, uint32_t type, size_t chunk);

/* The whole capture; the caller frees it. */
struct bytes builder_finish(const struct builder *builder);

/* A descriptor that BYTES are read from: a file, or the end of a pipe. */
int open_bytes(const struct bytes *bytes, enum capture_kind kind);

#endif
