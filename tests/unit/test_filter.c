/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The truth table of what is shown.
 */
#include "filter/filter.h"
#include "support.h"

static const struct event fork_event = {.type = EVENT_FORK,
					.fork = {.parent_pid = 1, .child_pid = 2}};
static const struct event exec_event = {.type = EVENT_EXEC, .exec = {.pid = 2, .old_pid = 2}};
static const struct event exit_event = {.type = EVENT_EXIT, .exit = {.pid = 2}};
static const struct event lost_event = {.type = EVENT_LOST, .lost = {1}};
static const struct event truncated_event = {.type = EVENT_TRUNCATED, .truncated = {"events", 1}};

static const struct event *const showable[] = {&fork_event, &exec_event, &exit_event};

static const struct task followed = {.tid = 2, .followed = true};
static const struct task stranger = {.tid = 2, .followed = false};

static int32_t pid_1[] = {1}, pid_2[] = {2}, pid_3[] = {3};
static const struct pid_list list_1 = {pid_1, 1}, list_2 = {pid_2, 1}, list_3 = {pid_3, 1};

static void test_everything(void **state)
{
	struct filter filter = {.events = EVENT_SHOWABLE};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(showable); i++) {
		assert_true(filter_passes(&filter, showable[i], &followed));
		assert_true(filter_passes(&filter, showable[i], &stranger));
		assert_true(filter_passes(&filter, showable[i], NULL));
	}
}

static void test_events_asked_for(void **state)
{
	(void)state;
	for (unsigned int events = 0; events < 8; events++) {
		for (size_t i = 0; i < ARRAY_SIZE(showable); i++) {
			struct filter filter = {.events = events};
			bool wanted = events & EVENT_BIT(showable[i]->type);

			assert_int_equal(filter_passes(&filter, showable[i], &followed), wanted);
			filter.followed_only = true;
			assert_int_equal(filter_passes(&filter, showable[i], &followed), wanted);
		}
	}
}

static void test_loss_is_always_shown(void **state)
{
	(void)state;
	for (unsigned int events = 0; events < 8; events++) {
		for (int followed_only = 0; followed_only < 2; followed_only++) {
			struct filter filter = {.events = events,
						.pids = events % 2 ? &list_3 : NULL,
						.followed_only = followed_only};

			assert_true(filter_passes(&filter, &lost_event, NULL));
			assert_true(filter_passes(&filter, &truncated_event, NULL));
		}
	}
}

static void assert_shown(const struct pid_list *pids, bool fork, bool exec, bool exit)
{
	struct filter filter = {.events = EVENT_SHOWABLE, .pids = pids};

	assert_int_equal(filter_passes(&filter, &fork_event, &stranger), fork);
	assert_int_equal(filter_passes(&filter, &exec_event, &stranger), exec);
	assert_int_equal(filter_passes(&filter, &exit_event, &stranger), exit);
	assert_int_equal(filter_passes(&filter, &fork_event, NULL), fork);
	assert_int_equal(filter_passes(&filter, &exec_event, NULL), exec);
	assert_int_equal(filter_passes(&filter, &exit_event, NULL), exit);
}

static void test_pids(void **state)
{
	(void)state;
	assert_shown(&list_1, true, false, false);
	assert_shown(&list_2, true, true, true);
	assert_shown(&list_3, false, false, false);
}

static void test_pids_and_events(void **state)
{
	struct filter filter = {.events = EVENT_BIT(EVENT_EXIT), .pids = &list_2};

	(void)state;
	assert_false(filter_passes(&filter, &fork_event, &stranger));
	assert_false(filter_passes(&filter, &exec_event, &stranger));
	assert_true(filter_passes(&filter, &exit_event, &stranger));
}

static void test_followed_only(void **state)
{
	struct filter filter = {.events = EVENT_SHOWABLE, .followed_only = true};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(showable); i++) {
		assert_true(filter_passes(&filter, showable[i], &followed));
		assert_false(filter_passes(&filter, showable[i], &stranger));
		assert_false(filter_passes(&filter, showable[i], NULL));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_events_asked_for),
		cmocka_unit_test(test_loss_is_always_shown),
		cmocka_unit_test(test_pids),
		cmocka_unit_test(test_pids_and_events),
		cmocka_unit_test(test_followed_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
