/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/file_head.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/load.h"
#include "capture/perf_file.h"
#include "decode/format.h"
#include "perf/record.h"

/* Of an attribute, as much as any kernel has, and more: what follows is not known here. */
#define ATTR_MAX 256U

#define FEATURE_BITS 256U
/* simpleperf's own features begin here, where perf's can never come. */
#define FEATURE_SIMPLEPERF 128U

static bool has_feature(const struct file_head *head, unsigned int feature)
{
	return head->features[feature / 64] >> (feature % 64) & 1;
}

static struct perf_file_section native_section(const struct perf_file_section *raw, bool swap)
{
	return (struct perf_file_section){load64(&raw->offset, swap), load64(&raw->size, swap)};
}

static bool is_inside(const struct file_head *head, const struct perf_file_section *section)
{
	return section->offset <= head->file_size &&
	       section->size <= head->file_size - section->offset;
}

/* ---- the header ---- */

/*
 * The bits are an array of the recorder's longs: on a big-endian one their size decides where a bit
 * is. perf always sets HOSTNAME, which tells.
 */
static void load_features(struct file_head *head, const struct perf_file_header *raw)
{
	for (size_t i = 0; i < ARRAY_SIZE(head->features); i++)
		head->features[i] = load64(&raw->features[i], head->swap);
	if (!head->swap || has_feature(head, PERF_FILE_HOSTNAME))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(head->features); i++)
		head->features[i] = head->features[i] >> 32 | head->features[i] << 32;
}

static int check_dialect(const struct file_head *head, struct error *err)
{
	bool simpleperf = false;

	for (unsigned int i = FEATURE_SIMPLEPERF; i < FEATURE_BITS; i++)
		simpleperf |= has_feature(head, i);
	if (simpleperf) {
		error_set(err, -EOPNOTSUPP, "it is of simpleperf's dialect, not perf's");
		error_remedy(err, "a recording by perf itself");
		return -EOPNOTSUPP;
	}
	if (has_feature(head, PERF_FILE_DIR_FORMAT) && !input_has_more_parts(head->input)) {
		error_set(err, -EOPNOTSUPP,
			  "it is one file of several that perf record --threads made, and has no "
			  "events itself");
		error_remedy(err, "the directory that has data.0 beside it");
		return -EOPNOTSUPP;
	}
	return 0;
}

int file_head_parse(struct input *input, bool big_endian, struct file_head *head, struct error *err)
{
	struct perf_file_header raw;
	struct file_head parsed = {
		.input = input,
		.file_size = input_size(input),
		.swap = big_endian != machine_native().big_endian,
	};

	if (input_copy(input, 0, &raw, sizeof(raw)) < 0)
		return error_set(err, -EBADMSG, "it is cut short within its header");
	uint64_t size = load64(&raw.size, parsed.swap);
	if (size != sizeof(raw))
		return error_set(err, -EBADMSG, "its header claims %" PRIu64 " bytes, not %zu",
				 size, sizeof(raw));
	parsed.attr_size = load64(&raw.attr_size, parsed.swap);
	parsed.attrs = native_section(&raw.attrs, parsed.swap);
	parsed.data = native_section(&raw.data, parsed.swap);
	load_features(&parsed, &raw);
	*head = parsed;
	return check_dialect(head, err);
}

/* ---- events ---- */

static int fail_to_read(struct error *err, int code)
{
	if (code == -E2BIG)
		return error_set(err, -EBADMSG, "it tells of more events than there can be");
	return error_set(err, code, "cannot read it: %s", strerror(-code));
}

static int add_ids(const struct file_head *head, const struct perf_file_section *ids,
		   struct events *events, struct error *err)
{
	const unsigned char *bytes;
	size_t available;

	if (!is_inside(head, ids))
		return error_set(err, -EBADMSG, "it is cut short or damaged: no ids at %" PRIu64,
				 ids->offset);
	input_set_section(head->input, ids->offset, ids->offset + ids->size);
	for (;;) {
		int code = input_peek(head->input, sizeof(uint64_t), &bytes, &available);

		if (code < 0)
			return fail_to_read(err, code);
		if (available < sizeof(uint64_t))
			return 0;
		code = events_add_id(events, load64(bytes, head->swap));
		if (code < 0)
			return fail_to_read(err, code);
		input_skip(head->input, sizeof(uint64_t));
	}
}

/* The attribute at OFFSET, and the section of its ids. */
static int add_event(const struct file_head *head, uint64_t offset, struct events *events,
		     struct error *err)
{
	unsigned char attr[ATTR_MAX];
	struct perf_file_section raw;
	uint64_t size = head->attr_size - sizeof(raw);
	size_t used = size < sizeof(attr) ? (size_t)size : sizeof(attr);
	int code = input_copy(head->input, offset, attr, used);

	if (code == 0)
		code = input_copy(head->input, offset + size, &raw, sizeof(raw));
	if (code == 0)
		code = events_add(events, attr, used);
	if (code < 0)
		return fail_to_read(err, code);
	const struct perf_file_section ids = native_section(&raw, head->swap);
	return add_ids(head, &ids, events, err);
}

int file_head_read_events(const struct file_head *head, struct events *events, struct error *err)
{
	uint64_t size = head->attr_size;
	int code = 0;

	if (size < PERF_ATTR_SIZE_VER0 + sizeof(struct perf_file_section) ||
	    size > head->file_size || head->attrs.size / size == 0)
		return error_set(err, -EBADMSG,
				 "its header is damaged: %" PRIu64
				 " bytes of attributes of %" PRIu64,
				 head->attrs.size, size);
	if (!is_inside(head, &head->attrs))
		return error_set(err, -EBADMSG,
				 "it is cut short or damaged: no attributes at %" PRIu64,
				 head->attrs.offset);
	for (uint64_t at = 0; code == 0 && at + size <= head->attrs.size; at += size)
		code = add_event(head, head->attrs.offset + at, events, err);
	return code;
}

/* ---- features ---- */

size_t file_head_table_size(const struct file_head *head)
{
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(head->features); i++)
		count += (size_t)__builtin_popcountll(head->features[i]);
	return count * sizeof(struct perf_file_section);
}

/* The last record of the data is that before the table; a commit may have made it longer. */
static bool ends_with_table_record(const struct file_head *head)
{
	if (head->data.size < PERF_FILE_TABLE_RECORD_SIZE || !is_inside(head, &head->data))
		return false;
	unsigned char bytes[sizeof(struct perf_event_header)];
	uint64_t at = head->data.offset + head->data.size - PERF_FILE_TABLE_RECORD_SIZE;
	if (input_copy(head->input, at, bytes, sizeof(bytes)) < 0)
		return false;
	const struct perf_event_header found = record_header(bytes, head->swap);
	const struct perf_event_header alone = perf_file_table_record(0);
	const struct perf_event_header whole = perf_file_table_record(file_head_table_size(head));
	return memcmp(&found, &alone, sizeof(found)) == 0 ||
	       memcmp(&found, &whole, sizeof(found)) == 0;
}

bool file_head_is_unfinished(const struct file_head *head)
{
	return head->data.size == 0 || has_feature(head, PERF_FILE_RESERVED) ||
	       ends_with_table_record(head);
}

/*
 * Find the body of FEATURE. False where the file has none, or not all of it. A section for each bit
 * that is set follows the data, then their bodies.
 */
static bool find_feature(const struct file_head *head, unsigned int feature,
			 struct perf_file_section *section)
{
	struct perf_file_section table = {
		.offset = head->data.offset + head->data.size,
		.size = sizeof(*section),
	};

	/* A recorder that was killed has set the bits, but not the size of the data. */
	if (!has_feature(head, feature) || head->data.size == 0 || !is_inside(head, &head->data))
		return false;
	for (unsigned int i = 0; i < feature; i++)
		table.size += has_feature(head, i) ? sizeof(*section) : 0;
	struct perf_file_section raw;
	if (!is_inside(head, &table) ||
	    input_copy(head->input, table.offset + table.size - sizeof(raw), &raw, sizeof(raw)) < 0)
		return false;
	*section = native_section(&raw, head->swap);
	return is_inside(head, section);
}

uint64_t file_head_end(const struct file_head *head)
{
	uint64_t end = head->data.offset + head->data.size;
	struct perf_file_section section;

	for (unsigned int i = 0; i < FEATURE_BITS; i++) {
		if (!find_feature(head, i, &section))
			continue;
		end = section.offset + section.size > end ? section.offset + section.size : end;
	}
	return end;
}

int file_head_read_feature(const struct file_head *head, unsigned int feature,
			   unsigned char **bytes, size_t *size)
{
	struct perf_file_section section;

	if (!find_feature(head, feature, &section) || section.size > FILE_FEATURE_MAX)
		return -ENOENT;
	input_set_section(head->input, section.offset, section.offset + section.size);
	return input_payload(head->input, (size_t)section.size, bytes, size);
}

/* A string of a feature: u32 size, bytes padded with NUL. */
static bool take_string(struct cursor *cursor, char *string, size_t string_size)
{
	uint32_t size;

	if (!cursor_take32(cursor, &size))
		return false;
	const char *text = (const char *)cursor_take(cursor, size);
	if (!text)
		return false;
	snprintf(string, string_size, "%.*s", (int)(size < string_size ? size : string_size), text);
	return true;
}

/* EVENT_DESC: u32 count, u32 size of an attribute; each: attribute, u32 ids, name, the ids. */
static void name_events(struct cursor *cursor, struct events *events)
{
	uint32_t count, attr_size, ids;

	if (!cursor_take32(cursor, &count) || !cursor_take32(cursor, &attr_size))
		return;
	for (size_t i = 0; i < count && i < events->count; i++) {
		struct capture_event *event = events->list[i];

		if (!cursor_skip(cursor, attr_size, 1) || !cursor_take32(cursor, &ids) ||
		    !take_string(cursor, event->name, sizeof(event->name)) ||
		    !cursor_skip(cursor, ids, sizeof(uint64_t)))
			return;
	}
}

int file_head_name_events(const struct file_head *head, struct events *events)
{
	unsigned char *bytes;
	size_t size;
	int code = file_head_read_feature(head, PERF_FILE_EVENT_DESC, &bytes, &size);

	if (code < 0)
		return code == -ENOENT ? 0 : code;
	name_events(&(struct cursor){.at = bytes, .end = bytes + size, .swap = head->swap}, events);
	free(bytes);
	return 0;
}
