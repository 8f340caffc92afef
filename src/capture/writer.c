/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "write_all.h"

struct capture_writer {
	int fd;
	bool stream;
	uint64_t position;  /* behind the last whole record */
	uint64_t committed; /* where the last whole table begins, 0: there is none */
	struct perf_file_header header;
	struct perf_file_section table[1 + CAPTURE_FEATURES_MAX]; /* the entry of bit 0 first */
	size_t table_size;                                        /* bytes */
	uint64_t sample_time_offset;
	int error; /* of the first write that failed */
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
	writer->table_size = (features->count + 1) * sizeof(*writer->table);
	const struct perf_event_header record = {
		.type = PERF_FILE_RECORD_EVENT_TYPE,
		.size = (uint16_t)writer->table_size,
	};

	memcpy(&writer->table[0].offset, &record, sizeof(record));
	writer->header.features[0] = UINT64_C(1) << PERF_FILE_RESERVED;
	for (size_t i = 0; i < features->count; i++) {
		writer->header.features[0] |= UINT64_C(1) << features->list[i].bit;
		if (features->list[i].bit == PERF_FILE_SAMPLE_TIME)
			writer->sample_time_offset = writer->table[i + 1].offset;
	}
}

static int put_table(struct capture_writer *writer)
{
	int code = write_at(writer, writer->position, writer->table, writer->table_size);

	if (code < 0)
		return code;
	writer->committed = writer->position;
	writer->position += writer->table_size;
	return 0;
}

/* ---- starting ---- */

static int start_file(struct capture_writer *writer, const struct capture_description *description,
		      const struct capture_features *features)
{
	char *head;
	size_t size;
	int code = capture_file_head(description, features, &writer->header, writer->table + 1,
				     &head, &size);

	if (code < 0)
		return code;
	make_table(writer, features);
	memcpy(head, &writer->header, sizeof(writer->header));
	code = write_at(writer, 0, head, size);
	free(head);
	writer->position = size;
	return code == 0 ? put_table(writer) : code;
}

static int start_stream(struct capture_writer *writer,
			const struct capture_description *description,
			const struct capture_features *features)
{
	char *head;
	size_t size;
	int code = capture_pipe_head(description, features, &head, &size);

	if (code < 0)
		return code;
	code = write_at(writer, 0, head, size);
	free(head);
	writer->position = size;
	return code;
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
		free(made);
		return code;
	}
	*writer = made;
	return 0;
}

void capture_writer_free(struct capture_writer *writer)
{
	free(writer);
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

int capture_writer_append_note(struct capture_writer *writer, const struct capture_note *note)
{
	char *records;
	size_t size;
	int code = capture_note_make(note, &records, &size);

	if (code < 0)
		return code;
	struct iovec piece = {records, size};
	code = capture_writer_append(writer, &piece, 1);
	free(records);
	return code;
}

int capture_writer_commit(struct capture_writer *writer)
{
	if (writer->stream)
		return 0;
	writer->header.data.size = writer->position - writer->header.data.offset;
	writer->error = put_table(writer);
	if (writer->error == 0)
		writer->error = write_at(writer, 0, &writer->header, sizeof(writer->header));
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
		    record.size > end - writer->position)
			return 0;
		writer->position += record.size;
	}
}

static int close_file(struct capture_writer *writer, const uint64_t sample_time[2])
{
	const struct perf_file_section *table = writer->table + 1;
	size_t table_size = writer->table_size - sizeof(*table);
	int code = writer->error == 0 ? 0 : find_last_whole(writer);

	if (code == 0)
		code = write_at(writer, writer->position, table, table_size);
	if (code == 0)
		code = write_at(writer, writer->sample_time_offset, sample_time,
				2 * sizeof(*sample_time));
	if (code < 0)
		return code;
	writer->header.data.size = writer->position - writer->header.data.offset;
	writer->header.features[0] &= ~(UINT64_C(1) << PERF_FILE_RESERVED);
	code = write_at(writer, 0, &writer->header, sizeof(writer->header));
	writer->position += table_size;
	/* What a failed write left behind. */
	if (code == 0 && ftruncate(writer->fd, (off_t)writer->position) < 0)
		code = -errno;
	return code;
}

int capture_writer_close(struct capture_writer *writer, uint64_t first_ns, uint64_t last_ns)
{
	const uint64_t sample_time[2] = {first_ns, last_ns};

	return writer->stream ? 0 : close_file(writer, sample_time);
}
