/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of execsnoop -q: a recording, and every way in which one can be broken.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "source/execsnoop_line.h"
#include "support.h"

#define RECORDING "fixtures/backends/execsnoop-libbpf-tools-0.26.txt"

static ssize_t parse(const char *text, struct execsnoop_line *line)
{
	return execsnoop_line_parse((struct text){text, strlen(text)}, line);
}

static void test_recording(void **state)
{
	/* The second path has a backslash, and whether that or a quote is escaped is not certain.
	 */
	static const char *const names[] = {"new\nF 1 0 1 2", "a|b\\x0a\"c", "\xff\x1b[31m",
					    "blanks", "plain"};
	static const char *const paths[] = {NULL, NULL, "/tmp/hostile/\xff\x1b[31m",
					    "/tmp/hostile/blanks  ", "/tmp/hostile/plain"};
	struct execsnoop_line line;
	size_t length;
	char *text = load_file(RECORDING, &length);
	const char *at = strchr(text, '\n') + 1;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		ssize_t got = parse(at, &line);

		assert_true(got > 0);
		at += got;
		assert_text(line.comm, names[i]);
		if (paths[i])
			assert_text(line.path, paths[i]);
		else
			assert_null(line.path.bytes);
		assert_true(line.pid > line.ppid);
	}
	assert_int_equal(*at, '\0');
	/* Their heading is none. */
	assert_int_equal(parse(text, &line), -EBADMSG);
	free(text);
}

static void test_truncated(void **state)
{
	static const char whole[] = "a\nb              12 3 0 \"/bin/a\" \"b\" \n";
	struct guarded guarded;
	struct execsnoop_line line;

	(void)state;
	guarded_new(&guarded, 4096);
	for (size_t cut = 0; cut < sizeof(whole) - 1; cut++) {
		const struct text text = {guarded_put(&guarded, whole, cut, 1), cut};

		assert_int_equal(execsnoop_line_parse(text, &line), 0);
	}
	assert_int_equal(parse(whole, &line), sizeof(whole) - 1);
	assert_text(line.comm, "a\nb");
	assert_int_equal(line.pid, 12);
	assert_int_equal(line.ppid, 3);
	assert_text(line.path, "/bin/a");
	guarded_free(&guarded);
}

static void test_garbage(void **state)
{
#define COMM "a               "
	static const char *const garbage[] = {
		COMM "\n",
		COMM " \n",
		COMM " 12\n",
		COMM " 12 3\n",
		COMM " 12 3 0\n",
		COMM "12 3 0 \n",
		COMM " x 3 0 \n",
		COMM " 0 3 0 \n",
		COMM " -1 3 0 \n",
		COMM " 99999999999999999999 3 0 \n",
		COMM " 12 3 -1 \"/bin/a\" \n",
		COMM " 12 3 1 \"/bin/a\" \n",
		COMM " 12 3 0x \n",
		"sixteen bytes ab 12 3 0 \"\" \n",
		"yyyyyyyyyyyyyyyyy\n",
	};
	struct execsnoop_line line;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(garbage); i++) {
		if (parse(garbage[i], &line) != -EBADMSG)
			fail_msg("'%s' is taken for a line", garbage[i]);
	}
}

static void test_paths(void **state)
{
	static const char *const uncertain[] = {
		COMM " 1 3 0 \n",
		COMM " 1 3 0 x\n",
		COMM " 1 3 0 \"\n",
		COMM " 1 3 0 \"\" \n",
		COMM " 1 3 0 \"/a\\\" \"b\" \n",
		COMM " 1 3 0 \"/a\\n\" \n",
		COMM " 1 3 0 \"/a\n",
	};
	char text[200];
	struct execsnoop_line line;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(uncertain); i++) {
		assert_true(parse(uncertain[i], &line) > 0);
		assert_null(line.path.bytes);
	}
	/* Those that are as long as can be shown may have been cut. */
	for (int length = 126; length <= 127; length++) {
		snprintf(text, sizeof(text), COMM " 1 3 0 \"%0*d\" \n", length, 0);
		assert_true(parse(text, &line) > 0);
		assert_int_equal(line.path.bytes != NULL, length == 126);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recording),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
