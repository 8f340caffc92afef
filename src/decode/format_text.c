/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/format_text.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Old kernels write no `signed:`; libtraceevent and the decoder then take it as 0. */
struct declared {
	struct text declaration;
	unsigned long offset, size, is_signed;
};

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool starts_with(struct text text, const char *prefix)
{
	size_t length = strlen(prefix);

	return text.length >= length && memcmp(text.bytes, prefix, length) == 0;
}

static void skip(struct text *text, size_t length)
{
	text->bytes += length;
	text->length -= length;
}

static void skip_blanks(struct text *text)
{
	while (text->length > 0 && (text->bytes[0] == ' ' || text->bytes[0] == '\t'))
		skip(text, 1);
}

static bool take_number(struct text *text, unsigned long *number)
{
	unsigned long value = 0;
	size_t digits = 0;

	while (digits < text->length && isdigit((unsigned char)text->bytes[digits])) {
		value = value * 10 + (unsigned long)(text->bytes[digits] - '0');
		if (value > NUMBER_MAX)
			return false;
		digits++;
	}
	skip(text, digits);
	*number = value;
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
		if (word.length == strlen(special[i]) && starts_with(word, special[i]))
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
		if (!starts_with(text, prefixes[i]))
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

static bool take_attribute(struct text *line, const char *key, unsigned long *value)
{
	skip_blanks(line);
	if (!starts_with(*line, key))
		return false;
	skip(line, strlen(key));
	if (!take_number(line, value) || line->length == 0 || line->bytes[0] != ';')
		return false;
	skip(line, 1);
	return true;
}

static bool parse_field(struct text line, struct declared *field)
{
	const char *end = memchr(line.bytes, ';', line.length);

	if (!end)
		return false;
	field->declaration = (struct text){line.bytes, (size_t)(end - line.bytes)};
	skip(&line, field->declaration.length + 1);
	if (!is_declaration(field->declaration))
		return false;
	if (!take_attribute(&line, "offset:", &field->offset) ||
	    !take_attribute(&line, "size:", &field->size))
		return false;
	skip_blanks(&line);
	field->is_signed = 0;
	if (line.length > 0 && !take_attribute(&line, "signed:", &field->is_signed))
		return false;
	skip_blanks(&line);
	return line.length == 0 && field->is_signed <= 1;
}

/* What of a format file has been seen; a second `name:` or a field before `format:` is wrong. */
struct progress {
	FILE *out;
	bool name, id, format, common_end;
	unsigned int fields;
};

static const char *clean_name(struct progress *seen, struct text value)
{
	skip_blanks(&value);
	if (seen->name || seen->id || !is_identifier(value))
		return "is no event name";
	seen->name = true;
	fprintf(seen->out, "name: %.*s\n", (int)value.length, value.bytes);
	return NULL;
}

static const char *clean_id(struct progress *seen, struct text value)
{
	unsigned long id;

	skip_blanks(&value);
	if (!seen->name || seen->id || !take_number(&value, &id) || value.length > 0)
		return "is no event id";
	seen->id = true;
	fprintf(seen->out, "ID: %lu\nformat:\n", id);
	return NULL;
}

static const char *clean_field(struct progress *seen, struct text value)
{
	struct declared field;

	if (!seen->format || !parse_field(value, &field))
		return "is no field";
	seen->fields++;
	fprintf(seen->out, "\tfield:%.*s;\toffset:%lu;\tsize:%lu;\tsigned:%lu;\n",
		(int)field.declaration.length, field.declaration.bytes, field.offset, field.size,
		field.is_signed);
	return NULL;
}

/* The empty line after the common fields is how libtraceevent tells them from the event's own. */
static void clean_empty(struct progress *seen)
{
	if (seen->fields > 0 && !seen->common_end) {
		seen->common_end = true;
		fputc('\n', seen->out);
	}
}

/* Returns what is wrong with LINE, NULL where nothing is. */
static const char *clean_line(struct progress *seen, struct text line)
{
	struct text rest = line;

	if (starts_with(line, "name:")) {
		skip(&rest, strlen("name:"));
		return clean_name(seen, rest);
	}
	if (starts_with(line, "ID:")) {
		skip(&rest, strlen("ID:"));
		return clean_id(seen, rest);
	}
	skip_blanks(&rest);
	if (starts_with(rest, "field:")) {
		skip(&rest, strlen("field:"));
		return clean_field(seen, rest);
	}
	if (rest.length == 0) {
		clean_empty(seen);
		return NULL;
	}
	if (starts_with(line, "format:") && line.length == strlen("format:") && seen->id &&
	    !seen->format) {
		seen->format = true;
		return NULL;
	}
	return "is none that a format file has";
}

static int clean_lines(struct progress *seen, struct text text, struct error *err)
{
	for (unsigned int number = 1; text.length > 0; number++) {
		const char *end = memchr(text.bytes, '\n', text.length);
		size_t length = end ? (size_t)(end - text.bytes) : text.length;
		struct text line = {text.bytes, length};

		/* Nothing after it matters: it may go on over several lines. */
		if (starts_with(line, "print fmt:"))
			break;
		const char *wrong = clean_line(seen, line);
		if (wrong)
			return error_set(err, -EBADMSG, "line %u %s", number, wrong);
		skip(&text, end ? length + 1 : length);
	}
	if (!seen->format || seen->fields == 0)
		return error_set(err, -EBADMSG, "it ends before its first field");
	return 0;
}

int format_text_clean(const char *text, size_t length, char **clean, size_t *clean_length,
		      struct error *err)
{
	struct progress seen = {0};
	char *made = NULL;
	size_t made_length = 0;

	if (length > FORMAT_TEXT_MAX)
		return error_set(err, -EBADMSG, "it is larger than %u bytes", FORMAT_TEXT_MAX);
	seen.out = open_memstream(&made, &made_length);
	if (!seen.out)
		return error_no_memory(err);
	int code = clean_lines(&seen, (struct text){text, length}, err);
	/* libtraceevent wants one; nothing here uses it. */
	fprintf(seen.out, "\nprint fmt: \"\"\n");
	if (fclose(seen.out) != 0 && code == 0)
		code = error_no_memory(err);
	if (code < 0) {
		free(made);
		return code;
	}
	*clean = made;
	*clean_length = made_length;
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
