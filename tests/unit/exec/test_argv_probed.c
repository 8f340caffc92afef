/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Arguments that the argv probe copied, against the tables of the exec's stack.
 */
#include <string.h>

#include "exec/argv_probed.h"
#include "support_stack.h"

static const char *const argv[] = {"prog", "", "a longer one", "x", NULL};
static const char bytes[] = "prog\0\0a longer one\0x";

/* The dump of ARGV up to its strings, of which it has KEPT bytes. */
static uint64_t cut_stack(struct made_stack *made, uint32_t kept)
{
	static const char *const envp[] = {"E=1", NULL};

	stack_make(made, &(struct stack_plan){.word_size = 8, .argv = argv, .envp = envp});
	made->stack.size = made->argv_at + kept;
	return stack_address(made, made->argv_at);
}

static void test_all_of_them(void **state)
{
	struct made_stack made;
	struct arguments arguments;

	(void)state;
	for (uint32_t kept = 0; kept < sizeof(bytes); kept++) {
		uint64_t start = cut_stack(&made, kept);

		assert_true(argv_probed_take(&made.stack, start,
					     (struct text){bytes, sizeof(bytes)}, &arguments));
		assert_int_equal(arguments.argc, 4);
		assert_int_equal(arguments.known.count, 4);
		assert_int_equal(arguments.known.bytes.length, sizeof(bytes));
		assert_true(arguments.complete);
		assert_int_equal(arguments.source, ARGV_PROBE);
		stack_done(&made);
	}
}

/* A word that could not be read is zero, wherever it is. */
static void test_holes(void **state)
{
	struct made_stack made;
	uint64_t start = cut_stack(&made, 0);
	struct arguments arguments;
	char holed[sizeof(bytes)];

	(void)state;
	for (size_t at = 0; at < sizeof(bytes); at++) {
		for (size_t size = 1; size <= 8 && at + size <= sizeof(bytes); size++) {
			memcpy(holed, bytes, sizeof(bytes));
			memset(holed + at, 0, size);
			bool is_same = memcmp(holed, bytes, sizeof(bytes)) == 0;
			assert_int_equal(argv_probed_take(&made.stack, start,
							  (struct text){holed, sizeof(holed)},
							  &arguments),
					 is_same);
		}
	}
	stack_done(&made);
}

static void test_those_of_others(void **state)
{
	struct made_stack made;
	uint64_t start = cut_stack(&made, 3);
	struct arguments arguments = {.argc = -7};
	char other[sizeof(bytes) + 1] = {0};

	(void)state;
	memcpy(other, bytes, sizeof(bytes));
	const struct text right = {other, sizeof(bytes)};
	/* Elsewhere, shorter, longer, and with other bytes than the dump. */
	assert_false(argv_probed_take(&made.stack, start + 1, right, &arguments));
	assert_false(argv_probed_take(&made.stack, start, (struct text){other, sizeof(bytes) - 1},
				      &arguments));
	assert_false(argv_probed_take(&made.stack, start, (struct text){other, sizeof(bytes) + 1},
				      &arguments));
	assert_false(argv_probed_take(&made.stack, start, (struct text){other, 0}, &arguments));
	other[2] = 'O';
	assert_false(argv_probed_take(&made.stack, start, right, &arguments));
	made.stack.size = 0;
	assert_false(argv_probed_take(&made.stack, start, right, &arguments));
	assert_int_equal(arguments.argc, -7);
	stack_done(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_them),
		cmocka_unit_test(test_holes),
		cmocka_unit_test(test_those_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
