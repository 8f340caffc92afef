/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a capture: a perf.data file that is whole at every moment, or a stream (perf's pipe mode).
 *
 * perf writes data.size and the features, without which it reads no tracepoints, when it ends: what
 * a killed perf leaves behind is lost. Here the bodies of the features come before the data, and
 * only their table {offset, size}, which must lie at data.offset + data.size, is written again and
 * again: at each commit it is appended, then data.size is made to end where it begins. Nothing that
 * data.size has once led to is written over (but when a full disk leaves no other room at the end);
 * what follows goes behind the table. So the last of the data is a record that readers pass over:
 *
 *     struct perf_event_header   type 65 (HEADER_EVENT_TYPE, deprecated, ignored by perf), misc
 *                                0x7054, size: 80
 *     72 bytes                   0; perf 7.3 warns where one of this type is shorter
 *     <- data.offset + data.size
 *     the table
 *
 * The size takes in the table as soon as data.size leads on, and no sooner: perf maps the data and
 * no more, and crashes over events that it has not shown yet where the last record goes beyond.
 *
 * Where data.size leads behind such a header the recorder did not get to its end, and whole records
 * may go on behind the table, up to the end of the file. (0.1.0 set feature bit 0 for that, with
 * the record's header in its entry of the table, which perf 7.3 refuses.) At the close the table is
 * written without a header, and the bodies once more behind it, where perf has them: readers that
 * never go back, as Perfetto's, find them there.
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
 * Start a capture on FD, which stays the caller's: an empty regular file open for reading and
 * writing, or with STREAM anything to write to. DESCRIPTION and FEATURES are needed only during the
 * call. Returns 0 with *WRITER (free with capture_writer_free()), or a negative errno.
 */
int capture_writer_new(int fd, bool stream, const struct capture_description *description,
		       const struct capture_features *features,
		       struct capture_writer **writer) MUST_CHECK;

void capture_writer_free(struct capture_writer *writer);

/*
 * Append whole records: the COUNT PIECES, which are changed. Returns 0 or a negative errno: then
 * only capture_writer_close() may follow.
 */
int capture_writer_append(struct capture_writer *writer, struct iovec *pieces,
			  int count) MUST_CHECK;

/*
 * Append the records of DRAFT, none where it has no items. It has none afterwards, and can get
 * others, whatever is returned: 0, or a negative errno, which is DRAFT's or capture_note_make()'s
 * with nothing written, or that of capture_writer_append().
 */
int capture_writer_append_note(struct capture_writer *writer, struct note_draft *draft) MUST_CHECK;

/* Let perf find all that was appended until now, whatever happens to us. 0 or a negative errno. */
int capture_writer_commit(struct capture_writer *writer) MUST_CHECK;

/*
 * End the capture; FIRST_NS and LAST_NS are the times of its first and last sample. After a failed
 * write it ends with the last whole record that there is room for. Returns 0; a negative errno
 * where it stays as it is, which is readable too.
 */
int capture_writer_close(struct capture_writer *writer, uint64_t first_ns,
			 uint64_t last_ns) MUST_CHECK;

/* Bytes written so far. */
uint64_t capture_writer_size(const struct capture_writer *writer);

#endif
