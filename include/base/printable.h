/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes any text into what may be shown to a user as one line of a terminal.
 */
#ifndef PXT_BASE_PRINTABLE_H
#define PXT_BASE_PRINTABLE_H

#include <stddef.h>

/*
 * Write TEXT to OUT, which has SIZE bytes (1 at least), cut where it does not fit; always ends in
 * NUL. As \xHH go control characters, bytes that are not UTF-8, and what utf8_is_harmful() or
 * utf8_is_invisible() names. A backslash stays as it is: nobody has to undo this.
 */
void printable(char *out, size_t size, const char *text);

#endif
