/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a dump misses out of /proc: fake trees, and this test's own process in the real one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <unistd.h>

#include "exec/addresses.h"
#include "exec/argv_proc.h"
#include "exec/stack.h"
#include "support.h"
#include "support_stack.h"

#define PID 42
#define BOTH (ARGV_WANT_ARGUMENTS | ARGV_WANT_ENVIRONMENT)
#define GAP 64

static const char *const some_argv[] = {"prog", "", "two words", "last", NULL};
static const char *const some_envp[] = {"PATH=/bin", "A=", "A=2", NULL};
static const char *const no_strings[] = {NULL};

static const struct env_selection all = {.all = true};

/* A fake /proc that shows process PID as the exec of `made` left it. */
struct fixture {
	char path[32];
	int proc_fd;
	struct made_stack made; /* whole; `stack` is what a dump has of it */
	struct user_stack stack;
	struct argv_provider *provider;
	struct arguments arguments;
	struct environment environment;
};

/* How many more calls of realloc() succeed; -1: all. */
static int reallocs_left = -1;

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_realloc(void *memory, size_t size)
{
	if (reallocs_left == 0)
		return NULL;
	if (reallocs_left > 0)
		reallocs_left--;
	return __real_realloc(memory, size);
}

/* ---- trees ---- */

static void put_file(const struct fixture *fixture, const char *name, const void *bytes,
		     size_t length)
{
	int fd = openat(fixture->proc_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	close(fd);
}

static void put_text(const struct fixture *fixture, const char *name, const char *text)
{
	put_file(fixture, name, text, strlen(text));
}

static struct addresses true_addresses(const struct made_stack *made)
{
	return (struct addresses){
		.start_stack = made->stack.pointer,
		.arg_start = stack_address(made, made->argv_at),
		.arg_end = stack_address(made, made->env_at),
		.env_start = stack_address(made, made->env_at),
		.env_end = stack_address(made, made->env_end),
	};
}

/* As proc(5) has it: 27 fields before start_stack, 47 before arg_start. */
static size_t format_stat(char *text, size_t size, const char *comm,
			  const struct addresses *addresses)
{
	return (size_t)snprintf(
		text, size,
		"%d (%s) S 1 42 42 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 1 0 12345 1000 50 "
		"18446744073709551615 94000 95000 %ju 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 96000 97000 "
		"98000 %ju %ju %ju %ju 0\n",
		PID, comm, (uintmax_t)addresses->start_stack, (uintmax_t)addresses->arg_start,
		(uintmax_t)addresses->arg_end, (uintmax_t)addresses->env_start,
		(uintmax_t)addresses->env_end);
}

static void put_stat(const struct fixture *fixture, const char *comm,
		     const struct addresses *addresses)
{
	char text[1024];

	put_file(fixture, "42/stat", text, format_stat(text, sizeof(text), comm, addresses));
}

static void put_process(const struct fixture *fixture)
{
	const struct made_stack *made = &fixture->made;
	const struct addresses addresses = true_addresses(made);
	const unsigned char *bytes = made->stack.bytes;

	assert_int_equal(mkdirat(fixture->proc_fd, "42", 0700), 0);
	assert_int_equal(mkdirat(fixture->proc_fd, "sys", 0700), 0);
	assert_int_equal(mkdirat(fixture->proc_fd, "sys/kernel", 0700), 0);
	put_file(fixture, "42/cmdline", bytes + made->argv_at, made->env_at - made->argv_at);
	put_file(fixture, "42/environ", bytes + made->env_at, made->env_end - made->env_at);
	put_stat(fixture, "prog", &addresses);
	put_text(fixture, "42/personality", "00000000\n");
	put_text(fixture, "sys/kernel/randomize_va_space", "2\n");
}

/* The dump of the stack that PLAN makes ends in the gap, so has no strings. */
static void fixture_make(struct fixture *fixture, const struct stack_plan *plan)
{
	*fixture = (struct fixture){.path = "/tmp/test_argv_proc-XXXXXX"};
	assert_non_null(mkdtemp(fixture->path));
	fixture->proc_fd = open(fixture->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fixture->proc_fd >= 0);
	stack_make(&fixture->made, plan);
	fixture->stack = fixture->made.stack;
	fixture->stack.size = fixture->made.argv_at - plan->gap / 2;
	put_process(fixture);
	fixture->provider = argv_proc_new(fixture->proc_fd, &all);
	assert_non_null(fixture->provider);
}

static void fixture_init(struct fixture *fixture)
{
	fixture_make(fixture, &(struct stack_plan){
				      .word_size = 8,
				      .argv = some_argv,
				      .envp = some_envp,
				      .gap = GAP,
			      });
}

static void fixture_done(struct fixture *fixture)
{
	static const char *const files[] = {"42/cmdline", "42/environ", "42/stat", "42/personality",
					    "sys/kernel/randomize_va_space"};
	static const char *const directories[] = {"42", "sys/kernel", "sys"};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlinkat(fixture->proc_fd, files[i], 0);
	for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
		unlinkat(fixture->proc_fd, directories[i], AT_REMOVEDIR);
	close(fixture->proc_fd);
	assert_int_equal(rmdir(fixture->path), 0);
	argv_provider_free(fixture->provider);
	stack_done(&fixture->made);
}

/* ---- completing ---- */

static void complete(struct fixture *fixture, unsigned int wants)
{
	struct stack_tables tables;

	stack_tables_find(&fixture->stack, &tables);
	stack_arguments(&fixture->stack, &tables, &fixture->arguments);
	fixture->environment = (struct environment){0};
	assert_int_equal(argv_provider_complete(fixture->provider, PID, &fixture->stack, wants,
						&fixture->arguments, &fixture->environment),
			 0);
}

static void assert_arguments(const struct fixture *fixture)
{
	const struct arguments *arguments = &fixture->arguments;
	const struct made_stack *made = &fixture->made;

	assert_int_equal(arguments->argc, made->argc);
	assert_int_equal(arguments->known.count, made->argc);
	assert_true(arguments->complete);
	assert_int_equal(arguments->source, ARGV_PROC);
	assert_int_equal(arguments->known.bytes.length, made->env_at - made->argv_at);
	assert_memory_equal(arguments->known.bytes.bytes, made->stack.bytes + made->argv_at,
			    arguments->known.bytes.length);
}

static void assert_environment(const struct fixture *fixture)
{
	const struct environment *environment = &fixture->environment;
	const struct made_stack *made = &fixture->made;

	assert_true(environment->known);
	assert_int_equal(environment->entries.count, made->envc);
	assert_int_equal(environment->entries.bytes.length, made->env_end - made->env_at);
	assert_memory_equal(environment->entries.bytes.bytes, made->stack.bytes + made->env_at,
			    environment->entries.bytes.length);
}

static void assert_no_arguments(const struct fixture *fixture)
{
	assert_int_equal(fixture->arguments.argc, fixture->made.argc);
	assert_int_equal(fixture->arguments.known.count, 0);
	assert_false(fixture->arguments.complete);
	assert_int_equal(fixture->arguments.source, ARGV_STACK);
}

static void assert_nothing_proven(struct fixture *fixture)
{
	complete(fixture, BOTH);
	assert_no_arguments(fixture);
	assert_false(fixture->environment.known);
}

static void test_both_are_completed(void **state)
{
	(void)state;
	for (unsigned int number = 0; number < 4; number++) {
		struct fixture fixture;

		fixture_make(&fixture, &(struct stack_plan){
					       .word_size = number & 1 ? 4 : 8,
					       .swap = number & 2,
					       .argv = some_argv,
					       .envp = some_envp,
					       .gap = GAP,
				       });
		complete(&fixture, BOTH);
		assert_arguments(&fixture);
		assert_environment(&fixture);
		fixture_done(&fixture);
	}
}

static void test_only_what_is_wanted_is_touched(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	complete(&fixture, 0);
	assert_no_arguments(&fixture);
	assert_false(fixture.environment.known);
	complete(&fixture, ARGV_WANT_ARGUMENTS);
	assert_arguments(&fixture);
	assert_false(fixture.environment.known);
	complete(&fixture, ARGV_WANT_ENVIRONMENT);
	assert_no_arguments(&fixture);
	assert_environment(&fixture);
	fixture_done(&fixture);
}

static void test_an_empty_environment(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_make(&fixture, &(struct stack_plan){
				       .word_size = 8,
				       .argv = some_argv,
				       .envp = no_strings,
				       .gap = GAP,
			       });
	complete(&fixture, ARGV_WANT_ARGUMENTS);
	assert_arguments(&fixture);
	fixture_done(&fixture);
}

static void test_a_dump_with_a_part_of_the_strings(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	for (; fixture.stack.size < fixture.made.stack.size; fixture.stack.size++) {
		complete(&fixture, BOTH);
		assert_arguments(&fixture);
		assert_environment(&fixture);
	}
	fixture_done(&fixture);
}

static void test_one_argument_of_100_kilobytes(void **state)
{
	static char big[100 * 1024 + 1];
	static const char *const argv[] = {"prog", big, "last", NULL};
	struct fixture fixture;

	(void)state;
	memset(big, 'b', sizeof(big) - 1);
	fixture_make(&fixture, &(struct stack_plan){
				       .word_size = 8,
				       .argv = argv,
				       .envp = some_envp,
				       .gap = GAP,
			       });
	complete(&fixture, BOTH);
	assert_arguments(&fixture);
	assert_environment(&fixture);
	fixture_done(&fixture);
}

/* As where there are so many that not even their pointers are in the dump. */
static void test_a_dump_without_all_pointers(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture.stack.size = 3 * 8;
	complete(&fixture, BOTH);
	assert_arguments(&fixture);
	assert_false(fixture.environment.known);
	put_text(&fixture, "42/cmdline", "prog, as it calls itself by now");
	assert_nothing_proven(&fixture);
	fixture_done(&fixture);
}

/* ---- what proves nothing ---- */

static void test_a_process_that_is_gone(void **state)
{
	static const char *const files[] = {"42/personality", "42/stat", "42/environ",
					    "42/cmdline"};
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		assert_int_equal(unlinkat(fixture.proc_fd, files[i], 0), 0);
		assert_nothing_proven(&fixture);
	}
	fixture_done(&fixture);
}

static void test_a_zombie(void **state)
{
	const struct addresses none = {0};
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	put_text(&fixture, "42/cmdline", "");
	put_text(&fixture, "42/environ", "");
	put_stat(&fixture, "prog", &none);
	assert_nothing_proven(&fixture);
	fixture_done(&fixture);
}

/* Without the right to see where the strings are, all addresses are 0. */
static void test_addresses_that_are_hidden(void **state)
{
	const struct addresses none = {0};
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	put_stat(&fixture, "prog", &none);
	assert_nothing_proven(&fixture);
	fixture_done(&fixture);
}

static void test_another_exec(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	struct addresses other = true_addresses(&fixture.made);
	other.start_stack -= 16;
	put_stat(&fixture, "prog", &other);
	assert_nothing_proven(&fixture);

	other = true_addresses(&fixture.made);
	other.arg_start -= 4096;
	other.arg_end -= 4096;
	other.env_start += 4096;
	other.env_end += 4096;
	put_stat(&fixture, "prog", &other);
	assert_nothing_proven(&fixture);
	fixture_done(&fixture);
}

/* prctl(2), PR_SET_MM. */
static void test_an_area_whose_end_was_moved(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	for (int by = -1; by <= 1; by += 2) {
		struct addresses moved = true_addresses(&fixture.made);

		moved.arg_end += (uint64_t)by;
		moved.env_end += (uint64_t)by;
		put_stat(&fixture, "prog", &moved);
		assert_nothing_proven(&fixture);
	}
	fixture_done(&fixture);
}

static void check_rewritten(const char *cmdline, size_t length)
{
	struct fixture fixture;

	fixture_init(&fixture);
	struct addresses addresses = true_addresses(&fixture.made);
	addresses.arg_end = addresses.arg_start + length;
	put_file(&fixture, "42/cmdline", cmdline, length);
	put_stat(&fixture, "prog", &addresses);
	complete(&fixture, BOTH);
	assert_no_arguments(&fixture);
	assert_environment(&fixture);
	fixture_done(&fixture);
}

/* "prog", "", "two words", "last" take 21 bytes. */
static void test_a_command_line_that_was_rewritten(void **state)
{
	static const char title[21] = "prog: a title";
	static const char moved[21] = "progs\0two words\0last";
	static const char no_end[21] = "prog\0\0two words\0last!";
	static const char longer[22] = "prog\0\0two words\0last!";
	static const char more[22] = "prog\0\0two words\0last\0";

	(void)state;
	check_rewritten(title, sizeof(title));
	check_rewritten(moved, sizeof(moved));
	check_rewritten(no_end, sizeof(no_end));
	check_rewritten(longer, sizeof(longer));
	check_rewritten(more, sizeof(more));
	check_rewritten(no_end, 6);
	check_rewritten("", 1);
}

/* The last argument is in no dump: its length is, as the environment's address. */
static void test_a_last_argument_of_another_length(void **state)
{
	static const char longer[22] = "prog\0\0two words\0last!";
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	struct addresses addresses = true_addresses(&fixture.made);
	addresses.arg_end++;
	addresses.env_start++;
	put_file(&fixture, "42/cmdline", longer, sizeof(longer));
	put_stat(&fixture, "prog", &addresses);
	assert_nothing_proven(&fixture);
	fixture_done(&fixture);
}

static void test_bytes_that_the_dump_denies(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	fixture.stack.size = fixture.made.argv_at + 3;
	put_file(&fixture, "42/cmdline", "prag\0\0two words\0last", 21);
	complete(&fixture, BOTH);
	assert_no_arguments(&fixture);
	fixture_done(&fixture);
}

static void test_addresses_that_are_not_random(void **state)
{
	static const char *const personalities[] = {"00040000\n", "ffffffff\n", "0004ffff\n", ""};
	static const char *const sysctls[] = {"0\n", "", "junk\n"};
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	for (size_t i = 0; i < ARRAY_SIZE(personalities); i++) {
		put_text(&fixture, "42/personality", personalities[i]);
		assert_nothing_proven(&fixture);
	}
	put_text(&fixture, "42/personality", "00800000\n"); /* PER_LINUX32 and the like are fine */
	for (size_t i = 0; i < ARRAY_SIZE(sysctls); i++) {
		put_text(&fixture, "sys/kernel/randomize_va_space", sysctls[i]);
		assert_nothing_proven(&fixture);
	}
	put_text(&fixture, "sys/kernel/randomize_va_space", "1\n");
	complete(&fixture, BOTH);
	assert_arguments(&fixture);
	fixture_done(&fixture);
}

static void test_no_stack_and_no_pid(void **state)
{
	static const int32_t pids[] = {0, -1, INT32_MIN, 43};
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture);
	complete(&fixture, 0);
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		assert_int_equal(argv_provider_complete(fixture.provider, pids[i], &fixture.stack,
							BOTH, &fixture.arguments,
							&fixture.environment),
				 0);
		assert_no_arguments(&fixture);
	}
	const struct user_stack none = {0};
	assert_int_equal(argv_provider_complete(fixture.provider, PID, &none, BOTH,
						&fixture.arguments, &fixture.environment),
			 0);
	assert_no_arguments(&fixture);
	fixture_done(&fixture);
}

static void test_no_memory(void **state)
{
	int code = -ENOMEM;

	(void)state;
	for (int calls = 0; code < 0; calls++) {
		struct arguments arguments = {.argc = -1};
		struct environment environment = {0};
		struct fixture fixture;

		fixture_init(&fixture);
		reallocs_left = calls;
		code = argv_provider_complete(fixture.provider, PID, &fixture.stack, BOTH,
					      &arguments, &environment);
		reallocs_left = -1;
		assert_true(code == 0 || code == -ENOMEM);
		assert_int_equal(arguments.complete, code == 0);
		assert_int_equal(environment.known, code == 0);
		assert_true(calls > 2 || code < 0);
		fixture_done(&fixture);
	}
}

/* ---- this very process ---- */

static bool has_random_addresses(void)
{
	size_t length;
	char *sysctl = load_file("/proc/sys/kernel/randomize_va_space", &length);
	bool is_on = sysctl[0] != '0';

	free(sysctl);
	return is_on && !(personality(0xffffffff) & ADDR_NO_RANDOMIZE);
}

/* Its start is still where the exec put it: dumped as far as the strings. */
static void test_this_process(void **state)
{
	struct argv_provider *provider;
	struct arguments arguments = {0};
	struct environment environment = {0};
	struct addresses addresses;
	size_t length;
	char *stat = load_file("/proc/self/stat", &length);
	int proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(addresses_parse(stat, length, &addresses), 0);
	free(stat);
	if (!has_random_addresses())
		skip();
	const struct user_stack stack = {
		.bytes = (const unsigned char *)(uintptr_t)addresses.start_stack,
		.size = (uint32_t)(addresses.arg_start - addresses.start_stack),
		.word_size = sizeof(void *),
		.pointer = addresses.start_stack,
	};
	provider = argv_proc_new(proc_fd, &all);
	assert_non_null(provider);
	assert_int_equal(
		argv_provider_complete(provider, getpid(), &stack, BOTH, &arguments, &environment),
		0);
	assert_true(arguments.complete);
	assert_int_equal(arguments.argc, 1);
	assert_string_equal(arguments.known.bytes.bytes, program_invocation_name);
	assert_true(environment.known);
	argv_provider_free(provider);
	close(proc_fd);
}

/* ---- stat ---- */

static void test_names_of_any_bytes(void **state)
{
	static const char *const names[] = {
		")",
		"",
		"a) S 1 2 3",
		"\n) R",
		"\xff\xfe (",
		") S 1 42 42 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 1 0 9 9 9 9 9 9 9 0 0 (",
	};
	const struct addresses expected = {1, 2, 3, 4, UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct addresses addresses;
		char text[1024];
		size_t length = format_stat(text, sizeof(text), names[i], &expected);

		assert_int_equal(addresses_parse(text, length, &addresses), 0);
		assert_memory_equal(&addresses, &expected, sizeof(addresses));
	}
}

static void test_a_line_cut_at_every_length(void **state)
{
	const struct addresses expected = {11, 12, 13, 14, 15};
	struct addresses addresses;
	struct guarded guarded;
	char text[1024];
	size_t length = format_stat(text, sizeof(text), "prog", &expected);

	(void)state;
	guarded_new(&guarded, sizeof(text));
	/* " 0\n" is behind env_end; a number that is cut is another number. */
	for (size_t size = 0; size < length - 4; size++) {
		memset(&addresses, 0x5a, sizeof(addresses));
		assert_int_equal(
			addresses_parse(guarded_put(&guarded, text, size, 1), size, &addresses),
			-EBADMSG);
		assert_int_equal(addresses.arg_start, UINT64_C(0x5a5a5a5a5a5a5a5a));
	}
	guarded_free(&guarded);
}

static void test_addresses_that_are_no_numbers(void **state)
{
	static const char *const texts[] = {
		"42 (a) S 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 -1 9 0 1 2 3 4 5 6 7 8 9 "
		"0 1 2 3 4 5 6 7 48 49 50 51",
		"42 (a) S 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 28 9 0 1 2 3 4 5 6 7 8 9 "
		"0 1 2 3 4 5 6 7 48 0x49 50 51",
		"42 (a) S 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 28 9 0 1 2 3 4 5 6 7 8 9 "
		"0 1 2 3 4 5 6 7 48 49 50 18446744073709551616",
		"42 (a",
		"",
	};
	struct addresses addresses;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(addresses_parse(texts[i], strlen(texts[i]), &addresses), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_are_completed),
		cmocka_unit_test(test_only_what_is_wanted_is_touched),
		cmocka_unit_test(test_an_empty_environment),
		cmocka_unit_test(test_a_dump_with_a_part_of_the_strings),
		cmocka_unit_test(test_one_argument_of_100_kilobytes),
		cmocka_unit_test(test_a_dump_without_all_pointers),
		cmocka_unit_test(test_a_process_that_is_gone),
		cmocka_unit_test(test_a_zombie),
		cmocka_unit_test(test_addresses_that_are_hidden),
		cmocka_unit_test(test_another_exec),
		cmocka_unit_test(test_an_area_whose_end_was_moved),
		cmocka_unit_test(test_a_command_line_that_was_rewritten),
		cmocka_unit_test(test_a_last_argument_of_another_length),
		cmocka_unit_test(test_bytes_that_the_dump_denies),
		cmocka_unit_test(test_addresses_that_are_not_random),
		cmocka_unit_test(test_no_stack_and_no_pid),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_this_process),
		cmocka_unit_test(test_names_of_any_bytes),
		cmocka_unit_test(test_a_line_cut_at_every_length),
		cmocka_unit_test(test_addresses_that_are_no_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
