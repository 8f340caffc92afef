/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check_table.h"

#include <string.h>

#define WHAT_WIDTH 21
#define FOUND_WIDTH 50

/* How much of TEXT goes on one line: up to a space or behind a slash, else all that fits. */
static int line_length(const char *text)
{
	int length = (int)strlen(text);

	if (length <= FOUND_WIDTH)
		return length;
	for (int end = FOUND_WIDTH; end > 0; end--) {
		if (text[end] == ' ' || text[end - 1] == '/')
			return end;
	}
	return FOUND_WIDTH;
}

static const char *after_line(const char *text, int length)
{
	text += length;
	return *text == ' ' ? text + 1 : text;
}

void check_table_head(FILE *out)
{
	fprintf(out, "%-*s%-*s  %s\n", WHAT_WIDTH, "WHAT", FOUND_WIDTH, "FOUND", "VERDICT");
}

void check_table_row(FILE *out, const char *what, int verdict, const struct error *found)
{
	static const char *const words[] = {"ok", "warn", "FAIL"};
	const char *text = found->what;
	int length = line_length(text);

	fprintf(out, "%-*s%-*.*s  %s\n", WHAT_WIDTH, what, FOUND_WIDTH, length, text,
		words[verdict]);
	for (text = after_line(text, length); *text; text = after_line(text, length)) {
		length = line_length(text);
		fprintf(out, "%*s%.*s\n", WHAT_WIDTH, "", length, text);
	}
	if (found->remedy[0])
		fprintf(out, "%*stry: %s\n", WHAT_WIDTH, "", found->remedy);
}
