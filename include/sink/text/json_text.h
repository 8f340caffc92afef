/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a JSON value: without loss, in valid UTF-8, and with nothing that drives a terminal.
 */
#ifndef PXT_SINK_TEXT_JSON_TEXT_H
#define PXT_SINK_TEXT_JSON_TEXT_H

#include <stddef.h>

#include "base/text.h"

/* The most that a text of LENGTH bytes takes: a control character among bytes that are not UTF-8,
 * \u001b and 1b; and what goes around that. */
#define JSON_TEXT_ROOM(length) (8U * (length) + 32U)

/* Write TEXT, which is UTF-8 (base/utf8.h), as a string in quotes to OUT and return the end. */
char *json_put_string(char *out, struct text text);

/*
 * The same for any TEXT. Where it is not UTF-8, an object: "hex" has all its bytes, two lower-case
 * digits each, "text" has U+FFFD in the place of each byte that belongs to no character. null for
 * NULL.
 */
char *json_put_text(char *out, struct text text);

#endif
