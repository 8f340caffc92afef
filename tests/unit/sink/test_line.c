/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines that know their width: where they are cut, and what is left of colours then.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sink/text/columns.h"
#include "sink/text/escape.h"
#include "sink/text/line.h"
#include "support.h"

struct paper {
	int fd;
	struct sink_context context;
	char written[512];
};

static struct paper paper_new(unsigned int width, bool color)
{
	struct paper paper = {.fd = memfd_create("line", MFD_CLOEXEC)};

	paper.context.output = out_buffer_new(paper.fd);
	paper.context.width = width;
	paper.context.color = color;
	assert_non_null(paper.context.output);
	return paper;
}

/* What was written; PAPER is gone then. */
static const char *read_paper(struct paper *paper)
{
	assert_int_equal(out_buffer_flush(paper->context.output), 0);
	ssize_t length = pread(paper->fd, paper->written, sizeof(paper->written) - 1, 0);

	assert_true(length >= 0);
	paper->written[length] = '\0';
	out_buffer_free(paper->context.output);
	close(paper->fd);
	return paper->written;
}

static void check(const char *text, unsigned int width, const char *expected)
{
	struct paper paper = paper_new(width, false);
	struct line line;

	assert_int_equal(line_begin(&line, &paper.context, ESCAPE_GROWTH * strlen(text)), 0);
	line_text(&line, (struct text){text, strlen(text)});
	line_end(&line);
	assert_string_equal(read_paper(&paper), expected);
}

static void test_cuts(void **state)
{
	(void)state;
	check("abcdef", 0, "abcdef\n");
	check("abcdef", 7, "abcdef\n");
	check("abcdef", 6, "abcdef\n");
	check("abcdef", 5, "abcd…\n");
	check("abcdef", 1, "…\n");
	check("", 1, "\n");
	/* Wide ones are never halved. */
	check("日本語", 6, "日本語\n");
	check("日本語", 5, "日本…\n");
	check("日本語", 4, "日…\n");
	check("日本語", 1, "…\n");
	/* What combines stays with what is before it. */
	check("e\xcc\x81\x61\xcc\x81", 2, "e\xcc\x81\x61\xcc\x81\n");
	check("e\xcc\x81\x61\xcc\x81o", 2, "e\xcc\x81…\n");
	check("a\033b", 5, "a\\x1…\n");
}

static void check_middle(const char *text, unsigned int width, const char *expected)
{
	struct paper paper = paper_new(width, false);
	struct line line;

	assert_int_equal(line_begin(&line, &paper.context, ESCAPE_GROWTH * strlen(text)), 0);
	line_string(&line, "> ");
	line_begin_middle(&line);
	line_text(&line, (struct text){text, strlen(text)});
	line_end_middle(&line);
	line_string(&line, "!");
	line_end(&line);
	assert_string_equal(read_paper(&paper), expected);
}

/* "…" is three bytes for the two that go, and nothing follows. */
static void test_the_middle_goes(void **state)
{
	(void)state;
	check_middle("abcdefghijklmnopqrst", 0, "> abcdefghijklmnopqrst!\n");
	check_middle("abcdefghijklmnopqrst", 23, "> abcdefghijklmnopqrst!\n");
	check_middle("abcdefghijklmnopqrst", 22, "> abcdefghijklmnopqrs…\n");
	check_middle("abcdefghijklmnopqrst", 21, "> abcdefghi…lmnopqrst\n");
	check_middle("abcdefghijklmnopqrst", 20, "> abcdefgh…lmnopqrst\n");
	/* Wide ones are never halved, what combines goes with what is before it. */
	check_middle("日本語日本語日本語日本語", 20, "> 日本語日…語日本語\n");
	check_middle("abcdefghijk\xcc\x81lmnopqrst", 20, "> abcdefgh…lmnopqrst\n");
	check_middle("abcdefgh\xcc\x81ijklmnopqrst", 20, "> abcdefgh\xcc\x81…lmnopqrst\n");
}

/* "> ", TEXT, which may lose its middle, and TAIL, for which so many columns are left. */
static void check_tail(const char *text, const char *tail, unsigned int width, const char *expected)
{
	struct paper paper = paper_new(width, false);
	struct line line;

	assert_int_equal(line_begin(&line, &paper.context, ESCAPE_GROWTH * strlen(text)), 0);
	line_string(&line, "> ");
	line_leave(&line, columns_of_text((struct text){tail, strlen(tail)}));
	line_begin_middle(&line);
	line_text(&line, (struct text){text, strlen(text)});
	line_end_middle(&line);
	line_string(&line, tail);
	line_end(&line);
	assert_string_equal(read_paper(&paper), expected);
}

static void test_the_tail_stays(void **state)
{
	(void)state;
	check_tail("abcdefghijklmnopqrst", ", 日本", 0, "> abcdefghijklmnopqrst, 日本\n");
	check_tail("abcdefghijklmnopqrst", ", 日本", 29, "> abcdefghijklmnopqrst, 日本\n");
	check_tail("abcdefghijklmnopqrst", ", 日本", 28, "> abcdefghijklmnopqrst, 日本\n");
	check_tail("abcdefghijklmnopqrst", ", 日本", 27, "> abcdefghi…lmnopqrst, 日本\n");
	check_tail("abcdefghijklmnopqrst", ", 日本", 26, "> abcdefgh…lmnopqrst, 日本\n");
	check_tail("abcdefghijklmnopqrst", ", 日本!", 26, "> abcdefgh…mnopqrst, 日本!\n");
	/* Too little is left of the middle then: cut as any line. */
	check_tail("abcdefghijklmnopqrst", ", 日本", 24, "> abcdefghijklmnopqrst,…\n");
	check_tail("abcdefghijklmnopqrst", ", 日本", 10, "> abcdefg…\n");
	/* Nothing follows more than the tail. */
	check_tail("abc", ", from", 12, "> abc, from\n");
}

static void test_nothing_follows_a_cut(void **state)
{
	struct paper paper = paper_new(4, false);
	struct line line;

	(void)state;
	assert_int_equal(line_begin(&line, &paper.context, 0), 0);
	line_string(&line, "abcdef");
	line_string(&line, "g");
	line_pad(&line, 20);
	line_printf(&line, "%d", 1);
	line_end(&line);
	assert_string_equal(read_paper(&paper), "abc…\n");
}

static void test_pads(void **state)
{
	struct paper paper = paper_new(0, false);
	struct line line;

	(void)state;
	assert_int_equal(line_begin(&line, &paper.context, 0), 0);
	line_string(&line, "日本");
	line_pad(&line, 6);
	line_pad(&line, 3);
	line_string(&line, "x");
	line_end(&line);
	assert_string_equal(read_paper(&paper), "日本  x\n");
}

/* A wide character leaves more columns than one free. */
static void test_nothing_fills_what_a_cut_leaves(void **state)
{
	struct paper paper = paper_new(4, false);
	struct line line;

	(void)state;
	assert_int_equal(line_begin(&line, &paper.context, 0), 0);
	line_string(&line, "日本語");
	assert_int_equal(line.columns, 3);
	line_words(&line, "x");
	line_right(&line, 1, (struct text){"y", 1});
	line_pad(&line, 4);
	line_end(&line);
	assert_string_equal(read_paper(&paper), "日…\n");
}

static void test_numbers_and_marks(void **state)
{
	struct paper paper = paper_new(0, false);
	struct line line;

	(void)state;
	assert_int_equal(line_begin(&line, &paper.context, ESCAPE_GROWTH), 0);
	line_string(&line, "日");
	line_right(&line, 4, (struct text){"12", 2});
	line_right(&line, 1, (struct text){"34", 2});
	line_signed(&line, INT64_MIN);
	line_enclosed(&line, "[]", (struct text){"|", 1});
	assert_int_equal(line.columns, 2 + 4 + 2 + 20 + 6);
	line_end(&line);
	assert_string_equal(read_paper(&paper), "日  1234-9223372036854775808[\\x7c]\n");
}

static void paint(struct paper *paper)
{
	struct line line;

	assert_int_equal(line_begin(&line, &paper->context, 0), 0);
	line_paint(&line, PAINT_RED);
	line_string(&line, "ab");
	line_paint(&line, PAINT_RED);
	line_string(&line, "cd");
	line_paint(&line, PAINT_NONE);
	line_string(&line, "e");
	line_paint(&line, PAINT_DIM);
	line_end(&line);
}

static void test_paint(void **state)
{
	struct paper wide = paper_new(5, true), narrow = paper_new(4, true);
	struct paper plain = paper_new(4, false);

	(void)state;
	paint(&wide);
	assert_string_equal(read_paper(&wide), "\033[31mabcd\033[0me\033[2m\033[0m\n");
	/* The red must not flow into the next line. */
	paint(&narrow);
	assert_string_equal(read_paper(&narrow), "\033[31mabc…\033[0m\n");
	paint(&plain);
	assert_string_equal(read_paper(&plain), "abc…\n");
}

static void check_columns(const char *character, unsigned int expected)
{
	size_t length;

	assert_int_equal(columns_of_character((struct text){character, strlen(character)}, &length),
			 expected);
	assert_int_equal(length, strlen(character));
}

static void test_columns(void **state)
{
	(void)state;
	check_columns("a", 1);
	check_columns("é", 1);
	check_columns("…", 1);
	check_columns("│", 1);
	check_columns("\xcc\x81", 0);     /* U+0301 */
	check_columns("\xe2\x80\x8d", 0); /* U+200D */
	check_columns("語", 2);
	check_columns("한", 2);
	check_columns("Ａ", 2);
	check_columns("😀", 2);
	check_columns("\xf3\xa0\x84\x80", 0); /* U+E0100 */
	check_columns("\xf0\xaf\xa0\x80", 2); /* U+2F800 */
	check_columns("\xff", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_the_middle_goes),
		cmocka_unit_test(test_the_tail_stays),
		cmocka_unit_test(test_nothing_follows_a_cut),
		cmocka_unit_test(test_nothing_fills_what_a_cut_leaves),
		cmocka_unit_test(test_pads),
		cmocka_unit_test(test_paint),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_numbers_and_marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
