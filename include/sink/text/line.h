/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One line for a person: knows its width as it grows, is cut to that of the terminal, coloured
 * where that is wanted.
 */
#ifndef PXT_SINK_TEXT_LINE_H
#define PXT_SINK_TEXT_LINE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "sink/sink.h"

/* Beside its texts a line has room for this many bytes: numbers, words, colours. */
#define LINE_ROOM 2048U

enum paint {
	PAINT_NONE,
	PAINT_DIM,
	PAINT_BOLD,
	PAINT_GREEN,
	PAINT_RED,
	PAINT_ALERT, /* black on yellow */
};

/* Part of a sink; the members are line.c's. */
struct line {
	struct out_buffer *buffer;
	unsigned int width; /* columns; 0: no limit */
	bool color;

	char *at;             /* where the next byte goes */
	unsigned int columns; /* so far */
	char *cut_at;         /* the end of what leaves a column for the mark of a cut */
	unsigned int cut_columns;
	bool is_cut;
	enum paint paint;
};

/* Begin a line as CONTEXT wants them, with ROOM bytes beside LINE_ROOM. Returns 0 or a negative
 * errno of the buffer. */
int line_begin(struct line *line, const struct sink_context *context, size_t room) MUST_CHECK;

/*
 * Take in what the caller wrote, escaped or quoted, from `line->at` to END. A line that gets wider
 * than the terminal is cut between two characters, with a "…" at the cut; what follows is dropped.
 */
void line_extend(struct line *line, const char *end);

/* Append STRING, which is the tool's own. */
void line_string(struct line *line, const char *string);

/* Append what printf(3) makes of it, a quarter of LINE_ROOM at most, and all the tool's own. */
void line_printf(struct line *line, const char *format, ...) PRINTF_LIKE(2, 3);
void line_vprintf(struct line *line, const char *format, va_list args) PRINTF_LIKE(2, 0);

/* Append NUMBER in decimal. */
void line_unsigned(struct line *line, uint64_t number);
void line_signed(struct line *line, int64_t number);

/* Append STRING, the tool's own and ASCII, with spaces before it up to so many COLUMNS. */
void line_right(struct line *line, unsigned int columns, const char *string);

/* Append TEXT escaped; the line was given room for ESCAPE_GROWTH times its length. */
void line_text(struct line *line, struct text text);

/* Append TEXT escaped, the first of MARKS before and the second behind it. */
void line_enclosed(struct line *line, const char marks[2], struct text text);

/* Spaces until the line is COLUMNS wide. */
void line_pad(struct line *line, unsigned int columns);

/* What follows is painted so. */
void line_paint(struct line *line, enum paint paint);

/* The line is whole: give it to the buffer. */
void line_end(struct line *line);

#endif
