/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes records of notes, and notes of records. A note is data of this recorder that the kernel's
 * records have no place for. perf skips the records:
 *
 *     struct perf_event_header   type 65 (HEADER_EVENT_TYPE, deprecated, ignored by perf), misc
 *                                0x7078, size
 *     u32 magic                  0x45544f4e, "NOTE" in the recorder's byte order
 *     u16 kind                   enum capture_note_kind (capture/notes/kinds.h)
 *     u16 flags                  bit 0: continues the record before, bit 1: is continued by the
 *                                next one
 *     u64 time_ns                by the clock of the samples
 *     i32 pid, tid
 *     u32 size                   bytes that follow
 *     u32 count                  of items
 *     bytes, then zeros up to a multiple of 8 and at least 80 (less up to 0.1.0): perf 7.3 warns of
 *     smaller records
 *
 * A note that is too long for one record has several parts, one behind the other, which differ only
 * in flags, size and bytes.
 */
#ifndef PXT_CAPTURE_NOTES_NOTE_H
#define PXT_CAPTURE_NOTES_NOTE_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/compiler.h"

/* The largest note, bytes. Longer ones are refused. */
#define CAPTURE_NOTE_MAX (4U * 1024U * 1024U)

/* The time of notes that come before all events, by any clock. */
#define CAPTURE_NOTE_FIRST_NS 1

struct capture_note {
	uint16_t kind;
	uint64_t time_ns;
	int32_t pid, tid;
	uint32_t count;
	uint32_t size; /* bytes */
	const void *bytes;
};

/*
 * Append the records of NOTE to RECORDS. They have to be written without others in between, and in
 * the same round as the event that NOTE belongs to: readers sort both by time. Returns 0; -E2BIG if
 * NOTE is longer than CAPTURE_NOTE_MAX, or -ENOMEM, with RECORDS unchanged.
 */
int capture_note_make(const struct capture_note *note, struct buffer *records) MUST_CHECK;

/* A note or a part of one. */
struct capture_note_part {
	struct capture_note note; /* borrowed; `size` is that of the part */
	bool continues, more;     /* it is not the first part; not the last one */
};

/*
 * Parse the record at BYTES, whose header in native byte order is HEADER. SWAP: BYTES are in the
 * other byte order. Returns false if it is malformed or not part of a note.
 */
bool capture_note_parse(const void *bytes, const struct perf_event_header *header, bool swap,
			struct capture_note_part *part);

/* The parts of a note that have come so far. All zero: none. */
struct capture_note_joint {
	struct capture_note note;
	struct buffer bytes;
	bool open; /* the last part has not come */
};

/*
 * Add PART. Returns 1 with the whole NOTE, borrowed from PART or JOINT until the next call; 0 if
 * parts are missing; -EBADMSG if PART continues nothing, or the note gets too long; -ENOMEM.
 */
int capture_note_join(struct capture_note_joint *joint, const struct capture_note_part *part,
		      struct capture_note *note) MUST_CHECK;
void capture_note_joint_done(struct capture_note_joint *joint);

#endif
