/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How wide text is on a terminal, whatever the locale: wcwidth(3) knows nothing beyond ASCII in the
 * C locale, where the tool often runs.
 */
#ifndef PXT_SINK_COLUMNS_H
#define PXT_SINK_COLUMNS_H

#include <stddef.h>

#include "text.h"

/*
 * The columns that the character at the beginning of TEXT takes, and in *LENGTH its bytes, at least
 * one. TEXT is not empty, and escaped or quoted before. East Asian wide characters and emoji take
 * 2, combining ones 0; what is not known takes 1. In doubt more, so that lines never wrap.
 */
unsigned int columns_of_character(struct text text, size_t *length);

#endif
