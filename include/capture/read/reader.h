/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a capture from front to back: header, attributes and features, and the records, which go
 * into rounds. Nothing is trusted: where the capture is cut short or damaged, reading ends with a
 * message.
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
#include "capture/read/input.h"
#include "capture/read/losses.h"
#include "capture/read/origin.h"
#include "capture/read/recognise.h"
#include "capture/read/rounds.h"
#include "capture/read/tracing_data.h"

struct inflate;

struct reader {
	struct recognised kind;
	bool swap;
	struct block_pool pool;
	struct input *input;
	struct events *events;
	struct rounds *rounds;
	struct tracing_data *tracing; /* NULL: none, or none yet */
	unsigned char *tracing_bytes; /* the bytes that it is a view of */
	struct inflate *inflate;      /* of compressed.c; NULL: no compressed record so far */
	struct block *fed;            /* the block of compressed bytes that are left; NULL: none */
	uint64_t inflated;            /* bytes */
	struct losses losses;
	struct origin origin;
	struct capture_note_joint selection; /* the parts of its note so far */
	struct found_tasks tasks;
	size_t table_size; /* bytes of the table of features of a file */
	bool head_read;
	uint64_t
		heeded; /* types of the kernel's records that the reader itself reads, a bit each */
	bool wants_notes;   /* return them */
	uint64_t malformed; /* records that contradict their event's attributes */
	uint64_t follower;  /* the offset of another capture behind this one; 0: none */
	char cut[128];      /* what is missing, for the user; "": nothing */
	bool unfinished;    /* the recorder did not close the file; its end is no damage */
};

/*
 * Open the capture FD and read it up to the first record of the kernel's. Returns 0 (free with
 * reader_done()), -EINTR where WAKE_FD (-1: none) became readable meanwhile, or a negative errno
 * with ERR filled, as capture_open().
 */
int reader_open(struct reader *reader, int fd, int wake_fd, struct error *err) MUST_CHECK;
void reader_done(struct reader *reader);

/*
 * Read records until a round is complete. Returns 1 then; 0 at the end, with all records complete;
 * -EAGAIN to be called again, where more may come or it takes long; another negative errno.
 */
int reader_read_round(struct reader *reader) MUST_CHECK;

/* Set `cut`, unless it is set: the first finding is the cause of the others. */
void reader_note_cut(struct reader *reader, const char *format, ...) PRINTF_LIKE(2, 3);

/*
 * Read header, attributes and features of a perf.data file, and move the input to the records: for
 * reader_open(). Returns 0, or a negative errno with ERR filled.
 */
int reader_read_file_head(struct reader *reader, struct error *err) MUST_CHECK;

#endif
