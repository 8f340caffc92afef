/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tracepoints by name: each is one that kernels have, and the shown ones are where events say.
 */
#include <stdio.h>
#include <unistd.h>

#include "decode/tracepoint.h"
#include "event.h"
#include "support.h"

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(tracepoint_names[EVENT_FORK].name, "sched_process_fork");
	assert_string_equal(tracepoint_names[EVENT_EXEC].name, "sched_process_exec");
	assert_string_equal(tracepoint_names[EVENT_EXIT].name, "sched_process_exit");
	for (size_t i = 0; i < TRACEPOINT_COUNT; i++) {
		char path[256];

		/* None of the kernels that come with the tool was asked for this one. */
		if (i == TRACEPOINT_OOM_VICTIM)
			continue;
		snprintf(path, sizeof(path), "formats/amd64-6.1.0-50/events/%s/%s/format",
			 tracepoint_names[i].system, tracepoint_names[i].name);
		assert_int_equal(access(path, R_OK), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_names)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
