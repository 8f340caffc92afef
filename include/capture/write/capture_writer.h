/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a capture: a perf.data file that can be read at every moment, or a stream (perf's pipe
 * mode).
 *
 * perf writes data.size and the features when it ends. It reads no tracepoints without them, so the
 * file of a perf that was killed is lost. This writer puts the bodies of the features before the
 * data. Only their table {offset, size}, which must lie at data.offset + data.size, has to be
 * written again: each commit appends it, then sets data.size to where it begins. Records that
 * follow go behind the table. Bytes that data.size once included are never overwritten, unless a
 * full disk leaves no other room at the close. The last record of the data is one that readers
 * skip:
 *
 *     struct perf_event_header   type 65 (HEADER_EVENT_TYPE, deprecated, ignored by perf), misc
 *                                0x7054, size: 80
 *     72 bytes                   0; perf 7.3 warns of shorter records of this type
 *     <- data.offset + data.size
 *     the table
 *
 * Once data.size includes what follows the table, that record's size includes the table, and not
 * before: perf maps no more than the data, and crashes if the last record goes beyond them while it
 * has events left to show.
 *
 * A reader that finds such a header at the end of the data knows that the recorder did not close
 * the file: whole records may follow the table, up to the end of the file. (Version 0.1.0 set
 * feature bit 0 for that, with the record's header in its entry of the table; perf 7.3 refuses
 * that.) The close writes the table without a header, and the bodies once more behind it, where
 * perf has them: Perfetto, which never seeks backwards, finds them there.
 */
#ifndef PXT_CAPTURE_WRITE_CAPTURE_WRITER_H
#define PXT_CAPTURE_WRITE_CAPTURE_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/compiler.h"
#include "capture/notes/kinds.h"
#include "capture/write/write_head.h"

struct capture_writer;

/*
 * Start a capture on FD (borrowed): an empty regular file, open for reading and writing; with
 * STREAM, anything that can be written to. DESCRIPTION and FEATURES are not kept. Returns 0 with
 * *WRITER (free with capture_writer_free()), or a negative errno.
 */
int capture_writer_new(int fd, bool stream, const struct capture_description *description,
		       const struct capture_features *features,
		       struct capture_writer **writer) MUST_CHECK;

void capture_writer_free(struct capture_writer *writer);

/*
 * Append whole records, which the COUNT PIECES contain together; PIECES is modified. Returns 0 or a
 * negative errno, after which only capture_writer_close() may be called.
 */
int capture_writer_append(struct capture_writer *writer, struct iovec *pieces,
			  int count) MUST_CHECK;

/*
 * Append the records of DRAFT, none if it has no items, and empty DRAFT in either case. Returns 0,
 * or a negative errno: DRAFT's or capture_note_make()'s with nothing written, or that of
 * capture_writer_append().
 */
int capture_writer_append_note(struct capture_writer *writer, struct note_draft *draft) MUST_CHECK;

/*
 * Make the records that were appended readable even if the process is killed. Returns 0 or a
 * negative errno.
 */
int capture_writer_commit(struct capture_writer *writer) MUST_CHECK;

/*
 * Close the capture. FIRST_NS and LAST_NS are the times of its first and last sample. After a
 * failed write it ends with the last whole record for which there is room. Returns 0; or a negative
 * errno, with the file readable as of the last commit.
 */
int capture_writer_close(struct capture_writer *writer, uint64_t first_ns,
			 uint64_t last_ns) MUST_CHECK;

/* Returns the size of the capture so far, bytes. */
uint64_t capture_writer_size(const struct capture_writer *writer);

#endif
