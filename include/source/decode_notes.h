/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Applies the notes of a capture that its events are decoded with: strings that the stack of an
 * exec lacks, exit statuses, and what call chains say of exits.
 */
#ifndef PXT_SOURCE_DECODE_NOTES_H
#define PXT_SOURCE_DECODE_NOTES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "decode/exit_paths.h"
#include "event/event.h"
#include "exec/argv_provider.h"
#include "exec/at_exec_kept.h"
#include "source/exit_statuses.h"

/* The parts that notes fill. Borrowed. */
struct decode_notes {
	struct argv_provider *execs;  /* argv_kept_new() */
	struct at_exec_kept *at_exec; /* NULL: not wanted */
	struct exit_paths *paths;
	struct exit_statuses *statuses;
	bool wants_usage; /* of exits, beside their statuses */
	uint64_t *statuses_lost;
};

/*
 * Take NOTE, an EVENT_NOTE of any kind, into NOTES; nothing of one that is malformed. Returns 0 or
 * -ENOMEM.
 */
int decode_notes_take(const struct event *note, const struct decode_notes *notes) MUST_CHECK;

#endif
