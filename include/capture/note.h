/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notes: records of our own recorder, for what the kernel's records do not carry. perf ignores
 * them, so that captures stay readable for it:
 *
 *     struct perf_event_header   type 65 (HEADER_EVENT_TYPE, deprecated, ignored by perf), misc
 *                                0x7078, size
 *     u32 magic                  0x45544f4e, "NOTE" in the recorder's byte order
 *     u16 kind                   enum capture_note_kind
 *     u16 flags                  bit 0: it goes on with the record before, bit 1: the next one
 *                                goes on with it
 *     u64 time_ns                by the clock of the samples
 *     i32 pid, tid
 *     u32 size                   bytes that follow
 *     u32 count                  its meaning depends on the kind
 *     bytes, then zeros up to a multiple of 8, and 80 at least (less until 0.1.0): perf 7.3
 *     warns of smaller ones
 *
 * A note that is too long for one record is split into parts, one behind the other, which differ
 * only in flags, size and bytes.
 */
#ifndef PXT_CAPTURE_NOTE_H
#define PXT_CAPTURE_NOTE_H

#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/compiler.h"

/* The longest note, in bytes. */
#define CAPTURE_NOTE_MAX (4U * 1024U * 1024U)

/* The time of a note that comes before all events, on any clock. */
#define CAPTURE_NOTE_FIRST_NS 1

enum capture_note_kind {
	CAPTURE_NOTE_ARGUMENTS = 1,      /* of an exec: `count` strings, each ended by a NUL */
	CAPTURE_NOTE_ENVIRONMENT = 2,    /* the same of its environment */
	CAPTURE_NOTE_BOOT_ID = 3,        /* /proc/sys/kernel/random/boot_id, without a newline */
	CAPTURE_NOTE_EXIT_PATHS = 4,     /* `count` strings: run/exit_notes.h */
	CAPTURE_NOTE_OLD_IDS = 5,        /* `count` strings: run/id_notes.h */
	CAPTURE_NOTE_SELECTION = 6,      /* `count` strings: run/selection.h */
	CAPTURE_NOTE_WALL_STEP = 7,      /* a string: run/wall_watch.h */
	CAPTURE_NOTE_COMMAND = 8,        /* COMMAND's pid, and when it was forked: run/id_notes.h */
	CAPTURE_NOTE_ROOT_CGROUP = 9,    /* empty: cgroups_root_is_proven() of host/cgroups.h */
	CAPTURE_NOTE_OLD_ARGUMENTS = 10, /* of `count` processes: run/program_notes.h */
};

struct capture_note {
	uint16_t kind;
	uint64_t time_ns;
	int32_t pid, tid;
	uint32_t count;
	uint32_t size; /* bytes */
	const void *bytes;
};

/*
 * Make the records of NOTE. They have to be written in one piece, in the round of the event that
 * the note belongs to; the replay sorts them by time. Returns 0 with *RECORDS (caller frees),
 * -E2BIG where NOTE is longer than CAPTURE_NOTE_MAX, -ENOMEM.
 */
int capture_note_make(const struct capture_note *note, char **records, size_t *size) MUST_CHECK;

/* A record of a note: all of it or a part. */
struct capture_note_part {
	struct capture_note note; /* borrowed; `size` is that of the part */
	bool continues, more;     /* parts come before it, and behind it */
};

/*
 * Parse the record at BYTES with HEADER (in native byte order). False where it is no note, or
 * malformed. SWAP: it is in the other byte order.
 */
bool capture_note_parse(const void *bytes, const struct perf_event_header *header, bool swap,
			struct capture_note_part *part);

/* A note that is being joined from its parts. All zero is empty. */
struct capture_note_joint {
	struct capture_note note;
	struct buffer bytes;
	bool open; /* the last part is missing */
};

/*
 * Add PART. Returns 1 with the whole NOTE, borrowed from PART or JOINT until the next call; 0 where
 * parts are missing; -EBADMSG where PART does not continue the parts before, or the note gets too
 * long; -ENOMEM.
 */
int capture_note_join(struct capture_note_joint *joint, const struct capture_note_part *part,
		      struct capture_note *note) MUST_CHECK;
void capture_note_joint_done(struct capture_note_joint *joint);

#endif
