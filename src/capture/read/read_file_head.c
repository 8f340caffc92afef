/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/error.h"
#include "capture/perf_file.h"
#include "capture/read/file_head.h"
#include "capture/read/input.h"
#include "capture/read/origin.h"
#include "capture/read/reader.h"
#include "capture/read/recognise.h"
#include "capture/read/tracing_data.h"

static int read_feature_tracing_data(struct reader *reader, const struct file_head *head)
{
	struct error ignored;
	size_t size;
	int code =
		file_head_read_feature(head, PERF_FILE_TRACING_DATA, &reader->tracing_bytes, &size);

	if (code == 0)
		code = tracing_data_parse(reader->tracing_bytes, size, &reader->tracing, &ignored);
	return code == -ENOENT || code == -EBADMSG ? 0 : code;
}

static int read_feature_of_origin(struct reader *reader, const struct file_head *head,
				  enum perf_file_feature feature)
{
	unsigned char *bytes;
	size_t size;
	int code = file_head_read_feature(head, feature, &bytes, &size);

	if (code < 0)
		return code == -ENOENT ? 0 : code;
	code = origin_read_feature(&reader->origin, feature, bytes, size, reader->swap);
	free(bytes);
	return code;
}

static int read_features(struct reader *reader, const struct file_head *head)
{
	static const enum perf_file_feature features[] = {PERF_FILE_HOSTNAME, PERF_FILE_VERSION,
							  PERF_FILE_ARCH, PERF_FILE_CMDLINE,
							  PERF_FILE_CLOCK_DATA};
	int code = read_feature_tracing_data(reader, head);

	for (size_t i = 0; code == 0 && i < ARRAY_SIZE(features); i++)
		code = read_feature_of_origin(reader, head, features[i]);
	return code == 0 ? file_head_name_events(head, reader->events) : code;
}

/* Look for another capture that somebody appended to the file. */
static void look_behind(struct reader *reader, const struct file_head *head)
{
	unsigned char magic[sizeof(uint64_t)];
	uint64_t end = file_head_end(head);

	if (input_copy(reader->input, end, magic, sizeof(magic)) == 0 &&
	    is_capture(magic, sizeof(magic)))
		reader->follower = end;
}

/* Go on where the records are. */
static void find_records(struct reader *reader, const struct file_head *head)
{
	uint64_t size = head->file_size;
	uint64_t offset = head->data.offset < size ? head->data.offset : size;
	uint64_t left = size - offset;

	reader->table_size = file_head_table_size(head);
	reader->unfinished = file_head_is_unfinished(head);
	if (reader->unfinished)
		reader_note_cut(reader, "its recorder did not finish it");
	else if (head->data.size > left)
		reader_note_cut(reader, "%" PRIu64 " of %" PRIu64 " bytes of records are missing",
				head->data.size - left, head->data.size);
	else
		left = head->data.size;
	input_set_section(reader->input, offset, offset + left);
}

int reader_read_file_head(struct reader *reader, struct error *err)
{
	struct file_head head;

	if (input_size(reader->input) == 0) {
		error_set(err, -ESPIPE,
			  "it is a perf.data file, which cannot come through a pipe: "
			  "its end is needed first");
		error_remedy(err, "give its name, or record with -o -");
		return -ESPIPE;
	}
	int code = file_head_parse(reader->input, reader->kind.big_endian, &head, err);
	if (code == 0)
		code = file_head_read_events(&head, reader->events, err);
	if (code < 0)
		return code;
	code = read_features(reader, &head);
	if (code < 0)
		return error_set(err, code, "cannot read it: %s", strerror(-code));
	look_behind(reader, &head);
	find_records(reader, &head);
	return 0;
}
