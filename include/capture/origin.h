/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a capture came to be, as far as it says: the recorder's command line (the feature CMDLINE)
 * and the first of the tasks that it was asked for (the record THREAD_MAP).
 */
#ifndef PXT_CAPTURE_ORIGIN_H
#define PXT_CAPTURE_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compiler.h"

struct origin {
	char **command_line; /* ended by NULL; NULL: not known */
	int32_t first_pid;   /* 0: the whole host, or not known */
};

/*
 * Take the command line from the SIZE bytes of the feature: u32 count; each: u32 size, a text
 * padded with NUL. What is malformed stays unknown. 0 or -ENOMEM.
 */
int origin_read_command_line(struct origin *origin, const void *bytes, size_t size,
			     bool swap) MUST_CHECK;

/* Take the first pid from the body of THREAD_MAP: u64 count; each: u64 pid, char comm[16]. */
void origin_read_thread_map(struct origin *origin, const void *body, size_t size, bool swap);

void origin_done(struct origin *origin);

#endif
