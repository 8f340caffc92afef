/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Words in, shell words out; and a real bash that takes them apart again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "sink/text/quote.h"
#include "support.h"

/* WORD quoted, with a NUL behind it, in memory of just the size that the header asks for. */
static char *quoted(struct text word, bool is_command)
{
	size_t room = QUOTE_GROWTH * word.length + QUOTE_EXTRA;
	char *out = malloc(room + 1);

	assert_non_null(out);
	char *end = quote_word(out, word, is_command);
	assert_true((size_t)(end - out) <= room);
	*end = '\0';
	return out;
}

static void check(const char *word, bool is_command, const char *expected)
{
	char *out = quoted((struct text){word, strlen(word)}, is_command);

	assert_string_equal(out, expected);
	free(out);
}

static void test_forms(void **state)
{
	(void)state;
	check("-O2", false, "-O2");
	check("a_b@c%d+e=f:g,h.i/j", false, "a_b@c%d+e=f:g,h.i/j");
	check("", false, "''");
	check("two words", false, "'two words'");
	check("it's", false, "'it'\\''s'");
	check("$HOME `id` \\ ! * ~ #", false, "'$HOME `id` \\ ! * ~ #'");
	check("\xc3\xa9t\xc3\xa9", false, "'\xc3\xa9t\xc3\xa9'");
	check("a\nb", false, "$'a\\nb'");
	check("\t\r'\\!\x1b[2J\x7f", false, "$'\\t\\r\\'\\\\\\041\\033[2J\\177'");
	check("\xff\xc3\xa9\xe2\x82", false, "$'\\377\xc3\xa9\\342\\202'");
	check("\xe2\x80\xae", false, "$'\\342\\200\\256'");
	check("\xc2\x9b", false, "$'\\302\\233'");
	check("ls\xe2\x81\xa0", false, "$'ls\\342\\201\\240'");
	check("\xf3\xa0\x81\x81", false, "$'\\363\\240\\201\\201'");
}

static void test_the_first_word(void **state)
{
	(void)state;
	check("ls", true, "ls");
	check("A=b", true, "'A=b'");
	check("A=b", false, "A=b");
	check("time", true, "'time'");
	check("times", true, "times");
	check("do", false, "do");
}

/* ---- against bash ---- */

#define WORDS 4000

struct words {
	char *bytes; /* one after the other, each ended by a NUL */
	size_t length;
};

static void add_word(struct words *words, const void *bytes, size_t length)
{
	memcpy(words->bytes + words->length, bytes, length);
	words->length += length;
	words->bytes[words->length++] = '\0';
}

/* Every byte alone, between others and before a digit; then random words of awkward bytes. */
static void make_words(struct words *words)
{
	static const char awkward[] = "'\\\"$`!*?[]{}()<>|&;~# \n\t\r\x1b\x01\x7f\xff\xc3\xa9"
				      "\xe2\x80\xa8\xc2\x9b"
				      "019af=-x";
	struct random random = {42};

	add_word(words, "", 0);
	for (int byte = 1; byte < 256; byte++) {
		const char between[] = {'a', (char)byte, '7'};

		add_word(words, between + 1, 1);
		add_word(words, between, sizeof(between));
	}
	for (int i = 0; i < WORDS; i++) {
		char word[12];
		size_t length = random_below(&random, sizeof(word) + 1);

		for (size_t j = 0; j < length; j++)
			word[j] = awkward[random_below(&random, sizeof(awkward) - 1)];
		add_word(words, word, length);
	}
}

/* A script that prints WORDS again. */
static void write_script(FILE *script, const struct words *words)
{
	fputs("printf '%s\\0'", script);
	for (size_t at = 0; at < words->length;) {
		struct text word = {words->bytes + at, strlen(words->bytes + at)};
		char *out = quoted(word, false);

		fprintf(script, " %s", out);
		free(out);
		at += word.length + 1;
	}
	fputs("\n", script);
}

/* What bash prints for the script at PATH. */
static size_t run_bash(const char *path, const char *locale, char *out, size_t room)
{
	char command[256];

	snprintf(command, sizeof(command), "LC_ALL=%s bash --norc %s", locale, path);
	FILE *bash = popen(command, "r");
	assert_non_null(bash);
	size_t length = fread(out, 1, room, bash);
	int status = pclose(bash);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		skip();
	assert_int_equal(status, 0);
	return length;
}

static void test_bash_gives_the_very_bytes_back(void **state)
{
	static char bytes[WORDS * 16 + 4096], printed[sizeof(bytes) + 1];
	struct words words = {bytes, 0};
	char path[] = "/tmp/quoted-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	FILE *script = fdopen(fd, "w");
	assert_non_null(script);
	make_words(&words);
	write_script(script, &words);
	fclose(script);
	for (int i = 0; i < 2; i++) {
		size_t length = run_bash(path, i == 0 ? "C.UTF-8" : "C", printed, sizeof(printed));

		assert_int_equal(length, words.length);
		assert_memory_equal(printed, words.bytes, length);
	}
	unlink(path);
}

/* A word of any bytes is shown without one that a terminal obeys. */
static void test_nothing_reaches_the_terminal(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		const char word[] = {(char)byte, 'x'};
		char *out = quoted((struct text){word, sizeof(word)}, false);

		for (const char *at = out; *at; at++)
			assert_true(*at >= ' ' && *at < 0x7f);
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_the_first_word),
		cmocka_unit_test(test_bash_gives_the_very_bytes_back),
		cmocka_unit_test(test_nothing_reaches_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
