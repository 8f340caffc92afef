/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes any text safe to show as one line of a terminal.
 */
#ifndef PXT_BASE_PRINTABLE_H
#define PXT_BASE_PRINTABLE_H

#include <stddef.h>

/*
 * Write TEXT to OUT, which has SIZE bytes (1 at least), cut to fit and ended by a NUL. Control
 * characters, bytes that are not UTF-8, and characters that utf8_is_harmful() or
 * utf8_is_invisible() names become \xHH. A backslash stays as it is: nobody has to undo this.
 */
void printable(char *out, size_t size, const char *text);

#endif
