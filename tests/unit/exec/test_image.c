/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an exec made of its process: from its stack, and from a provider only what that lacks.
 */
#include <errno.h>
#include <string.h>

#include "exec/image.h"
#include "support_stack.h"

static const char argv_bytes[] = "prog\0a b";
static const char env_bytes[] = "HOME=/root";
static const struct env_selection everything = {.all = true};

/* A provider that remembers what it was asked, and gives what it is told to. */
struct fake {
	struct argv_provider provider;
	int calls;
	int32_t pid;
	unsigned int wants, gives;
	int code;
};

static int fake_complete(struct argv_provider *provider, int32_t pid,
			 const struct user_stack *stack, unsigned int wants,
			 struct arguments *arguments, struct environment *environment)
{
	struct fake *fake = (struct fake *)provider;

	assert_non_null(stack->bytes);
	fake->calls++;
	fake->pid = pid;
	fake->wants = wants;
	if (fake->gives & wants & ARGV_WANT_ARGUMENTS)
		*arguments = (struct arguments){
			2, {{argv_bytes, sizeof(argv_bytes)}, 2}, true, ARGV_PROC};
	if (fake->gives & wants & ARGV_WANT_ENVIRONMENT)
		*environment = (struct environment){true, {{env_bytes, sizeof(env_bytes)}, 1}};
	return fake->code;
}

static const struct argv_provider_ops fake_ops = {.complete = fake_complete};

static struct fake fake;
static struct made_stack made;
static struct image_maker maker;

static int set_up(void **state)
{
	static const char *const argv[] = {"prog", "a b", NULL};
	static const char *const envp[] = {"HOME=/root", NULL};

	(void)state;
	stack_make(&made, &(struct stack_plan){.word_size = 8,
					       .argv = argv,
					       .envp = envp,
					       .credentials = {true, 1, 2, 3, 4, true}});
	fake = (struct fake){.provider = {&fake_ops}};
	maker = (struct image_maker){.provider = &fake.provider};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	image_maker_done(&maker);
	stack_done(&made);
	return 0;
}

static const struct exec_image *make_image(void)
{
	struct event event = {.type = EVENT_EXEC,
			      .sample_pid = 70,
			      .sample_tid = 71,
			      .exec = {.stack = made.stack}};

	assert_int_equal(image_make(&maker, &event), 0);
	assert_ptr_equal(event.exec.image, &maker.image);
	return event.exec.image;
}

static void test_a_whole_stack_needs_nobody(void **state)
{
	(void)state;
	maker.selection = &everything;
	const struct exec_image *image = make_image();

	assert_true(image->arguments.complete);
	assert_int_equal(image->arguments.source, ARGV_STACK);
	assert_int_equal(image->credentials.euid, 2);
	assert_true(image->credentials.secure);
	assert_true(image->environment.known);
	assert_int_equal(fake.calls, 0);
}

static void test_what_is_missing_is_asked_for(void **state)
{
	(void)state;
	made.stack.size = made.argv_at + 5;
	const struct exec_image *image = make_image();
	assert_int_equal(fake.calls, 1);
	assert_int_equal(fake.pid, 71);
	assert_int_equal(fake.wants, ARGV_WANT_ARGUMENTS);
	/* What is known stays. */
	assert_int_equal(image->arguments.known.count, 1);
	assert_false(image->arguments.complete);
	assert_int_equal(image->arguments.argc, 2);

	maker.selection = &everything;
	fake.gives = ARGV_WANT_ENVIRONMENT;
	image = make_image();
	assert_int_equal(fake.wants, ARGV_WANT_ARGUMENTS | ARGV_WANT_ENVIRONMENT);
	assert_true(image->environment.known);

	fake.gives = ARGV_WANT_ARGUMENTS | ARGV_WANT_ENVIRONMENT;
	image = make_image();
	assert_int_equal(image->arguments.source, ARGV_PROC);
	assert_true(image->arguments.complete);
}

static void test_only_the_environment_is_missing(void **state)
{
	(void)state;
	made.stack.size = made.env_at;
	maker.selection = &everything;
	fake.gives = ARGV_WANT_ARGUMENTS | ARGV_WANT_ENVIRONMENT;
	const struct exec_image *image = make_image();
	assert_int_equal(fake.wants, ARGV_WANT_ENVIRONMENT);
	assert_int_equal(image->arguments.source, ARGV_STACK);
}

static void test_without_a_stack_nothing_is_proven(void **state)
{
	(void)state;
	made.stack.size = 0;
	const unsigned char *bytes = made.stack.bytes;
	made.stack.bytes = NULL;
	fake.gives = ARGV_WANT_ARGUMENTS;
	const struct exec_image *image = make_image();
	made.stack.bytes = bytes;
	assert_int_equal(fake.calls, 0);
	assert_int_equal(image->arguments.argc, -1);
	assert_false(image->credentials.known);
	assert_false(image->environment.known);
}

static void test_without_a_provider(void **state)
{
	(void)state;
	maker.provider = NULL;
	made.stack.size = made.argv_at + 5;
	assert_int_equal(make_image()->arguments.known.count, 1);
}

static void test_no_memory(void **state)
{
	struct event event = {.type = EVENT_EXEC, .exec = {.stack = made.stack}};

	(void)state;
	event.exec.stack.size = made.argv_at;
	fake.code = -ENOMEM;
	assert_int_equal(image_make(&maker, &event), -ENOMEM);
}

#define image_test(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		image_test(test_a_whole_stack_needs_nobody),
		image_test(test_what_is_missing_is_asked_for),
		image_test(test_only_the_environment_is_missing),
		image_test(test_without_a_stack_nothing_is_proven),
		image_test(test_without_a_provider),
		image_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
