/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pids of -p, and the kernel filters made of them, evaluated by this test.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/tracepoint.h"
#include "filter/filter.h"
#include "filter/pid_list.h"
#include "support.h"

static struct pid_list parse(const char *text)
{
	struct pid_list list = {NULL, 0};

	if (pid_list_parse(text, &list))
		fail_msg("refused: \"%s\"", text);
	return list;
}

static void assert_parses(const char *text, const int32_t *pids, size_t count)
{
	struct pid_list list = parse(text);

	assert_int_equal(list.count, count);
	assert_memory_equal(list.pids, pids, count * sizeof(*pids));
	pid_list_done(&list);
}

static void test_good_lists(void **state)
{
	(void)state;
	assert_parses("1", (int32_t[]){1}, 1);
	assert_parses("4194304", (int32_t[]){4194304}, 1);
	assert_parses("1,2,3", (int32_t[]){1, 2, 3}, 3);
	assert_parses("30,4,100,4194304,1", (int32_t[]){1, 4, 30, 100, 4194304}, 5);
	assert_parses("7,7,5,7,5", (int32_t[]){5, 7}, 2);
}

static void test_bad_lists(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		",",
		"0",
		"-1",
		"+1",
		"1,",
		",1",
		"1,,2",
		"1, 2",
		" 1",
		"1 ",
		"1\n",
		"x",
		"1x",
		"0x10",
		"1;2",
		"1.5",
		"1e3",
		"self",
		"4194305",
		"2147483648",
		"4294967297",
		"18446744073709551617",
		"99999999999999999999999999",
		"1,0",
		"1,2,three",
		"0,1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct pid_list list = {NULL, 0};

		if (pid_list_parse(bad[i], &list) != -EINVAL)
			fail_msg("not -EINVAL: \"%s\"", bad[i]);
		assert_null(list.pids);
		assert_int_equal(list.count, 0);
	}
}

static void test_has(void **state)
{
	struct pid_list list = parse("5,1,4194304,99");

	(void)state;
	assert_true(pid_list_has(&list, 1));
	assert_true(pid_list_has(&list, 5));
	assert_true(pid_list_has(&list, 99));
	assert_true(pid_list_has(&list, 4194304));
	assert_false(pid_list_has(&list, 0));
	assert_false(pid_list_has(&list, -1));
	assert_false(pid_list_has(&list, 2));
	assert_false(pid_list_has(&list, 100));
	assert_false(pid_list_has(&list, INT32_MAX));
	assert_false(pid_list_has(&list, INT32_MIN));
	pid_list_done(&list);
}

/* "FIRST,FIRST+STEP,…", COUNT pids. The caller frees. */
static char *make_list(size_t count, unsigned int first, unsigned int step)
{
	char *text = malloc(count * 8 + 1);
	size_t length = 0;

	assert_non_null(text);
	text[0] = '\0';
	for (size_t i = 0; i < count; i++)
		length += (size_t)sprintf(text + length, "%s%u", i > 0 ? "," : "",
					  first + (unsigned int)i * step);
	return text;
}

static void test_a_long_list(void **state)
{
	char *text = make_list(10000, 4194304 - 9999 * 2, 2);
	struct pid_list list = parse(text);

	(void)state;
	assert_int_equal(list.count, 10000);
	assert_true(pid_list_has(&list, 4194304));
	assert_true(pid_list_has(&list, 4194302));
	assert_false(pid_list_has(&list, 4194303));
	pid_list_done(&list);
	free(text);
}

/* ---- kernel filters, evaluated: NAME OP NUMBER, joined by && and ||, with parentheses ---- */

/* The fields of a tracepoint record that a filter can name. */
struct fields {
	const char *names[2];
	long values[2];
};

struct parser {
	const char *at;
	const struct fields *fields;
};

static void skip_spaces(struct parser *parser)
{
	while (*parser->at == ' ')
		parser->at++;
}

static bool take_word(struct parser *parser, const char *word)
{
	skip_spaces(parser);
	if (strncmp(parser->at, word, strlen(word)) != 0)
		return false;
	parser->at += strlen(word);
	return true;
}

static long take_field(struct parser *parser)
{
	size_t length = 0;

	skip_spaces(parser);
	while (isalpha((unsigned char)parser->at[length]) || parser->at[length] == '_')
		length++;
	for (size_t i = 0; i < ARRAY_SIZE(parser->fields->names); i++) {
		const char *name = parser->fields->names[i];

		if (name && strlen(name) == length && !strncmp(name, parser->at, length)) {
			parser->at += length;
			return parser->fields->values[i];
		}
	}
	fail_msg("the tracepoint has no such field: %s", parser->at);
	return 0;
}

static bool compare(struct parser *parser, long left)
{
	static const char *const operators[] = {"==", "!=", "<=", ">=", "<", ">"};
	size_t op = 0;
	char *end;

	while (!take_word(parser, operators[op]))
		assert_true(++op < ARRAY_SIZE(operators));
	long right = strtol(parser->at, &end, 10);
	assert_ptr_not_equal(end, parser->at);
	parser->at = end;
	switch (op) {
	case 0:
		return left == right;
	case 1:
		return left != right;
	case 2:
		return left <= right;
	case 3:
		return left >= right;
	case 4:
		return left < right;
	default:
		return left > right;
	}
}

static bool evaluate_or(struct parser *parser);

static bool evaluate_term(struct parser *parser)
{
	if (!take_word(parser, "("))
		return compare(parser, take_field(parser));
	bool value = evaluate_or(parser);

	assert_true(take_word(parser, ")"));
	return value;
}

static bool evaluate_and(struct parser *parser)
{
	bool value = evaluate_term(parser);

	while (take_word(parser, "&&"))
		value = evaluate_term(parser) && value;
	return value;
}

static bool evaluate_or(struct parser *parser)
{
	bool value = evaluate_and(parser);

	while (take_word(parser, "||"))
		value = evaluate_and(parser) || value;
	return value;
}

static bool evaluate(const char *expression, const struct fields *fields)
{
	struct parser parser = {expression, fields};
	bool value = evaluate_or(&parser);

	skip_spaces(&parser);
	assert_string_equal(parser.at, "");
	return value;
}

static struct fields fields_of(const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		return (struct fields){{"parent_pid", "child_pid"},
				       {event->fork.parent_tid, event->fork.child_tid}};
	case EVENT_EXEC:
		return (struct fields){{"pid", "old_pid"}, {event->exec.pid, event->exec.old_pid}};
	default:
		return (struct fields){{"pid", "prio"}, {event->exit.pid, event->exit.prio}};
	}
}

/* Does the kernel filter of LIST let EVENT pass, and does the filter in user space agree? */
static bool passes(const struct pid_list *list, const struct event *event)
{
	struct fields fields = fields_of(event);
	struct filter filter = {.events = EVENT_SHOWABLE, .tids = list};
	char *expression = NULL;

	assert_int_equal(pid_list_kernel_filter(list, tracepoint_types[event->type]->pid_fields,
						&expression),
			 0);
	assert_non_null(expression);
	bool result = evaluate(expression, &fields);
	assert_int_equal(filter_passes(&filter, event, false), result);
	free(expression);
	return result;
}

static struct event fork_of(int32_t parent, int32_t child)
{
	return (struct event){.type = EVENT_FORK,
			      .fork = {.parent_tid = parent, .child_tid = child}};
}

static struct event exec_of(int32_t pid, int32_t old_pid)
{
	return (struct event){.type = EVENT_EXEC, .exec = {.pid = pid, .old_pid = old_pid}};
}

static struct event exit_of(int32_t pid, int32_t prio)
{
	return (struct event){.type = EVENT_EXIT, .exit = {.pid = pid, .prio = prio}};
}

static void assert_passes(const char *pids, struct event event, bool expected)
{
	struct pid_list list = parse(pids);

	assert_int_equal(passes(&list, &event), expected);
	pid_list_done(&list);
}

static void test_kernel_filters(void **state)
{
	(void)state;
	assert_passes("10", fork_of(10, 11), true);
	assert_passes("10", fork_of(9, 10), true);
	assert_passes("10", fork_of(9, 11), false);
	assert_passes("10", exec_of(10, 10), true);
	assert_passes("10", exec_of(10, 12), true);
	assert_passes("10", exec_of(11, 11), false);
	assert_passes("10", exit_of(10, 120), true);
	assert_passes("10", exit_of(120, 10), false);
	assert_passes("10", exit_of(1, 120), false);
	assert_passes("10", exit_of(100, 120), false);
	assert_passes("1,5,4194304", exit_of(4194304, 0), true);
	assert_passes("1,5,4194304", exit_of(5, 0), true);
	assert_passes("1,5,4194304", exit_of(3, 0), false);
	assert_passes("1,5,4194304", fork_of(3, 1), true);
	assert_passes("1,2,3,4,5", fork_of(6, 0), false);
}

/* A list of up to 8 pids below 16 at random. */
static struct pid_list random_list(struct random *random)
{
	char text[64];
	size_t length = 0;

	for (uint64_t i = random_below(random, 8) + 1; i > 0; i--)
		length += (size_t)sprintf(text + length, "%s%u", length > 0 ? "," : "",
					  (unsigned int)random_below(random, 15) + 1);
	return parse(text);
}

static void test_kernel_and_user_space_agree(void **state)
{
	struct random random = {.state = 19};

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct pid_list list = random_list(&random);
		int32_t a = (int32_t)random_below(&random, 18) - 1;
		int32_t b = (int32_t)random_below(&random, 18) - 1;
		bool has_a = pid_list_has(&list, a), has_b = pid_list_has(&list, b);
		struct event fork = fork_of(a, b), exec = exec_of(a, b), exit = exit_of(a, b);

		assert_int_equal(passes(&list, &fork), has_a || has_b);
		assert_int_equal(passes(&list, &exit), has_a);
		assert_true(passes(&list, &exec) || !has_a);
		pid_list_done(&list);
	}
}

/* The result of asking for a filter of COUNT large pids. */
static int filter_of_many(size_t count, enum event_type type)
{
	char *text = make_list(count, 2000000, 3);
	struct pid_list list = parse(text);
	char *expression = NULL;
	int code = pid_list_kernel_filter(&list, tracepoint_types[type]->pid_fields, &expression);

	if (code == 0)
		assert_true(strlen(expression) < 4096);
	else
		assert_null(expression);
	free(expression);
	pid_list_done(&list);
	free(text);
	return code;
}

static void test_too_many_pids_for_the_kernel(void **state)
{
	(void)state;
	for (enum event_type type = EVENT_FORK; type <= EVENT_EXIT; type++) {
		size_t count = 1;

		while (filter_of_many(count, type) == 0)
			count++;
		/* At 50 bytes a pid, far more than anybody types fit. */
		assert_true(count > 50);
		for (size_t more = count; more < count + 50; more++)
			assert_int_equal(filter_of_many(more, type), -E2BIG);
		assert_int_equal(filter_of_many(5000, type), -E2BIG);
	}
}

static void test_one_pid(void **state)
{
	static const char *const wrong[] = {"", "0", "x", "1x", "1,", "1,2", "-1", "4194305"};
	int32_t pid = 0;

	(void)state;
	assert_int_equal(pid_parse("4194304", &pid), 0);
	assert_int_equal(pid, 4194304);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(pid_parse(wrong[i], &pid), -EINVAL);
	assert_int_equal(pid, 4194304);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_pid),
		cmocka_unit_test(test_good_lists),
		cmocka_unit_test(test_bad_lists),
		cmocka_unit_test(test_has),
		cmocka_unit_test(test_a_long_list),
		cmocka_unit_test(test_kernel_filters),
		cmocka_unit_test(test_kernel_and_user_space_agree),
		cmocka_unit_test(test_too_many_pids_for_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
