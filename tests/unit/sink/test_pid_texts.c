/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pids as kept digits against what printf(3) writes, among them such as share a slot.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/compiler.h"
#include "sink/text/pid_texts.h"
#include "support.h"

static struct pid_texts texts;

static void check(int32_t pid)
{
	char out[NUMBER_ROOM], expected[NUMBER_ROOM];
	char *end = pid_put(out, &texts, pid);

	snprintf(expected, sizeof(expected), "%" PRId32, pid);
	assert_text((struct text){out, (size_t)(end - out)}, expected);
}

static void test_each_twice(void **state)
{
	static const int32_t pids[] = {
		0, 1, 9, 10, 64, 128, 4194304, 4194304 + PID_TEXTS, -1, INT32_MAX, INT32_MIN, 0,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		check(pids[i]);
		check(pids[i]);
	}
}

static void test_random_pids(void **state)
{
	struct random random = {3};

	(void)state;
	for (int round = 0; round < 100000; round++) {
		check((int32_t)random_below(&random, 3 * PID_TEXTS));
		check((int32_t)random_below(&random, 1 << 22));
		check((int32_t)(random_below(&random, UINT32_MAX) - INT32_MAX));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_twice),
		cmocka_unit_test(test_random_pids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
