/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what `execsnoop -q` prints, that of libbpf-tools and that of BCC:
 *
 *   PCOMM PID PPID RET "PATH" "ARGUMENT"...
 *
 * PCOMM is printed as it is, padded to 16 bytes, newlines included: it is taken by its size. The
 * rest has none: those of arguments are escaped.
 */
#ifndef PXT_SOURCE_EXECSNOOP_LINE_H
#define PXT_SOURCE_EXECSNOOP_LINE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/text.h"

struct execsnoop_line {
	int32_t pid, ppid;
	struct text comm; /* without the padding: blanks at its end are not told from that */
	struct text path; /* as it was asked for; NULL: not certain */
};

/*
 * Parse the first line of OUTPUT into LINE, which borrows from it. Returns its length with the
 * newline, 0 where it is not whole yet, -EBADMSG where it is none.
 */
ssize_t execsnoop_line_parse(struct text output, struct execsnoop_line *line) MUST_CHECK;

#endif
