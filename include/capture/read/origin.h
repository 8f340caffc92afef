/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The origin of a capture: the recorder's command line and host (features, by
 * tools/perf/util/header.c of the kernel source), the first task that it traced (the record
 * THREAD_MAP), and the boot (a note, capture/notes/note.h). The first of several counts; malformed
 * parts stay unknown.
 */
#ifndef PXT_CAPTURE_READ_ORIGIN_H
#define PXT_CAPTURE_READ_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct origin {
	char **command_line; /* ended by NULL; NULL: not known */
	int32_t first_pid;   /* 0: the whole host, or not known */
	char *hostname;      /* NULL: not known, and so below */
	char *arch;          /* uname(2)'s machine */
	char *boot_id;
	char *recorder;  /* its name and version; perf tells only its version */
	char *selection; /* the note of what it was asked for, any bytes */
	size_t selection_size;
	bool has_wall_offset;
	int64_t wall_offset_ns; /* what makes wall time (CLOCK_REALTIME) out of an event's */
};

/*
 * Take what is of use from the SIZE bytes at BYTES, the body of FEATURE (enum perf_file_feature).
 * SWAP: it is in the other byte order. 0 or -ENOMEM.
 */
int origin_read_feature(struct origin *origin, uint64_t feature, const void *bytes, size_t size,
			bool swap) MUST_CHECK;

/* Take the boot id, a UUID of SIZE characters at TEXT. 0 or -ENOMEM. */
int origin_read_boot_id(struct origin *origin, const void *text, size_t size) MUST_CHECK;

/* Take what the recorder was asked for, SIZE bytes. 0 or -ENOMEM. */
int origin_read_selection(struct origin *origin, const void *bytes, size_t size) MUST_CHECK;

/* Take the first pid from the body of THREAD_MAP: u64 count; each: u64 pid, char comm[16]. */
void origin_read_thread_map(struct origin *origin, const void *body, size_t size, bool swap);

void origin_done(struct origin *origin);

#endif
