/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line for people: tracks its width, is cut to that of the terminal, and has colours if wanted.
 */
#ifndef PXT_SINK_TEXT_LINE_H
#define PXT_SINK_TEXT_LINE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/put.h"
#include "base/text.h"
#include "sink/sink.h"

/* Bytes for numbers, words and colours; texts come on top. */
#define LINE_ROOM 2048U

enum paint {
	PAINT_NONE,
	PAINT_DIM,
	PAINT_BOLD,
	PAINT_GREEN,
	PAINT_RED,
	PAINT_ALERT, /* black on yellow */
};

/* Members are line.c's, and here to be inlined; `at`, `width`, `columns` and `is_cut` may be read.
 */
struct line {
	struct out_buffer *buffer;
	unsigned int width; /* columns; 0: no limit */
	bool color;

	char *at;             /* where the next byte goes */
	unsigned int columns; /* used so far */
	unsigned int edge;    /* with fewer columns than this, nothing has to be cut */
	char *cut_at;         /* where to cut, so that a column is left for the mark */
	unsigned int cut_columns;
	bool is_cut;
	unsigned int tail; /* columns to leave behind the text that may lose its middle */
	char *middle_at;   /* where the text begins that may lose its middle; NULL: nowhere */
	unsigned int middle_columns;
	enum paint paint;
};

/* Begin a line for CONTEXT, with ROOM bytes beside LINE_ROOM. Returns 0 or a negative errno. */
int line_begin(struct line *line, const struct sink_context *context, size_t room) MUST_CHECK;

/*
 * Append the bytes that the caller wrote, escaped or quoted, from `line->at` to END. A line wider
 * than the terminal is cut between two characters and ends with "…"; everything after that is
 * dropped.
 */
void line_extend(struct line *line, char *end);

/* line_extend() that looks at each character. */
void line_extend_slowly(struct line *line, const char *end);

/* line_extend() where it is known how many COLUMNS that takes. */
static inline void line_append(struct line *line, char *end, size_t columns)
{
	columns += line->columns;
	if (columns >= line->edge) {
		line_extend_slowly(line, end);
		return;
	}
	line->at = line->cut_at = end;
	line->columns = line->cut_columns = (unsigned int)columns;
}

/* line_extend() for bytes that are ASCII. */
static inline void line_ascii(struct line *line, char *end)
{
	line_append(line, end, (size_t)(end - line->at));
}

/* Keep COLUMNS of the terminal free behind the next text between line_begin_middle() and its end.
 */
void line_leave(struct line *line, unsigned int columns);

/*
 * Text between these two, which has no colours, loses its middle rather than its end where the line
 * is wider than the terminal; "…" takes the place. Needs room for all of it.
 */
void line_begin_middle(struct line *line);
void line_end_middle(struct line *line);

/* Append STRING, one of the tool's own: it is not escaped. */
void line_string(struct line *line, const char *string);

/* The same of ASCII; the length of a literal is a constant. */
static ALWAYS_INLINE void line_words(struct line *line, const char *words)
{
	line_ascii(line, put_string(line->at, words));
}

/* Append the output of printf(3), not escaped, at most LINE_ROOM / 4 bytes. */
void line_printf(struct line *line, const char *format, ...) PRINTF_LIKE(2, 3);
void line_vprintf(struct line *line, const char *format, va_list args) PRINTF_LIKE(2, 0);

/* Append NUMBER in decimal. */
void line_signed(struct line *line, int64_t number);

/* Append TEXT, which is ASCII and not escaped, right-aligned in so many COLUMNS. */
void line_right(struct line *line, unsigned int columns, struct text text);

/*
 * Write COUNT spaces to OUT, and return their end. Mostly they are a few: 16 bytes are touched at
 * least, so that the compiler knows how many.
 */
static inline char *line_put_spaces(char *out, unsigned int count)
{
	memset(out, ' ', 16);
	if (count > 16)
		memset(out + 16, ' ', count - 16);
	return out + count;
}

/* Append TEXT escaped; it needs ESCAPE_GROWTH times its length of room. */
void line_text(struct line *line, struct text text);

/* Append TEXT escaped, between the two MARKS. */
void line_enclosed(struct line *line, const char marks[2], struct text text);

/* Append spaces until the line is COLUMNS wide. */
void line_pad(struct line *line, unsigned int columns);

/* Paint what follows so. */
void line_paint(struct line *line, enum paint paint);

/* End the line and commit it to the buffer. */
void line_end(struct line *line);

#endif
