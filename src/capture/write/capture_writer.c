/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/write/capture_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/write_all.h"
#include "capture/notes/note.h"
#include "capture/perf_file.h"

struct capture_writer {
	int fd;
	bool stream;
	uint64_t position;  /* behind the last whole record */
	uint64_t committed; /* offset of the last whole table's record; 0: none */
	struct perf_file_header header;
	struct perf_file_section table[CAPTURE_FEATURES_MAX];
	size_t table_size;  /* bytes */
	struct buffer head; /* its features' bodies begin at `bodies_at` */
	size_t bodies_at;
	size_t sample_time_at; /* in the head */
	int error;             /* of the first write that failed */
};

/* ---- bytes ---- */

static int write_pieces(const struct capture_writer *writer, uint64_t at, struct iovec *pieces,
			int count)
{
	return write_all(writer->fd, writer->stream ? WRITE_HERE : at, pieces, count);
}

static int write_at(const struct capture_writer *writer, uint64_t at, const void *bytes,
		    size_t size)
{
	/* An iovec has no pointer to const; nobody writes through this one. */
	struct iovec piece = {(void *)(uintptr_t)bytes, size};

	return write_pieces(writer, at, &piece, 1);
}

/* ---- the table of features ---- */

static void make_table(struct capture_writer *writer, const struct capture_features *features)
{
	writer->table_size = features->count * sizeof(*writer->table);
	for (size_t i = 0; i < features->count; i++) {
		writer->header.features[0] |= UINT64_C(1) << features->list[i].bit;
		if (features->list[i].bit == PERF_FILE_SAMPLE_TIME)
			writer->sample_time_at = (size_t)writer->table[i].offset;
	}
}

/* Include the last table in its record, so that records may follow. */
static int span_table(const struct capture_writer *writer)
{
	const struct perf_event_header record = perf_file_table_record(writer->table_size);

	if (writer->committed == 0)
		return 0;
	return write_at(writer, writer->committed, &record, sizeof(record));
}

/* Append the last record of the data, and the table behind it. */
static int put_table(struct capture_writer *writer)
{
	struct {
		struct perf_event_header header;
		char zeros[PERF_FILE_TABLE_RECORD_SIZE - sizeof(struct perf_event_header)];
	} record = {.header = perf_file_table_record(0)};
	struct iovec pieces[] = {
		{&record, sizeof(record)},
		{writer->table, writer->table_size},
	};
	int code = write_pieces(writer, writer->position, pieces, ARRAY_SIZE(pieces));

	if (code == 0)
		code = span_table(writer);
	if (code < 0)
		return code;
	writer->committed = writer->position;
	writer->position += sizeof(record) + writer->table_size;
	writer->header.data.size = writer->committed + sizeof(record) - writer->header.data.offset;
	return 0;
}

static int put_header(struct capture_writer *writer)
{
	return write_at(writer, 0, &writer->header, sizeof(writer->header));
}

/* ---- starting ---- */

/* Until the commit data.size is 0, as of a recorder that died while it started. */
static int start_file(struct capture_writer *writer, const struct capture_description *description,
		      const struct capture_features *features)
{
	int code = capture_file_head(description, features, &writer->header, writer->table,
				     &writer->head);

	if (code < 0)
		return code;
	writer->bodies_at = (size_t)writer->table[0].offset;
	make_table(writer, features);
	code = write_at(writer, 0, writer->head.bytes, writer->head.size);
	writer->position = writer->head.size;
	return code == 0 ? capture_writer_commit(writer) : code;
}

static int start_stream(struct capture_writer *writer,
			const struct capture_description *description,
			const struct capture_features *features)
{
	int code = capture_pipe_head(description, features, &writer->head);

	writer->position = writer->head.size;
	return code == 0 ? write_at(writer, 0, writer->head.bytes, writer->head.size) : code;
}

void capture_writer_free(struct capture_writer *writer)
{
	if (!writer)
		return;
	buffer_done(&writer->head);
	free(writer);
}

int capture_writer_new(int fd, bool stream, const struct capture_description *description,
		       const struct capture_features *features, struct capture_writer **writer)
{
	struct capture_writer *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	made->fd = fd;
	made->stream = stream;
	int code = stream ? start_stream(made, description, features)
			  : start_file(made, description, features);
	if (code < 0) {
		capture_writer_free(made);
		return code;
	}
	*writer = made;
	return 0;
}

/* ---- records ---- */

int capture_writer_append(struct capture_writer *writer, struct iovec *pieces, int count)
{
	uint64_t size = 0;

	for (int i = 0; i < count; i++)
		size += pieces[i].iov_len;
	writer->error = write_pieces(writer, writer->position, pieces, count);
	if (writer->error == 0)
		writer->position += size;
	return writer->error;
}

int capture_writer_append_note(struct capture_writer *writer, struct note_draft *draft)
{
	struct buffer records = {0};
	int code = draft->bytes.failed ? -ENOMEM : 0;

	draft->note.bytes = draft->bytes.bytes;
	draft->note.size = (uint32_t)draft->bytes.size;
	if (code == 0 && draft->note.count > 0)
		code = capture_note_make(&draft->note, &records);
	if (code == 0 && records.size > 0) {
		struct iovec piece = {records.bytes, records.size};

		code = capture_writer_append(writer, &piece, 1);
	}
	buffer_done(&records);
	buffer_done(&draft->bytes);
	draft->note.count = 0;
	return code;
}

int capture_writer_commit(struct capture_writer *writer)
{
	if (writer->stream)
		return 0;
	writer->error = put_table(writer);
	if (writer->error == 0)
		writer->error = put_header(writer);
	return writer->error;
}

uint64_t capture_writer_size(const struct capture_writer *writer)
{
	return writer->position;
}

/* ---- ending ---- */

/*
 * A write failed halfway. Make `position` the end of the last whole record that leaves room for the
 * table within what the file has got already: at the worst, it takes the place of the last one.
 */
static int find_last_whole(struct capture_writer *writer)
{
	/* That of a commit that failed: no records are behind it. */
	const struct perf_event_header torn = perf_file_table_record(0);
	struct perf_event_header record;
	struct stat file;

	if (fstat(writer->fd, &file) < 0)
		return -errno;
	uint64_t end = (uint64_t)file.st_size;
	if (writer->committed == 0 || end < writer->committed + writer->table_size)
		return -ENOSPC;
	if (end < writer->position + writer->table_size)
		writer->position = writer->committed;
	end -= writer->table_size;
	for (;;) {
		ssize_t got = pread(writer->fd, &record, sizeof(record), (off_t)writer->position);

		if (got != (ssize_t)sizeof(record) || record.size < sizeof(record) ||
		    record.size > end - writer->position ||
		    memcmp(&record, &torn, sizeof(torn)) == 0)
			return 0;
		writer->position += record.size;
	}
}

/* Append the table, and the bodies behind it, as perf does. */
static int put_features(struct capture_writer *writer)
{
	struct perf_file_section table[CAPTURE_FEATURES_MAX];
	uint64_t bodies_at = writer->position + writer->table_size;
	struct iovec pieces[] = {
		{table, writer->table_size},
		{writer->head.bytes + writer->bodies_at, writer->head.size - writer->bodies_at},
	};

	memcpy(table, writer->table, writer->table_size);
	for (size_t i = 0; i < writer->table_size / sizeof(*table); i++)
		table[i].offset += bodies_at - writer->bodies_at;
	int code = write_pieces(writer, writer->position, pieces, ARRAY_SIZE(pieces));
	if (code == 0)
		writer->position = bodies_at + writer->head.size - writer->bodies_at;
	return code;
}

/* Without room for the bodies: append a table of those in the head, and set the times there. */
static int put_features_again(struct capture_writer *writer)
{
	int code = span_table(writer);

	if (code == 0)
		code = find_last_whole(writer);
	if (code == 0)
		code = write_at(writer, writer->position, writer->table, writer->table_size);
	if (code == 0)
		code = write_at(writer, writer->sample_time_at,
				writer->head.bytes + writer->sample_time_at, sizeof(uint64_t[2]));
	if (code == 0) {
		writer->header.data.size = writer->position - writer->header.data.offset;
		writer->position += writer->table_size;
	}
	return code;
}

static int close_file(struct capture_writer *writer, const uint64_t sample_time[2])
{
	int code = writer->error;

	memcpy(writer->head.bytes + writer->sample_time_at, sample_time, sizeof(uint64_t[2]));
	if (code == 0) {
		writer->header.data.size = writer->position - writer->header.data.offset;
		code = put_features(writer);
	}
	if (code == 0)
		code = span_table(writer);
	if (code < 0)
		code = put_features_again(writer);
	if (code == 0)
		code = put_header(writer);
	/* Remove the rest of a failed write. */
	if (code == 0 && ftruncate(writer->fd, (off_t)writer->position) < 0)
		code = -errno;
	return code;
}

int capture_writer_close(struct capture_writer *writer, uint64_t first_ns, uint64_t last_ns)
{
	const uint64_t sample_time[2] = {first_ns, last_ns};

	return writer->stream ? 0 : close_file(writer, sample_time);
}
