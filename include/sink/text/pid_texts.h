/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps pids as digits, since most lines repeat pids of the lines before. Inline, as base/put.h.
 */
#ifndef PXT_SINK_TEXT_PID_TEXTS_H
#define PXT_SINK_TEXT_PID_TEXTS_H

#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/put.h"

#define PID_TEXTS 64U

/* All 0 at first. */
struct pid_texts {
	struct pid_text {
		int32_t pid;
		uint8_t length; /* 0: none is kept here */
		char digits[11];
	} slots[PID_TEXTS]; /* by the lowest bits of the pid */
};

/* Write PID to NUMBER_ROOM bytes. Returns the end. */
static ALWAYS_INLINE char *pid_put(char *out, struct pid_texts *texts, int32_t pid)
{
	struct pid_text *text = &texts->slots[(uint32_t)pid % PID_TEXTS];

	if (text->pid != pid || text->length == 0) {
		text->pid = pid;
		text->length = (uint8_t)(put_signed(text->digits, pid) - text->digits);
	}
	memcpy(out, text->digits, sizeof(text->digits));
	return out + text->length;
}

#endif
