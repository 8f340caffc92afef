/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/line.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/load.h"
#include "base/put.h"
#include "sink/out_buffer.h"
#include "sink/text/columns.h"
#include "sink/text/escape.h"

/* Takes the place of what does not fit. */
#define CUT_MARK "…"

int line_begin(struct line *line, const struct sink_context *context, size_t room)
{
	char *at = out_buffer_reserve(context->output, LINE_ROOM + room);

	if (!at)
		return out_buffer_error(context->output);
	*line = (struct line){
		.buffer = context->output,
		.width = context->width,
		.color = context->color,
		.at = at,
		.edge = context->width > 0 ? context->width : UINT_MAX,
		.cut_at = at,
	};
	return 0;
}

static void set_cut(struct line *line)
{
	line->is_cut = true;
	line->edge = 0;
}

static void cut(struct line *line)
{
	line->at = line->cut_at;
	line->columns = line->cut_columns + 1;
	set_cut(line);
	memcpy(line->at, CUT_MARK, strlen(CUT_MARK));
	line->at += strlen(CUT_MARK);
}

static bool is_ascii(const char *from, const char *end)
{
	uint64_t all = 0;

	/* The last eight are looked at by themselves, whatever is looked at twice. */
	if (end - from >= (ptrdiff_t)sizeof(all)) {
		all = load64(end - sizeof(all), false);
		for (; end - from > (ptrdiff_t)sizeof(all); from += sizeof(all))
			all |= load64(from, false);
	} else {
		for (; from < end; from++)
			all |= (unsigned char)*from;
	}
	return (all & UINT64_C(0x8080808080808080)) == 0;
}

void line_extend_slowly(struct line *line, const char *end)
{
	size_t length;

	while (line->at < end && !line->is_cut) {
		struct text rest = {line->at, (size_t)(end - line->at)};
		unsigned int columns = columns_of_character(rest, &length);

		if (line->width > 0 && !line->middle_at && line->columns + columns > line->width) {
			cut(line);
			return;
		}
		line->at += length;
		line->columns += columns;
		if (line->columns < line->width) {
			line->cut_at = line->at;
			line->cut_columns = line->columns;
		}
	}
}

void line_extend(struct line *line, char *end)
{
	/* Nearly all that is shown is. */
	if (is_ascii(line->at, end))
		line_ascii(line, end);
	else
		line_extend_slowly(line, end);
}

/* Less than this on either side of the mark tells nobody anything. */
#define MIDDLE_COLUMNS_MIN 8U

void line_leave(struct line *line, unsigned int columns)
{
	line->tail = columns;
}

void line_begin_middle(struct line *line)
{
	bool has_room = line->width > line->columns + 2 * MIDDLE_COLUMNS_MIN + line->tail;

	if (!has_room || line->is_cut)
		return;
	line->middle_at = line->at;
	line->middle_columns = line->columns;
	line->edge = UINT_MAX;
}

static unsigned int columns_at(const char *at, const char *end, size_t *length)
{
	return columns_of_character((struct text){at, (size_t)(end - at)}, length);
}

/* Skip as many characters from FROM on as fit into ROOM columns; *TAKEN: how many they take. */
static char *skip_columns(char *from, const char *end, unsigned int room, unsigned int *taken)
{
	size_t length;

	*taken = 0;
	while (from < end && *taken + columns_at(from, end, &length) <= room) {
		*taken += columns_at(from, end, &length);
		from += length;
	}
	return from;
}

/* Cut out of the text from FROM to END, which is WIDE, so much that it takes ROOM with the mark. */
static char *cut_middle(char *from, const char *end, unsigned int wide, unsigned int room)
{
	unsigned int kept, columns;
	char *head = skip_columns(from, end, room / 2, &kept), *tail;
	size_t length;

	/* What combines with a character that is gone goes with it. */
	for (tail = head; tail < end; tail += length) {
		columns = columns_at(tail, end, &length);
		if (columns > 0 && wide <= room)
			break;
		wide -= columns;
	}
	memmove(head + strlen(CUT_MARK), tail, (size_t)(end - tail));
	memcpy(head, CUT_MARK, strlen(CUT_MARK));
	return head + strlen(CUT_MARK) + (end - tail);
}

void line_end_middle(struct line *line)
{
	const unsigned int edge = line->width - line->tail;
	char *from = line->middle_at;

	if (!from)
		return;
	line->middle_at = NULL;
	line->edge = line->width;
	if (line->columns < edge || (line->columns == edge && line->tail > 0))
		return;
	const unsigned int room = edge - line->middle_columns - 1;
	if (line->columns == line->width) {
		line->cut_at = skip_columns(from, line->at, room, &line->cut_columns);
		line->cut_columns += line->middle_columns;
		return;
	}
	line->at = cut_middle(from, line->at, line->columns - line->middle_columns, room);
	line->columns = edge;
	line->cut_at = line->at;
	line->cut_columns = edge;
	if (line->tail == 0)
		set_cut(line);
}

void line_string(struct line *line, const char *string)
{
	size_t length = strlen(string);

	memcpy(line->at, string, length);
	line_extend(line, line->at + length);
}

void line_signed(struct line *line, int64_t number)
{
	line_ascii(line, put_signed(line->at, number));
}

void line_vprintf(struct line *line, const char *format, va_list args)
{
	int length = vsnprintf(line->at, LINE_ROOM / 4, format, args);

	if (length > 0)
		line_extend(line, line->at + length);
}

void line_printf(struct line *line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	line_vprintf(line, format, args);
	va_end(args);
}

void line_text(struct line *line, struct text text)
{
	line_extend(line, escape_text_visibly(line->at, text));
}

void line_enclosed(struct line *line, const char marks[2], struct text text)
{
	char *out = escape_text_visibly(put_char(line->at, marks[0]), text);

	line_extend(line, put_char(out, marks[1]));
}

void line_pad(struct line *line, unsigned int columns)
{
	if (columns > line->columns && !line->is_cut)
		line_ascii(line, line_put_spaces(line->at, columns - line->columns));
}

void line_right(struct line *line, unsigned int columns, struct text text)
{
	unsigned int spaces = text.length < columns ? columns - (unsigned int)text.length : 0;

	line_ascii(line, put_bytes(line_put_spaces(line->at, spaces), text));
}

static void put_sequence(struct line *line, enum paint paint)
{
	static const char *const sequences[] = {
		[PAINT_NONE] = "\033[0m",   [PAINT_DIM] = "\033[2m",  [PAINT_BOLD] = "\033[1m",
		[PAINT_GREEN] = "\033[32m", [PAINT_RED] = "\033[31m", [PAINT_ALERT] = "\033[30;43m",
	};

	memcpy(line->at, sequences[paint], strlen(sequences[paint]));
	line->at += strlen(sequences[paint]);
}

void line_paint(struct line *line, enum paint paint)
{
	if (!line->color || line->is_cut || paint == line->paint)
		return;
	if (line->paint != PAINT_NONE)
		put_sequence(line, PAINT_NONE);
	if (paint != PAINT_NONE)
		put_sequence(line, paint);
	line->paint = paint;
}

void line_end(struct line *line)
{
	/* Of a line that is cut, the end of a paint may be among what is gone. */
	if (line->paint != PAINT_NONE || (line->is_cut && line->color))
		put_sequence(line, PAINT_NONE);
	*line->at++ = '\n';
	out_buffer_commit(line->buffer, line->at);
}
