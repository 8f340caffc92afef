/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the header, attributes and features of a perf.data file in file mode.
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
 * Read the header of the file INPUT. Returns 0, -EBADMSG where it is malformed or cut short,
 * -EOPNOTSUPP where it is of another dialect, with ERR filled.
 */
int file_head_parse(struct input *input, bool big_endian, struct file_head *head,
		    struct error *err) MUST_CHECK;

/*
 * Add the file's events and their ids to EVENTS. Returns 0, -EBADMSG, -ENOMEM, or -EINTR (the
 * input's WAKE_FD), with ERR filled. Moves the input.
 */
int file_head_read_events(const struct file_head *head, struct events *events,
			  struct error *err) MUST_CHECK;

/*
 * Returns whether the recorder, perf or ours, did not finish the file: records may then follow
 * behind the data, up to the end of the file.
 */
bool file_head_is_unfinished(const struct file_head *head);

/* Returns the size of the table of features, which follows the data, in bytes. */
size_t file_head_table_size(const struct file_head *head);

/* Returns the offset behind data and features. */
uint64_t file_head_end(const struct file_head *head);

/*
 * Read the body of FEATURE, FILE_FEATURE_MAX bytes at most. Returns 0 with *BYTES (caller frees)
 * and *SIZE; -ENOENT where the file has no such body; another negative errno. Moves the input.
 */
#define FILE_FEATURE_MAX (64U * 1024U * 1024U)
int file_head_read_feature(const struct file_head *head, unsigned int feature,
			   unsigned char **bytes, size_t *size) MUST_CHECK;

/*
 * Set the names of EVENTS, which are the file's. Returns 0, -ENOMEM or -EINTR. Moves the input.
 */
int file_head_name_events(const struct file_head *head, struct events *events) MUST_CHECK;

#endif
