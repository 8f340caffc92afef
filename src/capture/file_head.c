/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/file_head.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "capture/perf_file.h"
#include "decode/format.h"

/* struct perf_file_header: magic, size, attr_size, three sections, 256 feature bits. */
#define HEADER_SIZE 104U
#define HEADER_SIZE_AT 8U
#define ATTR_SIZE_AT 16U
#define ATTRS_AT 24U
#define DATA_AT 40U
#define FEATURES_AT 72U

#define FEATURE_BITS 256U
/* simpleperf's own features begin here, where perf's can never come. */
#define FEATURE_SIMPLEPERF 128U

static bool has_feature(const struct file_head *head, unsigned int feature)
{
	return head->features[feature / 64] >> (feature % 64) & 1;
}

static struct file_section load_section(const struct file_head *head, uint64_t at)
{
	return (struct file_section){
		.offset = load64(head->map + at, head->swap),
		.size = load64(head->map + at + sizeof(uint64_t), head->swap),
	};
}

static bool is_inside(const struct file_head *head, const struct file_section *section)
{
	return section->offset <= head->map_size &&
	       section->size <= head->map_size - section->offset;
}

/* ---- the header ---- */

/*
 * The bits are an array of the recorder's longs: on a big-endian one their size decides where a bit
 * is. perf always sets HOSTNAME, which tells.
 */
static void load_features(struct file_head *head)
{
	for (size_t i = 0; i < ARRAY_SIZE(head->features); i++)
		head->features[i] = load64(head->map + FEATURES_AT + 8 * i, head->swap);
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
	if (has_feature(head, PERF_FILE_DIR_FORMAT)) {
		error_set(err, -EOPNOTSUPP,
			  "it is one file of a directory that perf record --threads made");
		error_remedy(err, "perf record without --threads");
		return -EOPNOTSUPP;
	}
	return 0;
}

int file_head_parse(const unsigned char *map, uint64_t map_size, bool big_endian,
		    struct file_head *head, struct error *err)
{
	struct file_head parsed = {
		.map = map,
		.map_size = map_size,
		.swap = big_endian != machine_native().big_endian,
	};

	if (map_size < HEADER_SIZE)
		return error_set(err, -EBADMSG, "it is cut short within its header");
	uint64_t size = load64(map + HEADER_SIZE_AT, parsed.swap);
	if (size != HEADER_SIZE)
		return error_set(err, -EBADMSG, "its header claims %" PRIu64 " bytes, not %u", size,
				 HEADER_SIZE);
	parsed.attr_size = load64(map + ATTR_SIZE_AT, parsed.swap);
	parsed.attrs = load_section(&parsed, ATTRS_AT);
	parsed.data = load_section(&parsed, DATA_AT);
	load_features(&parsed);
	*head = parsed;
	return check_dialect(head, err);
}

/* ---- events ---- */

static int add_ids(const struct file_head *head, const struct file_section *ids,
		   struct events *events, struct error *err)
{
	if (!is_inside(head, ids))
		return error_set(err, -EBADMSG, "it is cut short or damaged: no ids at %" PRIu64,
				 ids->offset);
	for (uint64_t at = 0; at + sizeof(uint64_t) <= ids->size; at += sizeof(uint64_t)) {
		uint64_t id = load64(head->map + ids->offset + at, head->swap);

		if (events_add_id(events, id) < 0)
			return error_set(err, -ENOMEM, "out of memory");
	}
	return 0;
}

int file_head_read_events(const struct file_head *head, struct events *events, struct error *err)
{
	uint64_t size = head->attr_size;

	if (size < PERF_ATTR_SIZE_VER0 + sizeof(struct file_section) || size > head->map_size ||
	    head->attrs.size / size == 0)
		return error_set(err, -EBADMSG,
				 "its header is damaged: %" PRIu64
				 " bytes of attributes of %" PRIu64,
				 head->attrs.size, size);
	if (!is_inside(head, &head->attrs))
		return error_set(err, -EBADMSG,
				 "it is cut short or damaged: no attributes at %" PRIu64,
				 head->attrs.offset);
	for (uint64_t at = 0; at + size <= head->attrs.size; at += size) {
		uint64_t attr = head->attrs.offset + at;
		uint64_t ids_at = attr + size - sizeof(struct file_section);
		struct file_section ids = load_section(head, ids_at);
		int code = events_add(events, head->map + attr, size - sizeof(ids));

		if (code < 0)
			return error_set(err, code, "out of memory");
		code = add_ids(head, &ids, events, err);
		if (code < 0)
			return code;
	}
	return 0;
}

/* ---- features ---- */

/* The last 8 bytes of the data are the header of a record whose body is the table. */
static bool ends_with_table_header(const struct file_head *head)
{
	size_t count = 0;

	if (head->data.size < sizeof(struct perf_event_header) || !is_inside(head, &head->data))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(head->features); i++)
		count += (size_t)__builtin_popcountll(head->features[i]);
	uint64_t at = head->data.offset + head->data.size - sizeof(struct perf_event_header);
	const struct perf_event_header found = record_header(head->map + at, head->swap);
	const struct perf_event_header table =
		perf_file_table_record(count * sizeof(struct file_section));
	return memcmp(&found, &table, sizeof(table)) == 0;
}

bool file_head_is_unfinished(const struct file_head *head)
{
	return head->data.size == 0 || has_feature(head, PERF_FILE_RESERVED) ||
	       ends_with_table_header(head);
}

/* They follow the data: a section for each bit that is set, then their bodies. */
bool file_head_feature(const struct file_head *head, unsigned int feature,
		       struct file_section *section)
{
	struct file_section table = {
		.offset = head->data.offset + head->data.size,
		.size = sizeof(*section),
	};

	/* A recorder that was killed has set the bits, but not the size of the data. */
	if (!has_feature(head, feature) || head->data.size == 0 || !is_inside(head, &head->data))
		return false;
	for (unsigned int i = 0; i < feature; i++)
		table.size += has_feature(head, i) ? sizeof(*section) : 0;
	if (!is_inside(head, &table))
		return false;
	*section = load_section(head, table.offset + table.size - sizeof(*section));
	return is_inside(head, section);
}

/* A string of a feature: u32 size, bytes padded with NUL. Moves *AT. */
static bool take_string(const struct file_head *head, uint64_t *at, uint64_t end, char *string,
			size_t string_size)
{
	if (end - *at < sizeof(uint32_t))
		return false;
	uint32_t size = load32(head->map + *at, head->swap);
	*at += sizeof(size);
	if (end - *at < size)
		return false;
	snprintf(string, string_size, "%.*s", (int)(size < string_size ? size : string_size),
		 (const char *)head->map + *at);
	*at += size;
	return true;
}

/* EVENT_DESC: u32 count, u32 size of an attribute; each: attribute, u32 ids, name, the ids. */
void file_head_name_events(const struct file_head *head, struct events *events)
{
	struct file_section section;

	if (!file_head_feature(head, PERF_FILE_EVENT_DESC, &section) ||
	    section.size < 2 * sizeof(uint32_t))
		return;
	uint64_t at = section.offset, end = section.offset + section.size;
	uint32_t count = load32(head->map + at, head->swap);
	uint32_t attr_size = load32(head->map + at + sizeof(count), head->swap);

	at += 2 * sizeof(uint32_t);
	for (size_t i = 0; i < count && i < events_count(events); i++) {
		struct capture_event *event = events_at(events, i);

		if (end - at < (uint64_t)attr_size + sizeof(uint32_t))
			return;
		at += attr_size;
		uint64_t ids = sizeof(uint64_t) * load32(head->map + at, head->swap);
		at += sizeof(uint32_t);
		if (!take_string(head, &at, end, event->name, sizeof(event->name)) ||
		    end - at < ids)
			return;
		at += ids;
	}
}
