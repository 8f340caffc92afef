/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "formats/style.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool style_wanted(FILE *out)
{
	const char *refused = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	return isatty(fileno(out)) && (!refused || !*refused) && terminal && *terminal &&
	       strcmp(terminal, "dumb") != 0;
}

struct style style_get(bool colour)
{
	if (!colour)
		return (struct style){"", "", "", "", "", ""};
	return (struct style){
		.bold = "\033[1m",
		.dim = "\033[2m",
		.added = "\033[32m",
		.removed = "\033[31m",
		.changed = "\033[33m",
		.end = "\033[0m",
	};
}
