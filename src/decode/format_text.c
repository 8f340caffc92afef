/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/format_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/*
 * The grammar, one rule a line, as kernel/trace/trace_events.c f_show() writes it:
 *
 *	name: IDENTIFIER
 *	ID: NUMBER
 *	format:
 *	<tab>field:[__data_loc |__rel_loc ]TYPE NAME[ARRAY];<tab>offset:N;<tab>size:N;<tab>signed:N;
 *	(empty, between the common fields and the event's own, and before print fmt)
 *	print fmt: anything
 */
#define NAME_MAX_LENGTH 128
#define DECLARATION_MAX_LENGTH 256
#define NUMBER_MAX 65535UL

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void skip(struct text *text, size_t length)
{
	text->bytes += length;
	text->length -= length;
}

/* Skip LITERAL; false, and TEXT as it was, where TEXT begins otherwise. */
static bool take(struct text *text, const char *literal)
{
	if (!text_begins(*text, literal))
		return false;
	skip(text, strlen(literal));
	return true;
}

/* In decimal: libtraceevent takes what begins with a zero for octal. */
static bool take_number(struct text *text)
{
	unsigned long value = 0;
	size_t digits = 0;

	while (digits < text->length && isdigit((unsigned char)text->bytes[digits])) {
		value = value * 10 + (unsigned long)(text->bytes[digits] - '0');
		if (value > NUMBER_MAX || (digits > 0 && text->bytes[0] == '0'))
			return false;
		digits++;
	}
	skip(text, digits);
	return digits > 0;
}

static bool is_identifier(struct text text)
{
	if (text.length == 0 || text.length > NAME_MAX_LENGTH ||
	    isdigit((unsigned char)*text.bytes))
		return false;
	for (size_t i = 0; i < text.length; i++) {
		if (!is_word(text.bytes[i]))
			return false;
	}
	return true;
}

/* Cut a trailing "[...]" off TEXT; false where it has none that makes sense. */
static bool cut_brackets(struct text *text)
{
	const char *open = memchr(text->bytes, '[', text->length);

	if (!open || text->bytes[text->length - 1] != ']')
		return false;
	for (const char *c = open + 1; c < text->bytes + text->length - 1; c++) {
		if (!is_word(*c) && !strchr(" +-*/()", *c))
			return false;
	}
	text->length = (size_t)(open - text->bytes);
	return true;
}

/* Cut the last word off TEXT, and the blanks before it; the empty word where there is none. */
static struct text cut_last_word(struct text *text)
{
	size_t start = text->length;

	while (start > 0 && is_word(text->bytes[start - 1]))
		start--;
	struct text word = {text->bytes + start, text->length - start};
	while (start > 0 && text->bytes[start - 1] == ' ')
		start--;
	text->length = start;
	return word;
}

/* Words that libtraceevent wants something behind: none of them is part of a type. */
static bool is_special(struct text word)
{
	static const char *const special[] = {"__data_loc", "__rel_loc", "__dynamic_array",
					      "__attribute__"};

	for (size_t i = 0; i < ARRAY_SIZE(special); i++) {
		if (word.length == strlen(special[i]) && text_begins(word, special[i]))
			return true;
	}
	return false;
}

/* Words, and stars behind them: "unsigned long", "const char *const *". */
static bool is_plain_type(struct text text)
{
	if (text.length == 0 || !is_word(text.bytes[0]))
		return false;
	while (text.length > 0) {
		if (text.bytes[text.length - 1] == '*' || text.bytes[text.length - 1] == ' ') {
			text.length--;
			continue;
		}
		struct text word = cut_last_word(&text);
		if (!is_identifier(word) || is_special(word))
			return false;
	}
	return true;
}

/*
 * Brackets go with "__data_loc TYPE[]" and "__rel_loc TYPE[]" alone, and __cpumask() of the kernel
 * (6.5 and newer) declares "__data_loc cpumask_t" without any.
 */
static bool is_type(struct text text)
{
	static const char *const prefixes[] = {"__data_loc ", "__rel_loc "};

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (!text_begins(text, prefixes[i]))
			continue;
		skip(&text, strlen(prefixes[i]));
		if (text.length > 0 && text.bytes[text.length - 1] == ']' && !cut_brackets(&text))
			return false;
		return is_plain_type(text);
	}
	return is_plain_type(text);
}

/* "TYPE NAME" or "TYPE NAME[LENGTH]". */
static bool is_declaration(struct text text)
{
	if (text.length == 0 || text.length > DECLARATION_MAX_LENGTH ||
	    memchr(text.bytes, '\0', text.length))
		return false;
	if (text.bytes[text.length - 1] == ']' && !cut_brackets(&text))
		return false;

	size_t before = text.length;
	struct text name = cut_last_word(&text);
	/* Something has to stand between the two: "char *name", "char name", not "char[]name". */
	bool apart = text.length + name.length < before ||
		     (text.length > 0 && text.bytes[text.length - 1] == '*');
	return apart && is_identifier(name) && is_type(text);
}

static bool is_field(struct text line)
{
	const char *end = memchr(line.bytes, ';', line.length);

	if (!end || !is_declaration((struct text){line.bytes, (size_t)(end - line.bytes)}))
		return false;
	skip(&line, (size_t)(end - line.bytes));
	if (!take(&line, ";\toffset:") || !take_number(&line) || !take(&line, ";\tsize:") ||
	    !take_number(&line))
		return false;
	/* Old kernels write none; libtraceevent then takes it as 0. */
	if (take(&line, ";\tsigned:") && !take(&line, "0") && !take(&line, "1"))
		return false;
	return take(&line, ";") && line.length == 0;
}

/* The parts of a format file that have been seen. */
struct lines_seen {
	enum { NOTHING, NAME, ID, FORMAT } last;
	unsigned int fields, empty_lines;
	size_t end; /* of what libtraceevent is to see, in bytes */
};

/*
 * Returns what is wrong with LINE, NULL where nothing is. The first empty line is how libtraceevent
 * tells the common fields from the event's own; nothing but print fmt may follow another one.
 */
static const char *check_line(struct lines_seen *seen, struct text line)
{
	if (take(&line, "name:")) {
		if (seen->last != NOTHING || !take(&line, " ") || !is_identifier(line))
			return "is no event name";
		seen->last = NAME;
	} else if (take(&line, "ID:")) {
		if (seen->last != NAME || !take(&line, " ") || !take_number(&line) ||
		    line.length > 0)
			return "is no event id";
		seen->last = ID;
	} else if (take(&line, "\tfield:")) {
		if (seen->last != FORMAT || seen->empty_lines > 1 || !is_field(line))
			return "is no field";
		seen->fields++;
	} else if (line.length == 0 && seen->fields > 0) {
		seen->empty_lines++;
	} else if (take(&line, "format:") && line.length == 0 && seen->last == ID) {
		seen->last = FORMAT;
	} else {
		return "is none that a format file has";
	}
	return NULL;
}

static int check_lines(struct lines_seen *seen, const char *text, size_t size, struct error *err)
{
	struct text rest = {text, size};

	for (unsigned int number = 1; rest.length > 0; number++) {
		const char *newline = memchr(rest.bytes, '\n', rest.length);
		size_t length = newline ? (size_t)(newline - rest.bytes) : rest.length;
		struct text line = {rest.bytes, length};

		/* Nothing after it matters: it may go on over several lines. */
		if (text_begins(line, "print fmt:"))
			break;
		const char *wrong = check_line(seen, line);
		if (wrong)
			return error_set(err, -EBADMSG, "line %u %s", number, wrong);
		if (seen->empty_lines < 2)
			seen->end = (size_t)(line.bytes - text) + length;
		skip(&rest, newline ? length + 1 : length);
	}
	if (seen->fields == 0)
		return error_set(err, -EBADMSG, "it ends before its first field");
	return 0;
}

int format_text_clean(const char *text, size_t length, char **clean, size_t *clean_length,
		      struct error *err)
{
	struct lines_seen seen = {0};
	char *made;

	if (length > FORMAT_TEXT_MAX)
		return error_set(err, -EBADMSG, "it is larger than %u bytes", FORMAT_TEXT_MAX);
	int code = check_lines(&seen, text, length, err);
	if (code < 0)
		return code;
	/* libtraceevent wants a print fmt; nothing here uses it. */
	int made_length = asprintf(&made, "%.*s\n\nprint fmt: \"\"\n", (int)seen.end, text);
	if (made_length < 0)
		return error_no_memory(err);
	*clean = made;
	*clean_length = (size_t)made_length;
	return 0;
}

bool format_text_next(const char **at, struct text *declaration)
{
	static const char key[] = "\tfield:";
	const char *field = strstr(*at, key);

	if (!field)
		return false;
	field += strlen(key);
	*declaration = (struct text){field, strcspn(field, ";")};
	*at = field + declaration->length;
	return true;
}
