/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the user stack of an exec says: stacks built by hand, cut at every length, hostile ones, and
 * real ones.
 */
#include <elf.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "exec/stack.h"
#include "support.h"
#include "support_stack.h"

static const char *const no_strings[] = {NULL};
static const char *const some_argv[] = {"prog", "", "two words", "a|b\nc\xff", NULL};
static const char *const some_envp[] = {"PATH=/bin", "A=", "no variable", "A=2", NULL};

static const struct env_selection all = {.all = true};

/* Everything that is found in one stack. */
struct found {
	struct stack_tables tables;
	struct arguments arguments;
	struct environment environment;
	struct credentials credentials;
	struct buffer buffer;
};

static void find(const struct user_stack *stack, struct found *found)
{
	stack_tables_find(stack, &found->tables);
	stack_arguments(stack, &found->tables, &found->arguments);
	assert_int_equal(
		stack_environment(stack, &found->tables, &all, &found->buffer, &found->environment),
		0);
	stack_credentials(stack, &found->tables, &found->credentials);
}

static void assert_nothing(const struct found *found)
{
	assert_int_equal(found->arguments.argc, -1);
	assert_int_equal(found->arguments.known.count, 0);
	assert_false(found->arguments.complete);
	assert_int_equal(found->arguments.source, ARGV_NONE);
	assert_false(found->environment.known);
	assert_false(found->credentials.known);
}

/* LIST is the first ones of STRINGS. */
static void assert_strings(const struct string_list *list, const char *const *strings)
{
	const char *at = list->bytes.bytes;

	for (uint32_t i = 0; i < list->count; i++) {
		assert_string_equal(at, strings[i]);
		at += strlen(at) + 1;
	}
	assert_int_equal(at - list->bytes.bytes, list->bytes.length);
}

/* In every word size and byte order. */
static struct stack_plan plan_number(unsigned int number, const char *const *argv,
				     const char *const *envp, uint32_t gap)
{
	return (struct stack_plan){
		.word_size = number & 1 ? 4 : 8,
		.swap = number & 2,
		.argv = argv,
		.envp = envp,
		.gap = gap,
		.credentials = {.known = true,
				.uid = 1000,
				.euid = 0,
				.gid = 7,
				.egid = 8,
				.secure = true},
	};
}

static const struct variant {
	const char *const *argv, *const *envp;
	uint32_t gap;
} variants[] = {
	{some_argv, some_envp, 0},   {some_argv, some_envp, 100}, {some_argv, no_strings, 33},
	{no_strings, some_envp, 33}, {no_strings, no_strings, 0},
};

/* ---- whole stacks, and cut ones ---- */

/* How many strings of the area at AT are whole in a dump of SIZE bytes. */
static uint32_t whole_in(const char *const *strings, uint32_t at, uint32_t size)
{
	uint32_t count = 0;

	for (; strings[count]; count++) {
		at += (uint32_t)strlen(strings[count]) + 1;
		if (at > size)
			break;
	}
	return count;
}

static void assert_credentials(const struct credentials *credentials, bool known)
{
	assert_int_equal(credentials->known, known);
	assert_int_equal(credentials->uid, known ? 1000 : 0);
	assert_int_equal(credentials->euid, 0);
	assert_int_equal(credentials->gid, known ? 7 : 0);
	assert_int_equal(credentials->egid, known ? 8 : 0);
	assert_int_equal(credentials->secure, known);
}

static void assert_environment(const struct made_stack *made, const struct environment *environment,
			       const struct variant *variant, uint32_t size)
{
	static const char *const variables[] = {"PATH=/bin", "A=", "A=2", NULL};
	bool has_table = size / made->stack.word_size > made->env_null;
	bool known = has_table && whole_in(variant->envp, made->env_at, size) == made->envc;

	assert_int_equal(environment->known, known);
	assert_int_equal(environment->entries.count, known && made->envc > 0 ? 3 : 0);
	if (environment->entries.count > 0)
		assert_strings(&environment->entries, variables);
}

static void assert_found(const struct made_stack *made, const struct variant *variant,
			 const struct found *found, uint32_t size)
{
	uint32_t whole = whole_in(variant->argv, made->argv_at, size);

	if (size < made->stack.word_size) {
		assert_nothing(found);
		return;
	}
	assert_int_equal(found->arguments.argc, made->argc);
	assert_int_equal(found->arguments.known.count, whole);
	assert_strings(&found->arguments.known, variant->argv);
	assert_int_equal(found->arguments.complete, whole == made->argc);
	assert_int_equal(found->arguments.source, ARGV_STACK);
	assert_environment(made, &found->environment, variant, size);
	assert_credentials(&found->credentials, size >= made->aux_end);
}

static void check_every_length(const struct stack_plan *plan, const struct variant *variant)
{
	struct made_stack made;
	struct guarded guarded;
	struct found found = {0};

	stack_make(&made, plan);
	guarded_new(&guarded, made.stack.size);
	for (uint32_t size = 0; size <= made.stack.size; size++) {
		struct user_stack stack = made.stack;

		stack.bytes = guarded_put(&guarded, made.stack.bytes, size, 1);
		stack.size = size;
		find(&stack, &found);
		assert_found(&made, variant, &found, size);
	}
	guarded_free(&guarded);
	buffer_done(&found.buffer);
	stack_done(&made);
}

static void test_stacks_cut_at_every_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(variants); i++) {
		for (unsigned int number = 0; number < 4; number++) {
			const struct variant *variant = &variants[i];
			const struct stack_plan plan =
				plan_number(number, variant->argv, variant->envp, variant->gap);

			check_every_length(&plan, variant);
		}
	}
}

static void test_only_what_is_selected(void **state)
{
	const struct stack_plan plan = plan_number(0, some_argv, some_envp, 0);
	static const char *const expected[] = {"A=", "A=2", NULL};
	struct env_selection selection;
	struct environment environment;
	struct stack_tables tables;
	struct buffer buffer = {0};
	struct made_stack made;

	(void)state;
	stack_make(&made, &plan);
	assert_int_equal(env_selection_parse("A,no variable", &selection), 0);
	stack_tables_find(&made.stack, &tables);
	assert_int_equal(stack_environment(&made.stack, &tables, &selection, &buffer, &environment),
			 0);
	assert_true(environment.known);
	assert_int_equal(environment.entries.count, 2);
	assert_strings(&environment.entries, expected);
	env_selection_done(&selection);
	buffer_done(&buffer);
	stack_done(&made);
}

/* ---- stacks that no kernel makes ---- */

static void test_no_stack(void **state)
{
	static const unsigned char bytes[64];
	static const uint8_t word_sizes[] = {0, 1, 2, 3, 5, 16, 255};
	struct user_stack stack = {.bytes = NULL, .size = 64, .word_size = 8};
	struct found found = {0};

	(void)state;
	find(&stack, &found);
	assert_nothing(&found);
	for (size_t i = 0; i < ARRAY_SIZE(word_sizes); i++) {
		stack = (struct user_stack){
			.bytes = bytes,
			.size = sizeof(bytes),
			.word_size = word_sizes[i],
		};
		find(&stack, &found);
		assert_nothing(&found);
	}
}

static void find_with(const struct stack_plan *plan, uint32_t word, uint64_t value,
		      struct found *found)
{
	struct made_stack made;

	stack_make(&made, plan);
	stack_store(&made, word, value);
	find(&made.stack, found);
	stack_done(&made);
}

static void test_an_argc_that_the_pointers_deny(void **state)
{
	static const uint64_t counts[] = {0,          1,          3,          5,
					  6,          9,          0x10000000, INT_MAX,
					  0x80000000, UINT32_MAX, UINT64_MAX, UINT64_C(1) << 32};
	struct found found = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		for (unsigned int number = 0; number < 4; number++) {
			const struct stack_plan plan = plan_number(number, some_argv, some_envp, 9);

			if (plan.word_size == 4 && counts[i] > UINT32_MAX)
				continue;
			find_with(&plan, 0, counts[i], &found);
			assert_nothing(&found);
		}
	}
	buffer_done(&found.buffer);
}

/* A dump that ends in the middle of argv says how many there are, and no more. */
static void test_more_arguments_than_the_dump_has_words(void **state)
{
	const struct stack_plan plan = plan_number(0, some_argv, some_envp, 9);
	struct made_stack made;
	struct found found = {0};

	(void)state;
	stack_make(&made, &plan);
	stack_store(&made, 0, INT_MAX);
	made.stack.size = 5 * 8;
	find(&made.stack, &found);
	assert_int_equal(found.arguments.argc, INT_MAX);
	assert_int_equal(found.arguments.known.count, 0);
	assert_false(found.arguments.complete);
	assert_false(found.environment.known);
	stack_done(&made);
}

static void test_an_argc_that_no_kernel_stores(void **state)
{
	static const uint64_t counts[] = {UINT64_C(1) << 31, UINT32_MAX, UINT64_MAX};
	const struct stack_plan plan = plan_number(0, some_argv, some_envp, 9);
	struct made_stack made;
	struct found found = {0};

	(void)state;
	stack_make(&made, &plan);
	made.stack.size = 5 * 8;
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		stack_store(&made, 0, counts[i]);
		find(&made.stack, &found);
		assert_nothing(&found);
	}
	stack_done(&made);
}

/* WORD is the pointer of argument NUMBER: from it or the one before on, none is known. */
static void check_hostile_pointer(const struct stack_plan *plan, uint32_t number, uint64_t value)
{
	struct found found = {0};
	struct made_stack made;

	stack_make(&made, plan);
	stack_store(&made, 1 + number, value);
	find(&made.stack, &found);
	assert_int_equal(found.arguments.argc, made.argc);
	assert_in_range(found.arguments.known.count, 0, number);
	assert_strings(&found.arguments.known, plan->argv);
	assert_false(found.arguments.complete);
	buffer_done(&found.buffer);
	stack_done(&made);
}

static void test_argument_pointers_that_lie(void **state)
{
	static const uint64_t values[] = {1,
					  8,
					  0xffa0122f,
					  0xffa01231,
					  UINT32_MAX,
					  UINT64_MAX,
					  0x7ffc0000122f,
					  0x7ffc00001230,
					  0x7ffc00001231,
					  0x7fffffffffff,
					  0x7ffc00001400,
					  0xffa01300};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		for (uint32_t number = 0; number < 4; number++) {
			const struct stack_plan wide = plan_number(0, some_argv, some_envp, 9);
			const struct stack_plan narrow = plan_number(1, some_argv, some_envp, 9);

			check_hostile_pointer(&wide, number, values[i]);
			if (values[i] <= UINT32_MAX)
				check_hostile_pointer(&narrow, number, values[i]);
		}
	}
}

/* The last argument has to end where the environment starts. */
static void test_a_gap_between_the_strings(void **state)
{
	const struct stack_plan plan = plan_number(0, some_argv, some_envp, 9);
	struct found found = {0};
	struct made_stack made;

	(void)state;
	stack_make(&made, &plan);
	stack_store(&made, 6, stack_address(&made, made.env_at + 1));
	find(&made.stack, &found);
	assert_int_equal(found.arguments.known.count, 3);
	assert_false(found.environment.known);
	buffer_done(&found.buffer);
	stack_done(&made);
}

/* All pointers the same: each would be as long as the dump. */
static void test_pointers_that_overlap(void **state)
{
	struct user_stack stack = {.word_size = 8, .size = 65528, .pointer = 0x1000};
	struct made_stack made = {.stack = stack};
	struct found found = {0};

	(void)state;
	made.stack.bytes = malloc(stack.size);
	assert_non_null(made.stack.bytes);
	memset((void *)made.stack.bytes, 'x', stack.size);
	stack_store(&made, 0, 4000);
	for (uint32_t word = 1; word <= 4000; word++)
		stack_store(&made, word, 0x1000 + 5000 * 8);
	stack_store(&made, 4001, 0);
	find(&made.stack, &found);
	assert_int_equal(found.arguments.argc, 4000);
	assert_int_equal(found.arguments.known.count, 0);
	stack_done(&made);
}

static void test_ids_of_more_than_32_bits(void **state)
{
	const struct stack_plan plan = plan_number(0, some_argv, some_envp, 9);
	struct found found = {0};

	(void)state;
	/* AT_UID's value: behind argc, four arguments, four variables, two NULLs and a pair. */
	find_with(&plan, 1 + 5 + 5 + 3, UINT64_C(1) << 32, &found);
	assert_false(found.credentials.known);
	find_with(&plan, 1 + 5 + 5 + 3, UINT32_MAX, &found);
	assert_true(found.credentials.known);
	assert_int_equal(found.credentials.uid, UINT32_MAX);
	buffer_done(&found.buffer);
}

static void test_an_auxv_without_one_of_the_ids(void **state)
{
	static const uint64_t types[] = {AT_NULL, AT_IGNORE};
	const struct stack_plan plan = plan_number(0, some_argv, some_envp, 9);
	struct found found = {0};

	(void)state;
	for (uint32_t pair = 1; pair <= 5; pair++) {
		for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
			find_with(&plan, 1 + 5 + 5 + 2 * pair, types[i], &found);
			assert_false(found.credentials.known);
			assert_true(found.arguments.complete);
		}
	}
	buffer_done(&found.buffer);
}

static void test_what_is_behind_the_end_of_the_auxv(void **state)
{
	const struct stack_plan plan = plan_number(0, some_argv, some_envp, 9);
	struct found found = {0};

	(void)state;
	find_with(&plan, 1 + 5 + 5, AT_NULL, &found);
	assert_false(found.credentials.known);
	buffer_done(&found.buffer);
}

static void test_any_bytes_are_survived(void **state)
{
	struct random random = {.state = 11};
	unsigned char bytes[256];
	struct found found = {0};
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, sizeof(bytes));
	for (int round = 0; round < 100000; round++) {
		uint32_t size = (uint32_t)random_below(&random, sizeof(bytes));

		for (size_t i = 0; i < size; i++)
			bytes[i] = (unsigned char)random_below(&random, round % 2 ? 3 : 256);
		const struct user_stack stack = {
			.bytes = guarded_put(&guarded, bytes, size, 1),
			.size = size,
			.word_size = round % 4 < 2 ? 4 : 8,
			.swap = round % 8 < 4,
			.pointer = random_below(&random, 300),
		};
		find(&stack, &found);
		assert_true(found.arguments.known.count <= size);
	}
	guarded_free(&guarded);
	buffer_done(&found.buffer);
}

/* ---- the strings from elsewhere ---- */

/* Whether the stack, of which SIZE bytes were dumped, confirms argv with byte AT changed to BYTE.
 */
static bool confirms_changed(const struct made_stack *made, uint32_t size, uint32_t at, char byte)
{
	struct user_stack stack = made->stack;
	uint32_t length = made->env_at - made->argv_at;
	char *strings = malloc(length);
	struct stack_tables tables;

	assert_non_null(strings);
	memcpy(strings, stack.bytes + made->argv_at, length);
	strings[at] = byte;
	stack.size = size;
	stack_tables_find(&stack, &tables);
	bool confirms = stack_confirms(&stack, &tables, STACK_ARGV, (struct text){strings, length});
	free(strings);
	return confirms;
}

static void test_strings_that_agree_are_confirmed(void **state)
{
	(void)state;
	for (unsigned int number = 0; number < 4; number++) {
		const struct stack_plan plan = plan_number(number, some_argv, some_envp, 50);
		struct made_stack made;

		stack_make(&made, &plan);
		for (uint32_t size = made.argv_at - 50; size <= made.stack.size; size++)
			assert_true(confirms_changed(&made, size, 0, 'p'));
		stack_done(&made);
	}
}

/* "prog": another byte shows only where the dump has it; a NUL, or one less, always. */
static void test_strings_that_do_not_agree(void **state)
{
	const struct stack_plan plan = plan_number(0, some_argv, some_envp, 50);
	uint32_t size;
	struct made_stack made;

	(void)state;
	stack_make(&made, &plan);
	for (size = made.argv_at - 50; size <= made.stack.size; size++) {
		assert_false(confirms_changed(&made, size, 2, '\0'));
		assert_false(confirms_changed(&made, size, 4, ' '));
		assert_false(confirms_changed(&made, size, made.env_at - made.argv_at - 1, ' '));
		assert_int_equal(confirms_changed(&made, size, 2, 'X'), size <= made.argv_at + 2);
	}
	stack_done(&made);
}

static void test_strings_of_another_length(void **state)
{
	static const char more[] = "prog\0\0two words\0a|b\nc\xff\0";
	const struct stack_plan plan = plan_number(0, some_argv, no_strings, 50);
	uint32_t whole = sizeof(more) - 1;
	struct stack_tables tables;
	struct made_stack made;

	(void)state;
	stack_make(&made, &plan);
	made.stack.size = made.argv_at - 50;
	stack_tables_find(&made.stack, &tables);
	for (uint32_t length = 0; length <= sizeof(more); length++)
		assert_int_equal(stack_confirms(&made.stack, &tables, STACK_ARGV,
						(struct text){more, length}),
				 length == whole);
	stack_done(&made);
}

/* Where pointers are missing, the number of strings still has to be right. */
static void test_strings_whose_pointers_are_cut(void **state)
{
	static const char strings[] = "prog\0\0two words\0a|b\nc\xff";
	static const char fewer[] = "prog\0\0two words and the rest";
	const struct stack_plan plan = plan_number(0, some_argv, some_envp, 50);
	struct stack_tables tables;
	struct made_stack made;

	(void)state;
	stack_make(&made, &plan);
	made.stack.size = 3 * 8;
	stack_tables_find(&made.stack, &tables);
	assert_true(stack_confirms(&made.stack, &tables, STACK_ARGV,
				   (struct text){strings, sizeof(strings)}));
	assert_false(stack_confirms(&made.stack, &tables, STACK_ARGV,
				    (struct text){fewer, sizeof(fewer)}));
	assert_false(stack_confirms(&made.stack, &tables, STACK_ENVP,
				    (struct text){strings, sizeof(strings)}));
	stack_done(&made);
}

/* How many variables there are is not known then. */
static void test_an_environment_whose_pointers_are_cut(void **state)
{
	static const char strings[] = "PATH=/bin\0A=";
	const struct stack_plan plan = plan_number(0, some_argv, some_envp, 50);
	struct stack_tables tables;
	struct made_stack made;

	(void)state;
	stack_make(&made, &plan);
	made.stack.size = (1 + 5 + 2) * 8;
	stack_tables_find(&made.stack, &tables);
	assert_int_equal(tables.env_count, 2);
	assert_false(stack_confirms(&made.stack, &tables, STACK_ENVP,
				    (struct text){strings, sizeof(strings)}));
	stack_done(&made);
}

/* ---- real dumps ---- */

static const char *const words_argv[] = {"true", "one", "two words", "a|b\nc\xff", NULL};
static const char *const empty_argv[] = {"", "", "a", "", NULL};
static const char *const static_argv[] = {"static", "--flag", NULL};
static const char *const i386_argv[] = {"static32", "--flag", NULL};
static const char *const script_argv[] = {"/bin/sh", "-e", "./script", "--flag", NULL};
static const char *const no_argv[] = {"", NULL};
static const char *const cut_argv[] = {"true", "first", NULL};
static const char *const su_argv[] = {"su", "--help", NULL};
static const char *const real_envp[] = {"LANG=C.UTF-8", "PATH=/usr/bin:/bin", "A=1", "A=2", NULL};

static const struct dump {
	const char *name;
	uint8_t word_size;
	int64_t argc;
	uint32_t known;
	const char *const *argv;
	bool has_env;
	uint32_t uid;
} dumps[] = {
	{"whole", 8, 4, 4, words_argv, true, 0},     {"gap", 8, 4, 0, words_argv, false, 0},
	{"cut", 8, 4, 2, cut_argv, false, 0},        {"static", 8, 2, 2, static_argv, true, 0},
	{"empty", 8, 4, 4, empty_argv, true, 0},     {"many", 8, 2000, 0, no_strings, false, 0},
	{"i386", 4, 2, 2, i386_argv, true, 0},       {"i386-gap", 4, 2, 0, i386_argv, false, 0},
	{"no-arguments", 8, 1, 1, no_argv, true, 0}, {"script", 8, 4, 4, script_argv, true, 0},
	{"setuid", 8, 2, 2, su_argv, true, 1000},
};

static void check_dump(const struct dump *dump)
{
	struct made_stack made;
	struct found found = {0};

	stack_load(&made, dump->name);
	find(&made.stack, &found);
	assert_int_equal(made.stack.word_size, dump->word_size);
	assert_int_equal(found.arguments.argc, dump->argc);
	assert_int_equal(found.arguments.known.count, dump->known);
	assert_strings(&found.arguments.known, dump->argv);
	assert_int_equal(found.arguments.complete, dump->known == dump->argc);
	assert_int_equal(found.tables.argv_count, dump->argc);
	assert_int_equal(found.environment.known, dump->has_env);
	assert_int_equal(found.environment.entries.count, dump->has_env ? 4 : 0);
	if (dump->has_env)
		assert_strings(&found.environment.entries, real_envp);
	assert_true(found.credentials.known);
	assert_int_equal(found.credentials.uid, dump->uid);
	assert_int_equal(found.credentials.gid, dump->uid);
	assert_int_equal(found.credentials.euid, 0);
	assert_int_equal(found.credentials.secure, dump->uid != 0);
	buffer_done(&found.buffer);
	stack_done(&made);
}

static void test_real_dumps(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(dumps); i++)
		check_dump(&dumps[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stacks_cut_at_every_length),
		cmocka_unit_test(test_only_what_is_selected),
		cmocka_unit_test(test_no_stack),
		cmocka_unit_test(test_an_argc_that_the_pointers_deny),
		cmocka_unit_test(test_more_arguments_than_the_dump_has_words),
		cmocka_unit_test(test_an_argc_that_no_kernel_stores),
		cmocka_unit_test(test_argument_pointers_that_lie),
		cmocka_unit_test(test_a_gap_between_the_strings),
		cmocka_unit_test(test_pointers_that_overlap),
		cmocka_unit_test(test_ids_of_more_than_32_bits),
		cmocka_unit_test(test_an_auxv_without_one_of_the_ids),
		cmocka_unit_test(test_what_is_behind_the_end_of_the_auxv),
		cmocka_unit_test(test_any_bytes_are_survived),
		cmocka_unit_test(test_strings_that_agree_are_confirmed),
		cmocka_unit_test(test_strings_that_do_not_agree),
		cmocka_unit_test(test_strings_of_another_length),
		cmocka_unit_test(test_strings_whose_pointers_are_cut),
		cmocka_unit_test(test_an_environment_whose_pointers_are_cut),
		cmocka_unit_test(test_real_dumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
