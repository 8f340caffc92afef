/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/notes/note.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/buffer.h"
#include "base/load.h"
#include "capture/perf_file.h"

#define NOTE_MISC 0x7078U
#define NOTE_MAGIC UINT32_C(0x45544f4e)
#define NOTE_ALIGNMENT 8U

/* perf 7.3 warns of smaller records of this type: a header, u64 and char[64] were in it once. */
#define NOTE_MIN 80U

#define FLAG_CONTINUES 1U
#define FLAG_MORE 2U

struct note_record {
	struct perf_event_header header;
	uint32_t magic;
	uint16_t kind, flags;
	uint64_t time_ns;
	int32_t pid, tid;
	uint32_t size, count;
};

/* As much as leaves the record's size a multiple of 8 that fits into 16 bits. */
#define PART_MAX (UINT16_MAX / NOTE_ALIGNMENT * NOTE_ALIGNMENT - sizeof(struct note_record))

/* ---- making ---- */

static size_t padding_of(size_t size)
{
	if (size < NOTE_MIN)
		return NOTE_MIN - size;
	return (NOTE_ALIGNMENT - size % NOTE_ALIGNMENT) % NOTE_ALIGNMENT;
}

static int put_part(struct buffer *records, const struct capture_note *note, uint32_t from,
		    uint32_t size)
{
	static const char zeros[NOTE_MIN];
	size_t padding = padding_of(sizeof(struct note_record) + size);
	unsigned int flags = 0;

	if (from > 0)
		flags |= FLAG_CONTINUES;
	if (from + size < note->size)
		flags |= FLAG_MORE;
	const struct note_record record = {
		.header = {.type = PERF_FILE_RECORD_EVENT_TYPE,
			   .misc = NOTE_MISC,
			   .size = (uint16_t)(sizeof(record) + size + padding)},
		.magic = NOTE_MAGIC,
		.kind = note->kind,
		.flags = (uint16_t)flags,
		.time_ns = note->time_ns,
		.pid = note->pid,
		.tid = note->tid,
		.size = size,
		.count = note->count,
	};
	int code = buffer_append(records, &record, sizeof(record));
	if (code == 0 && size > 0)
		code = buffer_append(records, (const char *)note->bytes + from, size);
	return code < 0 ? code : buffer_append(records, zeros, padding);
}

int capture_note_make(const struct capture_note *note, struct buffer *records)
{
	const size_t before = records->size;
	uint32_t from = 0;
	int code;

	if (note->size > CAPTURE_NOTE_MAX)
		return -E2BIG;
	do {
		uint32_t left = note->size - from;
		uint32_t part = left < PART_MAX ? left : (uint32_t)PART_MAX;

		code = put_part(records, note, from, part);
		from += part;
	} while (code == 0 && from < note->size);
	if (code < 0)
		records->size = before;
	return code;
}

/* ---- reading ---- */

static void make_native(struct note_record *record)
{
	record->magic = bswap_32(record->magic);
	record->kind = bswap_16(record->kind);
	record->flags = bswap_16(record->flags);
	record->time_ns = bswap_64(record->time_ns);
	record->pid = (int32_t)bswap_32((uint32_t)record->pid);
	record->tid = (int32_t)bswap_32((uint32_t)record->tid);
	record->size = bswap_32(record->size);
	record->count = bswap_32(record->count);
}

bool capture_note_parse(const void *bytes, const struct perf_event_header *header, bool swap,
			struct capture_note_part *part)
{
	struct note_record record;

	if (header->type != PERF_FILE_RECORD_EVENT_TYPE || header->misc != NOTE_MISC ||
	    header->size < sizeof(record))
		return false;
	memcpy(&record, bytes, sizeof(record));
	if (swap)
		make_native(&record);
	if (record.magic != NOTE_MAGIC || record.size > header->size - sizeof(record))
		return false;
	*part = (struct capture_note_part){
		.note = {.kind = record.kind,
			 .time_ns = record.time_ns,
			 .pid = record.pid,
			 .tid = record.tid,
			 .count = record.count,
			 .size = record.size,
			 .bytes = (const unsigned char *)bytes + sizeof(record)},
		.continues = (record.flags & FLAG_CONTINUES) != 0,
		.more = (record.flags & FLAG_MORE) != 0,
	};
	return true;
}

/* ---- joining ---- */

static bool are_of_one(const struct capture_note *a, const struct capture_note *b)
{
	return a->kind == b->kind && a->time_ns == b->time_ns && a->pid == b->pid &&
	       a->tid == b->tid && a->count == b->count;
}

int capture_note_join(struct capture_note_joint *joint, const struct capture_note_part *part,
		      struct capture_note *note)
{
	bool goes_on = joint->open && part->continues && are_of_one(&joint->note, &part->note);

	joint->open = false;
	if (!part->continues && !part->more) {
		*note = part->note;
		return 1;
	}
	if (part->continues && !goes_on)
		return -EBADMSG;
	if (!goes_on) {
		joint->note = part->note;
		joint->bytes.size = 0;
	}
	if (joint->bytes.size + part->note.size > CAPTURE_NOTE_MAX)
		return -EBADMSG;
	int code = buffer_append(&joint->bytes, part->note.bytes, part->note.size);
	if (code < 0)
		return code;
	joint->open = part->more;
	if (part->more)
		return 0;
	*note = joint->note;
	note->bytes = joint->bytes.bytes;
	note->size = (uint32_t)joint->bytes.size;
	return 1;
}

void capture_note_joint_done(struct capture_note_joint *joint)
{
	buffer_done(&joint->bytes);
	*joint = (struct capture_note_joint){0};
}
