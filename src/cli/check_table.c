/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check_table.h"

#include <stdbool.h>
#include <string.h>

#define WHAT_WIDTH 21
#define VERDICT_WIDTH 9
#define FOUND_AT (WHAT_WIDTH + VERDICT_WIDTH)

/* Narrower columns would have a word a line. */
#define COLUMN_MIN 20U

#define ADVICE_AT 2
#define ADVICE_TRY_AT 4

static unsigned int columns_from(unsigned int at, unsigned int width)
{
	return width > at + COLUMN_MIN ? width - at : COLUMN_MIN;
}

/* How much of TEXT goes on a line: up to a space or behind a slash, else all that fits. */
static size_t prose_length(const char *text, size_t columns)
{
	if (strlen(text) <= columns)
		return strlen(text);
	for (size_t end = columns; end > 0; end--) {
		if (text[end] == ' ' || text[end - 1] == '/')
			return end;
	}
	/* Not within a character. */
	while ((text[columns] & 0xc0) == 0x80 && columns > 1)
		columns--;
	return columns;
}

/* Up to a space, with room for " \"; a word stays whole. */
static size_t command_length(const char *text, size_t columns)
{
	if (strlen(text) <= columns)
		return strlen(text);
	for (size_t end = columns - 2; end > 0; end--) {
		if (text[end] == ' ')
			return end;
	}
	return strcspn(text, " ");
}

/* Print TEXT, whose first line begins in column AT, where the cursor is. */
static void put_text(FILE *out, unsigned int at, unsigned int width, const char *text,
		     bool is_command)
{
	const unsigned int columns = columns_from(at, width);

	for (;;) {
		size_t length =
			is_command ? command_length(text, columns) : prose_length(text, columns);

		fprintf(out, "%.*s", (int)length, text);
		text += length;
		text += *text == ' ';
		if (!*text)
			break;
		fprintf(out, "%s\n%*s", is_command ? " \\" : "", (int)at, "");
	}
	fputc('\n', out);
}

static void put_remedy(FILE *out, unsigned int width, const char *remedy)
{
	static const char label[] = "try: ";
	const size_t length = strlen(label) + strlen(remedy);
	unsigned int at = WHAT_WIDTH + VERDICT_WIDTH;

	if (at + length > width)
		at = WHAT_WIDTH + length <= width ? WHAT_WIDTH : ADVICE_AT;
	fprintf(out, "%*s%s", (int)at, "", label);
	put_text(out, at + (unsigned int)strlen(label), width, remedy, true);
}

static void put_tells(const struct source_type *source, char *text, size_t size)
{
	const char *tells[CHECK_TELLS_MAX];
	size_t used = strlen(text);

	if (source->of_command_only)
		used += (size_t)snprintf(text + used, size - used, ", for a COMMAND alone");
	check_tells(source, tells);
	for (size_t i = 0; tells[i] && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 i == 0 ? "; tells " : ", ", tells[i]);
}

void check_table_head(FILE *out)
{
	fprintf(out, "%-*s%-*s%s\n", WHAT_WIDTH, "WHAT", VERDICT_WIDTH, "VERDICT", "FOUND");
}

void check_table_row(FILE *out, unsigned int width, const struct check_row *row)
{
	static const char *const words[] = {"ok", "warn", "FAIL"};
	char found[sizeof(row->found.what) + 120];

	snprintf(found, sizeof(found), "%s", row->found.what);
	if (row->source && row->works)
		put_tells(row->source, found, sizeof(found));
	fprintf(out, "%-*s%-*s", WHAT_WIDTH, row->what, VERDICT_WIDTH, words[row->verdict]);
	put_text(out, FOUND_AT, width, found, false);
	if (row->found.remedy[0])
		put_remedy(out, width, row->found.remedy);
}

void check_table_advice(FILE *out, unsigned int width, const struct check_advice *advice)
{
	fputc('\n', out);
	put_text(out, 0, width, advice->sum, false);
	for (size_t i = 0; i < advice->count; i++) {
		char what[sizeof(advice->ways[i].what) + 1];

		snprintf(what, sizeof(what), "%s:", advice->ways[i].what);
		fprintf(out, "%*s", ADVICE_AT, "");
		put_text(out, ADVICE_AT, width, what, false);
		fprintf(out, "%*s", ADVICE_TRY_AT, "");
		put_text(out, ADVICE_TRY_AT, width, advice->ways[i].command, true);
	}
}
