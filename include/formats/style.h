/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Colours for people, nothing for pipes.
 */
#ifndef PXT_FORMATS_STYLE_H
#define PXT_FORMATS_STYLE_H

#include <stdbool.h>
#include <stdio.h>

/* The SGR sequences to print, all "" without colour. */
struct style {
	const char *bold, *dim, *added, *removed, *changed, *end;
};

/* Whether OUT is a terminal that shows colour and the user does not refuse it (no-color.org). */
bool style_wanted(FILE *out);

struct style style_get(bool colour);

#endif
