/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The origin of a capture: the recorder's command line and host (features, by
 * tools/perf/util/header.c of the kernel source), the first traced task (the record THREAD_MAP),
 * and the boot (a note, capture/notes/note.h). Of several the first one counts; malformed ones are
 * ignored.
 */
#ifndef PXT_CAPTURE_READ_ORIGIN_H
#define PXT_CAPTURE_READ_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct origin {
	char **command_line; /* ended by NULL; NULL: unknown */
	int32_t first_pid;   /* 0: the whole host, or unknown */
	char *hostname;      /* NULL: unknown, like the texts below */
	char *arch;          /* uname(2)'s machine */
	char *boot_id;
	char *recorder;  /* name and version; of perf, only its version */
	char *selection; /* the note of the recorder's options, any bytes */
	size_t selection_size;
	bool tells_statuses; /* exit statuses are in notes */
	bool tells_usage;    /* and what processes used */
	bool has_wall_offset;
	int64_t wall_offset_ns; /* CLOCK_REALTIME minus the clock of the events */
};

/*
 * Read the SIZE bytes at BYTES, the body of FEATURE (enum perf_file_feature). SWAP: it is in the
 * other byte order. Returns 0 or -ENOMEM.
 */
int origin_read_feature(struct origin *origin, uint64_t feature, const void *bytes, size_t size,
			bool swap) MUST_CHECK;

/* Read the boot id, a UUID of SIZE characters at TEXT. Returns 0 or -ENOMEM. */
int origin_read_boot_id(struct origin *origin, const void *text, size_t size) MUST_CHECK;

/* Copy the note of the recorder's options, SIZE bytes. Returns 0 or -ENOMEM. */
int origin_read_selection(struct origin *origin, const void *bytes, size_t size) MUST_CHECK;

/* Read the first pid from the body of THREAD_MAP. */
void origin_read_thread_map(struct origin *origin, const void *body, size_t size, bool swap);

void origin_done(struct origin *origin);

#endif
