/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whose event a line of dynamic_events defines.
 */
#include "probe/own_names.h"
#include "support.h"

static void test_owners(void **state)
{
	static const char *const others[] = {
		"",
		"p:kprobes/argv proc_exec_connector",
		"p:perf_exec_trace_12_34/args proc_exec_connector",
		"p:perf_exec_trace_12_34x/argv proc_exec_connector",
		"p:perf_exec_trace_012_34/argv proc_exec_connector",
		"p:perf_exec_trace_12_ 34/argv proc_exec_connector",
		"p:perf_exec_trace_4294967308_34/argv proc_exec_connector",
		"p:perf_exec_trace_12_18446744073709551616/argv proc_exec_connector",
		"p:perf_exec_trace_12/argv proc_exec_connector",
		"p:perf_exec_trace_12_34/argv",
		"p:perf_exec_trace_12_34/exec_paths alloc_bprm",
		"p:perf_exec_trace_12_34/exec alloc_bprm",
		"r:perf_exec_trace_12_34/argv proc_exec_connector",
		" p:perf_exec_trace_12_34/argv proc_exec_connector",
	};
	struct event_owner owner = {1, 2};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_null(own_event_of(others[i], &owner));
	assert_int_equal(owner.pid, 1);
	assert_string_equal(
		own_event_of("p:perf_exec_trace_12_34/argv proc_exec_connector chunk=\\0:u32",
			     &owner),
		ARGV_EVENT);
	assert_int_equal(owner.pid, 12);
	assert_int_equal(owner.start, 34);
	assert_string_equal(own_event_of("p:perf_exec_trace_5_6/exec_path alloc_bprm", &owner),
			    PATH_EVENT);
	assert_int_equal(owner.pid, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
