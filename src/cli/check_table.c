/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check_table.h"

#include <stdarg.h>
#include <string.h>

#define WHAT_WIDTH 21
#define FOUND_WIDTH 50

static const char *const verdict_words[] = {
	[VERDICT_OK] = "ok",
	[VERDICT_WARN] = "warn",
	[VERDICT_FAIL] = "FAIL",
};

void check_row_set(struct check_row *row, enum verdict verdict, const char *fmt, ...)
{
	char found[sizeof(row->text.what)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(found, sizeof(found), fmt, args);
	va_end(args);
	row->verdict = verdict;
	error_set(&row->text, 0, "%s", found);
}

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

void check_table_row(FILE *out, const char *what, const struct check_row *row)
{
	const char *found = row->text.what;
	int length = line_length(found);

	fprintf(out, "%-*s%-*.*s  %s\n", WHAT_WIDTH, what, FOUND_WIDTH, length, found,
		verdict_words[row->verdict]);
	for (found = after_line(found, length); *found; found = after_line(found, length)) {
		length = line_length(found);
		fprintf(out, "%*s%.*s\n", WHAT_WIDTH, "", length, found);
	}
	if (row->text.remedy[0])
		fprintf(out, "%*stry: %s\n", WHAT_WIDTH, "", row->text.remedy);
}
