/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page is the output that lists, layouts and differences are printed to, 80 columns wide.
 */
#ifndef PXT_FORMATS_PAGE_H
#define PXT_FORMATS_PAGE_H

#include <stdbool.h>
#include <stdio.h>

/* The strings are SGR sequences, all "" without colour. */
struct page {
	FILE *out;
	const char *bold, *dim, *added, *removed, *changed, *end;
};

#define PAGE_WIDTH 80

struct page page_on(FILE *out, bool color);

#endif
