/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of the path probe's definition.
 */
#include <string.h>

#include "decode/tracepoint.h"
#include "probe/own_names.h"
#include "probe/path_definition.h"
#include "support.h"

static void test_definition(void **state)
{
	const struct path_offsets offsets = {.name = 0, .uptr = 8};
	char text[PATH_DEFINITION_SIZE];

	(void)state;
	path_define("g", &offsets, text);
	assert_string_equal(text, "p:g/exec_path alloc_bprm pointer=+8($arg2):x64 "
				  "path=+0(+0($arg2)):string");
}

/* The longest there is has room. */
static void test_longest(void **state)
{
	const struct event_owner owner = {INT32_MAX, UINT64_MAX};
	const struct path_offsets far = {INT32_MAX, INT32_MAX};
	char group[OWN_GROUP_SIZE], text[PATH_DEFINITION_SIZE];

	(void)state;
	own_group_name(&owner, group);
	path_define(group, &far, text);
	assert_string_equal(text + strlen(text) - 9, ")):string");
}

/* Captures have the event under a name by which replays find it. */
static void test_name(void **state)
{
	const struct event_owner owner = {1, 2};
	const char *system = tracepoint_probed_path.system;
	char group[OWN_GROUP_SIZE];

	(void)state;
	own_group_name(&owner, group);
	assert_string_equal(tracepoint_probed_path.name, PATH_EVENT);
	assert_memory_equal(group, system, strcspn(system, "*"));
	assert_string_equal(system + strlen("perf_exec_trace_"), "*");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_definition),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
