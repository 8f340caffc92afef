/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guards libtraceevent against format text that did not come from the running kernel.
 *
 * libtraceevent 1.7.1 crashes on malformed text, mostly in `print fmt`, which nothing here needs.
 * So each line is checked against what the kernel writes, and the text up to `print fmt` goes on.
 */
#ifndef PXT_DECODE_FORMAT_TEXT_H
#define PXT_DECODE_FORMAT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"
#include "base/text.h"

/* Format files without their print fmt were all seen to be under 4 KiB. */
#define FORMAT_TEXT_MAX (64U * 1024U)

/*
 * Check the LENGTH bytes at TEXT (a tracefs `format` file), and copy those before its `print fmt`,
 * with an empty one behind, to *CLEAN (caller frees, NUL-terminated, *CLEAN_LENGTH bytes without
 * the NUL).
 *
 * Returns 0, -ENOMEM, or -EBADMSG with ERR saying which line is wrong and why.
 */
int format_text_clean(const char *text, size_t length, char **clean, size_t *clean_length,
		      struct error *err) MUST_CHECK;

/*
 * View the next field's declaration, "char comm[16]". *AT is the start of a clean text at first,
 * and moves behind the declaration. False after the last one.
 */
bool format_text_next(const char **at, struct text *declaration) MUST_CHECK;

#endif
