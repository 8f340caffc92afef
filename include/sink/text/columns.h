/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Measures the width of text on a terminal in any locale: in the C locale, in which the tool often
 * runs, wcwidth(3) knows ASCII only.
 */
#ifndef PXT_SINK_TEXT_COLUMNS_H
#define PXT_SINK_TEXT_COLUMNS_H

#include <stddef.h>

#include "base/text.h"

/*
 * The columns that the character at the beginning of TEXT takes, and in *LENGTH its bytes, at least
 * one. TEXT is not empty, and escaped or quoted before. East Asian wide characters and emoji take
 * 2, combining ones 0; what is not known takes 1. In doubt more, so that lines never wrap.
 */
unsigned int columns_of_character(struct text text, size_t *length);

#endif
