/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes any bytes as a JSON value: lossless, valid UTF-8, without terminal control characters.
 */
#ifndef PXT_SINK_TEXT_JSON_TEXT_H
#define PXT_SINK_TEXT_JSON_TEXT_H

#include <stddef.h>

#include "base/text.h"

/*
 * Bytes that a text of LENGTH bytes takes at most. The worst is a control character in a text that
 * is not UTF-8: 6 for \u001b and 2 for its hex digits.
 */
#define JSON_TEXT_ROOM(length) (8U * (length) + 32U)

/* Write TEXT, which is valid UTF-8, as a quoted string to OUT. Returns the end. */
char *json_put_string(char *out, struct text text);

/*
 * Write any TEXT to OUT: as a string if it is UTF-8, else as an object in which "hex" has all bytes
 * in lower-case hex and "text" has U+FFFD for each byte that is not UTF-8. null for NULL. Returns
 * the end.
 */
char *json_put_text(char *out, struct text text);

#endif
