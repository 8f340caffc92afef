/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes values of an event as the extended format has them: docs/extended.md. Each function
 * returns the end of its output.
 */
#ifndef PXT_SINK_EXTENDED_VALUES_H
#define PXT_SINK_EXTENDED_VALUES_H

#include "base/string_list.h"
#include "base/text.h"
#include "sink/ancestry_cache.h"

/* An ancestry in the extended format. */
extern const struct ancestry_format extended_ancestry_format;

/* A text that would look unknown is escaped. */
char *extended_put_text(char *out, struct text text);

/* Marks that stand between two of STRINGS are escaped within them. */
char *extended_put_strings(char *out, struct string_list strings);

#endif
