/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header, attribute and feature sections of a perf.data file in file mode.
 */
#ifndef PXT_CAPTURE_READ_FILE_HEAD_H
#define PXT_CAPTURE_READ_FILE_HEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "capture/perf_file.h"
#include "capture/read/events.h"
#include "capture/read/input.h"

struct file_head {
	struct input *input; /* of the whole file, borrowed */
	uint64_t file_size;  /* bytes */
	bool swap;
	uint64_t attr_size; /* of an attribute and the section of its ids */
	struct perf_file_section attrs, data;
	uint64_t features[4]; /* bits */
};

/*
 * Read the header of the file INPUT. Returns 0, -EBADMSG where it makes no sense or is cut short,
 * -EOPNOTSUPP where it is of another dialect; ERR says which.
 */
int file_head_parse(struct input *input, bool big_endian, struct file_head *head,
		    struct error *err) MUST_CHECK;

/*
 * Add the file's events and their ids to EVENTS. 0, -EBADMSG, -ENOMEM, -EINTR (the input's WAKE_FD)
 * with ERR filled. Moves the input.
 */
int file_head_read_events(const struct file_head *head, struct events *events,
			  struct error *err) MUST_CHECK;

/*
 * Returns whether its recorder, perf or ours, did not finish it: records may go on behind the data,
 * up to the end of the file.
 */
bool file_head_is_unfinished(const struct file_head *head);

/* Bytes of the table of features, which follows the data. */
size_t file_head_table_size(const struct file_head *head);

/* Where the body of FEATURE lies. False where the file has none, or no whole one. */
bool file_head_feature(const struct file_head *head, unsigned int feature,
		       struct perf_file_section *section);

/* The first byte behind all that the header tells of. */
uint64_t file_head_end(const struct file_head *head);

/*
 * Read the body of FEATURE, FILE_FEATURE_MAX bytes at most. 0 with *BYTES (the caller's, to be
 * freed) and *SIZE; -ENOENT where the file has no such body; another negative errno. Moves the
 * input.
 */
#define FILE_FEATURE_MAX (64U * 1024U * 1024U)
int file_head_read_feature(const struct file_head *head, unsigned int feature,
			   unsigned char **bytes, size_t *size) MUST_CHECK;

/*
 * Give the events of EVENTS, which are those of the file, the names that it knows. 0, -ENOMEM or
 * -EINTR. Moves the input.
 */
int file_head_name_events(const struct file_head *head, struct events *events) MUST_CHECK;

#endif
