/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/quote.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/put.h"
#include "base/utf8.h"

/* Characters that no shell changes anywhere in a word. */
static const bool is_plain[UCHAR_MAX + 1] = {
	['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['_'] = true,
	['@'] = true,         ['%'] = true,         ['+'] = true,         ['='] = true,
	[':'] = true,         [','] = true,         ['.'] = true,         ['/'] = true,
	['-'] = true,
};

#define WORD(word)                     \
	{                              \
		word, sizeof(word) - 1 \
	}

/* Reserved words (POSIX.1-2024 XCU 2.4, and bash's) that consist of plain characters. */
static bool is_reserved(struct text word)
{
	static const struct text reserved[] = {
		WORD("case"), WORD("coproc"), WORD("do"),        WORD("done"),   WORD("elif"),
		WORD("else"), WORD("esac"),   WORD("fi"),        WORD("for"),    WORD("function"),
		WORD("if"),   WORD("in"),     WORD("namespace"), WORD("select"), WORD("then"),
		WORD("time"), WORD("until"),  WORD("while"),
	};

	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
		if (reserved[i].length == word.length && reserved[i].bytes[0] == word.bytes[0] &&
		    !memcmp(reserved[i].bytes, word.bytes, word.length))
			return true;
	}
	return false;
}

enum form {
	FORM_PLAIN,
	FORM_QUOTED,  /* '…' */
	FORM_ESCAPED, /* $'…' */
};

/*
 * The form that the character at FROM asks for; *LENGTH are its bytes. Beyond ASCII a shell may
 * take one for a blank, as the locale has it: quoted.
 */
static enum form form_of_character(const char *from, size_t available, size_t *length)
{
	const unsigned char *bytes = (const unsigned char *)from;
	uint32_t point;

	if (is_plain[*bytes]) {
		*length = 1;
		return FORM_PLAIN;
	}
	*length = utf8_next(bytes, available, &point);
	if (point == UTF8_BAD || utf8_is_harmful(point) || utf8_is_invisible(point)) {
		/* Byte by byte: the rest of its sequence is not UTF-8 by itself. */
		*length = 1;
		return FORM_ESCAPED;
	}
	return FORM_QUOTED;
}

/* Nearly all words are of these alone. */
static size_t count_plain(struct text word)
{
	size_t count = 0;

	while (count < word.length && is_plain[(unsigned char)word.bytes[count]])
		count++;
	return count;
}

static enum form form_of_word(struct text word, bool is_command)
{
	enum form form = FORM_PLAIN;
	size_t length;

	if (word.length == 0)
		return FORM_QUOTED;
	if (is_command && (memchr(word.bytes, '=', word.length) || is_reserved(word)))
		form = FORM_QUOTED;
	for (size_t i = count_plain(word); i < word.length; i += length) {
		enum form asked = form_of_character(word.bytes + i, word.length - i, &length);

		if (asked > form)
			form = asked;
	}
	return form;
}

static char *put_plain(char *out, struct text word)
{
	memcpy(out, word.bytes, word.length);
	return out + word.length;
}

static char *put_quoted(char *out, struct text word)
{
	*out++ = '\'';
	for (size_t i = 0; i < word.length; i++) {
		if (word.bytes[i] == '\'') {
			memcpy(out, "'\\''", 4);
			out += 4;
		} else {
			*out++ = word.bytes[i];
		}
	}
	*out++ = '\'';
	return out;
}

static char *put_octal(char *out, unsigned char c)
{
	*out++ = '\\';
	*out++ = (char)('0' + (c >> 6));
	*out++ = (char)('0' + (c >> 3 & 7));
	*out++ = (char)('0' + (c & 7));
	return out;
}

/* ! is escaped: interactive shells look for history in what they do not know to be quoted. */
static char *put_escape(char *out, unsigned char c)
{
	static const char letters[UCHAR_MAX + 1] = {
		['\n'] = 'n', ['\t'] = 't', ['\r'] = 'r', ['\''] = '\'', ['\\'] = '\\',
	};

	if (!letters[c])
		return put_octal(out, c);
	*out++ = '\\';
	*out++ = letters[c];
	return out;
}

static bool is_special(char c)
{
	return c == '\'' || c == '\\' || c == '!';
}

static char *put_escaped(char *out, struct text word)
{
	size_t length;

	*out++ = '$';
	*out++ = '\'';
	for (size_t i = 0; i < word.length; i += length) {
		const char *from = word.bytes + i;
		enum form form = form_of_character(from, word.length - i, &length);

		if (form == FORM_ESCAPED || is_special(*from))
			out = put_escape(out, (unsigned char)*from);
		else
			out = put_plain(out, (struct text){from, length});
	}
	*out++ = '\'';
	return out;
}

char *quote_word(char *out, struct text word, bool is_command)
{
	switch (form_of_word(word, is_command)) {
	case FORM_PLAIN:
		return put_plain(out, word);
	case FORM_QUOTED:
		return put_quoted(out, word);
	default:
		return put_escaped(out, word);
	}
}

char *quote_words(char *out, struct text words, bool complete)
{
	for (size_t at = 0; at < words.length;) {
		const char *word = words.bytes + at;
		const size_t length = strnlen(word, words.length - at);

		if (at > 0)
			out = put_char(out, ' ');
		out = quote_word(out, (struct text){word, length}, at == 0);
		at += length + 1;
	}
	return words.length > 0 && !complete ? put_string(out, " …") : out;
}
