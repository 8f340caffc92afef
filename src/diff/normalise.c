/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff/normalise.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"

/* NAME_MAX of linux/limits.h: no part of a path is longer. */
#define PART_MAX 255U

/* Shorter numbers are counts and options more often than pids. */
#define PID_DIGITS_MIN 3U
#define PID_DIGITS_MAX 7U

#define RANDOM_MIN 6U

#define CONTAINER_ID_DIGITS 64U

/* ---- characters; not by locale ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_alnum(char c)
{
	return is_digit(c) || is_lower(c) || is_upper(c);
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Of a name that goes on: "/b" is not meant in "/build" and "/b-old". */
static bool is_of_name(char c)
{
	return is_alnum(c) || (unsigned char)c >= 0x80 || (c != '\0' && strchr("_.+-~", c));
}

/* Returns the character of WORD at AT, a blank beyond its ends. */
static char at_or_blank(struct text word, size_t at)
{
	return at < word.length ? word.bytes[at] : ' ';
}

static size_t count_while(struct text word, size_t at, bool (*is)(char c))
{
	size_t count = 0;

	while (at + count < word.length && is(word.bytes[at + count]))
		count++;
	return count;
}

static bool begins(struct text word, size_t at, const char *with, size_t length)
{
	return word.length - at >= length && memcmp(word.bytes + at, with, length) == 0;
}

static bool ends_before(struct text word, size_t at, const char *with)
{
	size_t length = strlen(with);

	return at >= length && memcmp(word.bytes + at - length, with, length) == 0;
}

/* ---- the rules: each returns how many bytes at AT it replaces ---- */

static size_t match_directory(const struct normaliser *normaliser, struct text word, size_t at)
{
	for (unsigned int i = 0; i < normaliser->directory_count; i++) {
		const struct text directory = normaliser->directories[i];

		if (begins(word, at, directory.bytes, directory.length) &&
		    !is_of_name(at_or_blank(word, at + directory.length)))
			return directory.length;
	}
	return 0;
}

static bool is_of_value(char c)
{
	return !strchr(" \t\n'\"", c);
}

/* File descriptors or a fifo, by which make(1) gives jobs away. */
static size_t match_job_server(const struct normaliser *normaliser, struct text word, size_t at)
{
	(void)normaliser;
	if (!ends_before(word, at, "--jobserver-auth=") &&
	    !ends_before(word, at, "--jobserver-fds="))
		return 0;
	return count_while(word, at, is_of_value);
}

static bool is_of_part(char c)
{
	return !strchr("/ \t\n'\"=:,;()", c);
}

/* Whether the part of a path that AT is in is in a directory for temporary files, or is called so
 * itself. */
static bool is_temporary_part(struct text word, size_t at)
{
	size_t start = at, least = at > PART_MAX ? at - PART_MAX : 0;

	while (start > least && is_of_part(word.bytes[start - 1]))
		start--;
	if (ends_before(word, start, "/tmp/") || ends_before(word, start, "/shm/"))
		return true;
	size_t length =
		count_while((struct text){word.bytes, at + PART_MAX < word.length ? at + PART_MAX
										  : word.length},
			    start, is_of_part);

	return memmem(word.bytes + start, length, "tmp", 3) != NULL;
}

/* Names that programs are known to make, whatever letters they happen to draw. */
static size_t known_temporary(struct text word, size_t at)
{
	static const struct {
		const char *prefix;
		size_t drawn;
	} known[] = {
		{"cc", 6},    /* gcc's, before .s, .o, .res and so on */
		{"tmp.", 10}, /* mktemp(1) */
		{"tmp", 8},   /* Python's tempfile */
		{"Gm", 6},    /* make(1) */
	};

	if (at == 0 || word.bytes[at - 1] != '/')
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		size_t length = strlen(known[i].prefix);

		if (begins(word, at, known[i].prefix, length) &&
		    count_while(word, at + length, is_alnum) == known[i].drawn)
			return length + known[i].drawn;
	}
	return 0;
}

/* Letters of both cases, or letters and digits, or digits alone. */
static bool looks_random(struct text run)
{
	unsigned int lower = 0, upper = 0, digits = 0;

	for (size_t i = 0; i < run.length; i++) {
		lower |= is_lower(run.bytes[i]);
		upper |= is_upper(run.bytes[i]);
		digits |= is_digit(run.bytes[i]);
	}
	if (run.length < RANDOM_MIN)
		return digits && !lower && !upper && run.length >= PID_DIGITS_MIN;
	return lower + upper + digits > 1 || digits;
}

static size_t match_temporary(const struct normaliser *normaliser, struct text word, size_t at)
{
	(void)normaliser;
	if (!is_alnum(word.bytes[at]) || (at > 0 && is_alnum(word.bytes[at - 1])))
		return 0;
	size_t known = known_temporary(word, at), run = count_while(word, at, is_alnum);

	if (known == 0 && !looks_random((struct text){word.bytes + at, run}))
		return 0;
	return is_temporary_part(word, at) ? (known > 0 ? known : run) : 0;
}

/* 8-4-4-4-12 hexadecimal digits. */
static bool is_uuid(struct text word, size_t at)
{
	static const size_t groups[] = {8, 4, 4, 4, 12};

	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		if (count_while(word, at, is_hex) != groups[i])
			return false;
		at += groups[i] + 1;
		if (i + 1 < ARRAY_SIZE(groups) && at_or_blank(word, at - 1) != '-')
			return false;
	}
	return !is_alnum(at_or_blank(word, at - 1));
}

static size_t match_id(const struct normaliser *normaliser, struct text word, size_t at)
{
	(void)normaliser;
	if (!is_hex(word.bytes[at]) || (at > 0 && is_alnum(word.bytes[at - 1])))
		return 0;
	if (count_while(word, at, is_hex) == CONTAINER_ID_DIGITS &&
	    !is_alnum(at_or_blank(word, at + CONTAINER_ID_DIGITS)))
		return CONTAINER_ID_DIGITS;
	return is_uuid(word, at) ? strlen("01234567-89ab-cdef-0123-456789abcdef") : 0;
}

/* "out.1234", "log-1234", "/proc/1234"; but "-1234" and "size=1234" may be any number. */
static bool is_in_name(struct text word, size_t at)
{
	if (at == 0 || !strchr("./_-", word.bytes[at - 1]))
		return false;
	return word.bytes[at - 1] != '-' || is_of_name(at_or_blank(word, at - 2));
}

static size_t match_pid(const struct normaliser *normaliser, struct text word, size_t at)
{
	uint64_t number = 0;
	size_t count = count_while(word, at, is_digit);

	if (count < PID_DIGITS_MIN || count > PID_DIGITS_MAX || word.bytes[at] == '0' ||
	    (at > 0 && is_digit(word.bytes[at - 1])))
		return 0;
	for (size_t i = 0; i < count; i++)
		number = 10 * number + (uint64_t)(word.bytes[at + i] - '0');
	const struct pid_set *pids = is_in_name(word, at) ? normaliser->seen : normaliser->alive;
	return pids && pid_set_has(pids, number) ? count : 0;
}

/* The first that fits counts; that of directories is the first, that of pids the last. */
static const struct rule {
	const char *replacement;
	size_t (*match)(const struct normaliser *normaliser, struct text word, size_t at);
} rules[] = {
	{"<DIR>", match_directory}, {"<JOBS>", match_job_server}, {"<TMP>", match_temporary},
	{"<ID>", match_id},         {"<PID>", match_pid},
};

/* ---- a word ---- */

/* What a rule replaces begins with a slash, a letter or a digit. */
static bool may_begin(struct text word, size_t at)
{
	const char c = word.bytes[at], before = at > 0 ? word.bytes[at - 1] : ' ';

	if (is_digit(c))
		return !is_digit(before);
	return c == '/' || (is_alnum(c) && !is_alnum(before));
}

static const struct rule *find_rule(const struct normaliser *normaliser, struct text word,
				    size_t at, size_t rule_count, size_t *length)
{
	if (!may_begin(word, at))
		return NULL;
	for (size_t i = 0; i < rule_count; i++) {
		*length = rules[i].match(normaliser, word, at);
		if (*length > 0)
			return &rules[i];
	}
	return NULL;
}

static size_t count_rules(const struct normaliser *normaliser, enum normalised what)
{
	if (normaliser->raw)
		return 0;
	if (what == NORMALISED_DIRECTORIES)
		return 1;
	return what == NORMALISED_BUT_PIDS ? ARRAY_SIZE(rules) - 1 : ARRAY_SIZE(rules);
}

void normalise(const struct normaliser *normaliser, struct text word, enum normalised what,
	       struct buffer *out)
{
	const size_t count = count_rules(normaliser, what);
	size_t kept = 0, length;

	for (size_t at = 0; at < word.length;) {
		const struct rule *rule = find_rule(normaliser, word, at, count, &length);

		if (!rule) {
			at++;
			continue;
		}
		buffer_put(out, word.bytes + kept, at - kept);
		buffer_put(out, rule->replacement, strlen(rule->replacement));
		kept = at += length;
	}
	if (kept < word.length)
		buffer_put(out, word.bytes + kept, word.length - kept);
}

/* ---- directories ---- */

int normaliser_add_directory(struct normaliser *normaliser, struct text directory)
{
	while (directory.length > 0 && directory.bytes[directory.length - 1] == '/')
		directory.length--;
	if (directory.length == 0 || directory.bytes[0] != '/' ||
	    normaliser->directory_count == DIRECTORIES_MAX)
		return 0;
	char *copy = strndup(directory.bytes, directory.length);
	if (!copy)
		return -ENOMEM;
	normaliser->directories[normaliser->directory_count++] =
		(struct text){copy, directory.length};
	return 0;
}

void normaliser_done(struct normaliser *normaliser)
{
	for (unsigned int i = 0; i < normaliser->directory_count; i++)
		free((char *)normaliser->directories[i].bytes);
	*normaliser = (struct normaliser){0};
}
