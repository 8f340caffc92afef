/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a capture from front to back: what is around the records, and the records themselves, which
 * it sorts into rounds. Nothing that it reads is trusted: where the file is cut short or damaged it
 * ends, and says so.
 */
#ifndef PXT_CAPTURE_READ_READER_H
#define PXT_CAPTURE_READ_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "capture/notes/note.h"
#include "capture/read/block.h"
#include "capture/read/events.h"
#include "capture/read/found_tasks.h"
#include "capture/read/inflate.h"
#include "capture/read/input.h"
#include "capture/read/losses.h"
#include "capture/read/origin.h"
#include "capture/read/recognise.h"
#include "capture/read/rounds.h"
#include "capture/read/tracing_data.h"

struct reader {
	struct recognised kind;
	bool swap;
	struct block_pool pool;
	struct input *input;
	struct events *events;
	struct rounds *rounds;
	struct tracing_data *tracing; /* NULL: it brings none, or none yet */
	unsigned char *tracing_bytes; /* that it is a view of */
	struct inflate *inflate;      /* NULL: nothing compressed so far */
	struct block *fed; /* what of it has not all been inflated is in there; NULL: nothing */
	uint64_t inflated; /* bytes */
	struct losses losses;
	struct origin origin;
	struct capture_note_joint selection; /* the note of it, while it comes in parts */
	struct found_tasks tasks;
	size_t table_size; /* bytes of the table of features of a file */
	bool head_read, seen_sample;
	bool wants_notes;   /* they are given out */
	uint64_t malformed; /* records that are not as their event's attributes say */
	uint64_t follower;  /* where another capture begins, 0: none was seen */
	char cut[128];      /* what is missing of it, "" where nothing is */
	bool unfinished;    /* its recorder did not close the file: it may be whole up to there */
};

/*
 * Open what FD holds and read its head, up to the first record of the kernel's. Returns 0 (free
 * with reader_done()), -EINTR where WAKE_FD (-1: none) became readable meanwhile, or a negative
 * errno with ERR filled, as capture_open() has them.
 */
int reader_open(struct reader *reader, int fd, int wake_fd, struct error *err) MUST_CHECK;
void reader_done(struct reader *reader);

/*
 * Take records in until a round is complete. Returns 1 then; 0 at the end, with all that is left
 * complete; -EAGAIN where more may come, or where it takes long: call again; another negative
 * errno.
 */
int reader_read_round(struct reader *reader) MUST_CHECK;

#endif
