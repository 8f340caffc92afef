/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes values of an event as JSON. Each function returns the end of its output.
 */
#ifndef PXT_SINK_JSON_VALUES_H
#define PXT_SINK_JSON_VALUES_H

#include <stddef.h>
#include <stdint.h>

#include "base/string_list.h"
#include "event/facts.h"
#include "sink/ancestry_cache.h"
#include "sink/text/names.h"

/* An ancestry in JSON. */
extern const struct ancestry_format json_ancestry_format;

/* WORD is one of the tool's own: nothing of it is escaped. */
char *json_put_word(char *out, const char *word);

char *json_put_strings(char *out, struct string_list strings);

/* FLAGS as names; LAST is what was written last. */
char *json_put_clone_flags(char *out, struct clone_flags_text *last, uint64_t flags);

/* The sender of the signal in STATUS: its process, and its thread. */
char *json_put_killer(char *out, const struct exit_status *status);

char *json_put_handled(char *out, const struct handled_signal *handled);

char *json_put_usage(char *out, const struct usage *usage);

#endif
