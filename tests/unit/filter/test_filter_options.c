/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What -u, -P, -n, --args and -c take, and what they need to know.
 */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "event/facts.h"
#include "filter/filter_options.h"
#include "support.h"

typedef int parse_function(struct filter_options *options, const char *text, struct error *err);

/* OPTIONS as they were, and an error that begins with the option. */
static void assert_refused(parse_function *parse, const char *text, const char *option)
{
	struct filter_options options = {0}, before = {0};
	struct error err = {0};

	assert_int_equal(parse(&options, text, &err), -EINVAL);
	assert_memory_equal(&options, &before, sizeof(options));
	assert_int_equal(strncmp(err.what, option, strlen(option)), 0);
}

static uint32_t uid_of(const char *text)
{
	struct filter_options options = {0};
	struct error err = {0};

	assert_int_equal(filter_options_parse_user(&options, text, &err), 0);
	assert_true(options.has_uid);
	return options.uid;
}

static void test_users(void **state)
{
	static const char *const wrong[] = {
		"",   "4294967295", "4294967296", "99999999999999999999", "-1",    "+1", " 0",
		"0 ", "0x0",        "1,2",        "no such user",         "root\n"};
	const struct passwd *nobody = getpwnam("nobody");
	bool has_nobody = nobody != NULL;
	uint32_t uid = nobody ? nobody->pw_uid : 0;

	(void)state;
	assert_int_equal(uid_of("0"), 0);
	assert_int_equal(uid_of("007"), 7);
	assert_int_equal(uid_of("4294967294"), 4294967294);
	assert_int_equal(uid_of("root"), 0);
	if (has_nobody)
		assert_int_equal(uid_of("nobody"), uid);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_refused(filter_options_parse_user, wrong[i], "-u");
}

static void test_parents(void **state)
{
	static const char *const wrong[] = {"",   "0",  "-1",  "+1",      "x",
					    "1x", "1,", "1,2", "4194305", "99999999999999999999"};
	struct filter_options options = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(filter_options_parse_ppid(&options, "4194304", &err), 0);
	assert_int_equal(options.ppid, 4194304);
	assert_int_equal(filter_options_parse_ppid(&options, "1", &err), 0);
	assert_int_equal(options.ppid, 1);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_refused(filter_options_parse_ppid, wrong[i], "-P");
}

static void test_names(void **state)
{
	static const char *const wrong[] = {"", "(", "a[", "a{2,1}", "[[:none:]]", "*a\\"};
	struct filter_options options = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(filter_options_parse_name(&options, "^make$", &err), 0);
	assert_int_equal(filter_options_parse_name(&options, "^(gcc|cc1)", &err), 0);
	assert_int_equal(regexec(options.name, "cc1plus", 0, NULL, 0), 0);
	assert_int_equal(regexec(options.name, "make", 0, NULL, 0), REG_NOMATCH);
	/* One that is wrong leaves the last one as it is. */
	assert_int_equal(filter_options_parse_name(&options, "(", &err), -EINVAL);
	assert_int_equal(regexec(options.name, "cc1plus", 0, NULL, 0), 0);
	filter_options_done(&options);
	assert_null(options.name);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_refused(filter_options_parse_name, wrong[i], "-n");
		assert_refused(filter_options_parse_args, wrong[i], "--args");
	}
}

static void test_arguments(void **state)
{
	struct filter_options options = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(filter_options_parse_args(&options, "-o x", &err), 0);
	assert_int_equal(filter_options_parse_args(&options, "foo\\.c$", &err), 0);
	assert_int_equal(regexec(options.args, "cc -c foo.c", 0, NULL, 0), 0);
	assert_null(options.name);
	assert_int_equal(filter_options_parse_args(&options, "[", &err), -EINVAL);
	assert_int_equal(regexec(options.args, "cc -c foo.c", 0, NULL, 0), 0);
	filter_options_done(&options);
	assert_null(options.args);
}

static void test_cgroups(void **state)
{
	struct filter_options options = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(filter_options_parse_cgroup(&options, "a/b/", false, &err), 0);
	assert_int_equal(filter_options_parse_cgroup(&options, "/no//such/", false, &err), 0);
	assert_string_equal(options.cgroup, "/no/such");
	/* Nowhere in this world, wherever cgroup2 is mounted, if at all. */
	assert_int_equal(filter_options_parse_cgroup(&options, "/no/such", true, &err), -EINVAL);
	assert_string_equal(options.cgroup, "/no/such");
	assert_int_equal(strncmp(err.what, "-c /no/such", 11), 0);
	filter_options_done(&options);
	assert_null(options.cgroup);
}

static void test_facts(void **state)
{
	regex_t name;
	char cgroup[] = "/";
	const unsigned int tasks = NEED_TASKS;

	(void)state;
	struct {
		struct filter_options options;
		unsigned int facts;
	} cases[] = {
		{{0}, 0},
		{{.has_uid = true}, tasks | NEED_ARGUMENTS},
		{{.ppid = 1}, tasks},
		{{.name = &name}, tasks | NEED_ARGUMENTS},
		{{.args = &name}, tasks | NEED_ARGUMENTS},
		{{.exits.is_set = true}, tasks | NEED_STATUS},
		{{.cgroup = cgroup}, tasks | NEED_CGROUP},
		{{.no_threads = true}, tasks},
		{{.failed = true}, tasks | NEED_STATUS},
		{{.has_uid = true, .cgroup = cgroup, .no_threads = true, .failed = true},
		 NEEDS_ALL},
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(filter_options_needs(&cases[i].options), cases[i].facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_users),   cmocka_unit_test(test_parents),
		cmocka_unit_test(test_names),   cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_cgroups), cmocka_unit_test(test_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
