/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Applies the notes of a capture that its events are decoded with: strings that the stack of an
 * exec lacks, and what call chains say of exits.
 */
#ifndef PXT_SOURCE_DECODE_NOTES_H
#define PXT_SOURCE_DECODE_NOTES_H

#include "base/compiler.h"
#include "decode/exit_paths.h"
#include "event/event.h"
#include "exec/argv_provider.h"

/*
 * Take NOTE, an EVENT_NOTE of any kind, into EXECS (argv_kept_new()) and PATHS; nothing of one that
 * is malformed. Returns 0 or -ENOMEM.
 */
int decode_notes_take(const struct event *note, struct argv_provider *execs,
		      struct exit_paths *paths) MUST_CHECK;

#endif
