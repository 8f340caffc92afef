/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The width of text on a terminal, in any locale: wcwidth(3) knows only ASCII in the C locale.
 */
#ifndef PXT_SINK_TEXT_COLUMNS_H
#define PXT_SINK_TEXT_COLUMNS_H

#include <stddef.h>

#include "base/text.h"

/*
 * Returns the terminal columns of the first character of TEXT, and its bytes, at least one, in
 * *LENGTH. TEXT is not empty, and escaped or quoted. East Asian wide characters and emoji take 2,
 * combining ones 0, unknown ones 1. Errs on the wide side, so that lines never wrap.
 */
unsigned int columns_of_character(struct text text, size_t *length);

/* Returns the columns of all of TEXT, escaped or quoted. */
unsigned int columns_of_text(struct text text);

#endif
