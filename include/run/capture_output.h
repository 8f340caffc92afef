/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The output of a recording: a new file, or a stream.
 */
#ifndef PXT_RUN_CAPTURE_OUTPUT_H
#define PXT_RUN_CAPTURE_OUTPUT_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/error.h"

struct capture_output {
	const char *name; /* for messages, borrowed */
	int fd;
	bool stream; /* no file: nothing to seek in */
};

/*
 * Open PATH (borrowed), "-" being standard output. A file is made anew, for its owner's eyes only,
 * and one that is there is kept as PATH.old; a pipe or a device is taken as it is; a terminal is
 * refused. Returns 0 (close with capture_output_close()), or a negative errno with ERR filled.
 */
int capture_output_open(struct capture_output *output, const char *path,
			struct error *err) MUST_CHECK;

/* Returns 0 or a negative errno: a full disk or a quota may show as late as here. */
int capture_output_close(struct capture_output *output);

#endif
