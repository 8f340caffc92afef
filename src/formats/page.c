/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/page.h"

struct page page_on(FILE *out, bool color)
{
	if (!color)
		return (struct page){out, "", "", "", "", "", ""};
	return (struct page){
		.out = out,
		.bold = "\033[1m",
		.dim = "\033[2m",
		.added = "\033[32m",
		.removed = "\033[31m",
		.changed = "\033[33m",
		.end = "\033[0m",
	};
}
