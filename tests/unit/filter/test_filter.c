/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The truth table of what is shown.
 */
#include <errno.h>
#include <string.h>

#include "filter/filter.h"
#include "support.h"
#include "support_memory.h"
#include "task/task.h"

static const struct event fork_event = {.type = EVENT_FORK,
					.fork = {.parent_tid = 1, .child_tid = 2}};
static const struct event exec_event = {.type = EVENT_EXEC, .exec = {.pid = 2, .old_pid = 2}};
static const struct event exit_event = {.type = EVENT_EXIT, .exit = {.pid = 2}};
static const struct event lost_event = {.type = EVENT_LOST, .lost = {1}};
static const struct event truncated_event = {.type = EVENT_TRUNCATED, .truncated = {"events", 1}};

static const struct event *const showable[] = {&fork_event, &exec_event, &exit_event};

static int32_t pid_1[] = {1}, pid_2[] = {2}, pid_3[] = {3};
static const struct pid_list list_1 = {pid_1, 1}, list_2 = {pid_2, 1}, list_3 = {pid_3, 1};

static void test_everything(void **state)
{
	struct filter filter = {.events = EVENT_SHOWABLE};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(showable); i++) {
		assert_true(filter_passes(&filter, showable[i], true));
		assert_true(filter_passes(&filter, showable[i], false));
		assert_true(filter_passes(&filter, showable[i], false));
	}
}

static void test_events_asked_for(void **state)
{
	(void)state;
	for (unsigned int events = 0; events < 8; events++) {
		for (size_t i = 0; i < ARRAY_SIZE(showable); i++) {
			struct filter filter = {.events = events};
			bool wanted = events & EVENT_BIT(showable[i]->type);

			assert_int_equal(filter_passes(&filter, showable[i], true), wanted);
			filter.followed_only = true;
			assert_int_equal(filter_passes(&filter, showable[i], true), wanted);
		}
	}
}

static void test_loss_is_always_shown(void **state)
{
	(void)state;
	for (unsigned int events = 0; events < 8; events++) {
		for (int followed_only = 0; followed_only < 2; followed_only++) {
			struct filter filter = {.events = events,
						.tids = events % 2 ? &list_3 : NULL,
						.followed_only = followed_only};

			assert_true(filter_passes(&filter, &lost_event, false));
			assert_true(filter_passes(&filter, &truncated_event, false));
		}
	}
}

static void assert_shown(const struct pid_list *pids, bool fork, bool exec, bool exit)
{
	struct filter filter = {.events = EVENT_SHOWABLE, .tids = pids};

	assert_int_equal(filter_passes(&filter, &fork_event, false), fork);
	assert_int_equal(filter_passes(&filter, &exec_event, false), exec);
	assert_int_equal(filter_passes(&filter, &exit_event, false), exit);
	assert_int_equal(filter_passes(&filter, &fork_event, false), fork);
	assert_int_equal(filter_passes(&filter, &exec_event, false), exec);
	assert_int_equal(filter_passes(&filter, &exit_event, false), exit);
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
	struct filter filter = {.events = EVENT_BIT(EVENT_EXIT), .tids = &list_2};

	(void)state;
	assert_false(filter_passes(&filter, &fork_event, false));
	assert_false(filter_passes(&filter, &exec_event, false));
	assert_true(filter_passes(&filter, &exit_event, false));
}

static void test_followed_only(void **state)
{
	struct filter filter = {.events = EVENT_SHOWABLE, .followed_only = true};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(showable); i++) {
		assert_true(filter_passes(&filter, showable[i], true));
		assert_false(filter_passes(&filter, showable[i], false));
		assert_false(filter_passes(&filter, showable[i], false));
	}
}

/* Only where they are asked for; those of a task, but no filter on exits lets them pass. */
static void test_failed_execs(void **state)
{
	const struct facts facts = {.tgid = 2, .tid = 3, .ppid = 1, .last = KNOWN_YES};
	const struct event event = {
		.type = EVENT_EXEC_FAILED, .facts = &facts, .exec_failed = {.pid = 3, .error = 2}};
	const struct filter_options ends = {.failed = true}, processes = {.no_threads = true},
				    others = {.ppid = 2}, children = {.ppid = 1};
	struct filter filter = {.events = EVENT_SHOWABLE};

	(void)state;
	assert_int_equal(filter_passes(&filter, &event, true), 0);
	filter.events = EVENT_BIT(EVENT_EXEC_FAILED);
	assert_int_equal(filter_passes(&filter, &event, true), 1);
	assert_int_equal(filter_passes(&filter, &exec_event, true), 0);
	filter.tids = &list_2;
	assert_int_equal(filter_passes(&filter, &event, false), 0);
	filter.tids = &list_3;
	assert_int_equal(filter_passes(&filter, &event, false), 1);
	filter.more = &ends;
	assert_int_equal(filter_passes(&filter, &event, false), 0);
	filter.more = &others;
	assert_int_equal(filter_passes(&filter, &event, false), 0);
	filter.more = &processes;
	assert_int_equal(filter_passes(&filter, &event, false), 1);
	filter.more = &children;
	assert_int_equal(filter_passes(&filter, &event, false), 1);
	filter.followed_only = true;
	assert_int_equal(filter_passes(&filter, &event, false), 0);
	assert_int_equal(filter_passes(&filter, &event, true), 1);
}

static void test_what_feeds_the_table_is_not_shown(void **state)
{
	struct filter filter = {.events = ~0U};

	(void)state;
	for (unsigned int type = EVENT_SHOWN_TYPES; type < EVENT_TYPES; type++) {
		struct event event = {.type = (enum event_type)type};

		assert_false(filter_passes(&filter, &event, true));
	}
}

/* ---- filters that look at facts ---- */

static struct text text_of(const char *string)
{
	return (struct text){string, strlen(string)};
}

/* Whether EVENT with FACTS (NULL: none) passes MORE. */
static bool passes(const struct filter_options *more, struct event event, const struct facts *facts)
{
	struct filter filter = {.events = EVENT_SHOWABLE, .more = more};

	event.facts = facts;
	return filter_passes(&filter, &event, false);
}

static bool any_passes(const struct filter_options *more, const struct facts *facts)
{
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(showable); i++)
		any = any || passes(more, *showable[i], facts);
	return any;
}

static bool all_pass(const struct filter_options *more, const struct facts *facts)
{
	bool all = true;

	for (size_t i = 0; i < ARRAY_SIZE(showable); i++)
		all = all && passes(more, *showable[i], facts);
	return all;
}

static void test_events_without_facts(void **state)
{
	const struct filter_options more = {.ppid = 1};

	(void)state;
	assert_false(any_passes(&more, NULL));
	assert_true(passes(&more, lost_event, NULL));
	assert_true(passes(&more, truncated_event, NULL));
}

static void test_uid(void **state)
{
	const struct filter_options more = {.has_uid = true};
	struct facts facts = {.credentials = {.known = false}};

	(void)state;
	assert_false(any_passes(&more, &facts));
	facts.credentials.known = true;
	facts.credentials.euid = 1000;
	assert_true(all_pass(&more, &facts));
	/* A setuid program: still that user's. */
	facts.credentials.euid = 0;
	facts.credentials.uid = 1000;
	assert_false(any_passes(&more, &facts));
}

static void test_ppid(void **state)
{
	const struct filter_options more = {.ppid = 7};
	struct facts child = {.tgid = 8, .ppid = 7, .kind = FORK_KIND_PROCESS};
	struct facts parent = {.tgid = 7, .ppid = 1, .kind = FORK_KIND_PROCESS};
	const struct facts unknown = {.tgid = 8, .ppid = -1};

	(void)state;
	assert_true(passes(&more, exec_event, &child));
	assert_true(passes(&more, exit_event, &child));
	assert_false(passes(&more, fork_event, &child));
	assert_false(passes(&more, exec_event, &parent));
	assert_false(passes(&more, exit_event, &parent));
	assert_true(passes(&more, fork_event, &parent));
	parent.kind = FORK_KIND_VFORK;
	assert_true(passes(&more, fork_event, &parent));
	child.kind = parent.kind = FORK_KIND_THREAD;
	assert_true(passes(&more, fork_event, &child));
	assert_false(passes(&more, fork_event, &parent));
	child.kind = parent.kind = FORK_KIND_UNKNOWN;
	assert_false(passes(&more, fork_event, &child));
	assert_false(passes(&more, fork_event, &parent));
	assert_false(any_passes(&more, &unknown));
}

/* The events with COMM as the name that counts, and another one where there are two. */
static bool comm_passes(const struct filter_options *more, enum event_type type, struct text comm)
{
	const struct facts facts = {0};
	struct event event = {.type = type};

	if (type == EVENT_FORK) {
		event.fork.parent_comm = comm;
		event.fork.child_comm = text_of("make");
	} else if (type == EVENT_EXEC) {
		event.exec.comm = comm;
	} else {
		event.exit.comm = comm;
	}
	return passes(more, event, &facts);
}

static void test_comm(void **state)
{
	struct filter_options more = {0};
	struct error err;

	(void)state;
	assert_int_equal(filter_options_parse_name(&more, "^(make|sh)$", &err), 0);
	for (unsigned int type = EVENT_FORK; type <= EVENT_EXIT; type++) {
		/* No NUL ends it. */
		assert_true(comm_passes(&more, type, (struct text){"makefile", 4}));
		assert_true(comm_passes(&more, type, text_of("sh")));
		assert_false(comm_passes(&more, type, text_of("makefile")));
		assert_false(comm_passes(&more, type, text_of("longer than any comm is")));
		assert_false(comm_passes(&more, type, text_of("")));
		assert_false(comm_passes(&more, type, (struct text){NULL, 0}));
	}
	filter_options_done(&more);
}

static void test_argv0(void **state)
{
	struct filter_options more = {0};
	struct facts facts = {.arguments.known = {.bytes = {"/usr/bin/make\0-j2", 18}, .count = 2}};
	struct error err;

	(void)state;
	assert_int_equal(filter_options_parse_name(&more, "/make$", &err), 0);
	assert_true(passes(&more, exec_event, &facts));
	assert_true(passes(&more, exit_event, &facts));
	assert_false(passes(&more, fork_event, &facts));
	facts.arguments.known.count = 0;
	assert_false(passes(&more, exec_event, &facts));
	facts.arguments.known = (struct string_list){.bytes = {"sh\0/make", 9}, .count = 2};
	assert_false(passes(&more, exec_event, &facts));
	/* No NUL in it, which no task table makes. */
	facts.arguments.known = (struct string_list){.bytes = {"/make", 5}, .count = 1};
	assert_false(passes(&more, exec_event, &facts));
	facts.arguments.known = (struct string_list){.bytes = {NULL, 0}, .count = 1};
	assert_false(passes(&more, exec_event, &facts));
	filter_options_done(&more);
}

static void test_cgroup(void **state)
{
	char cgroup[] = "/system.slice";
	const struct filter_options more = {.cgroup = cgroup};
	struct facts facts = {.cgroup = text_of("/system.slice")};

	(void)state;
	assert_true(all_pass(&more, &facts));
	facts.cgroup = text_of("/system.slice/ssh.service");
	assert_true(all_pass(&more, &facts));
	facts.cgroup = text_of("/system.slices");
	assert_false(any_passes(&more, &facts));
	facts.cgroup = text_of("/");
	assert_false(any_passes(&more, &facts));
	facts.cgroup = (struct text){NULL, 0};
	assert_false(any_passes(&more, &facts));
}

static void test_no_threads(void **state)
{
	const struct filter_options more = {.no_threads = true};
	struct facts facts = {.tgid = 1, .tid = 2};
	static const bool forks[] = {[FORK_KIND_UNKNOWN] = true,
				     [FORK_KIND_PROCESS] = true,
				     [FORK_KIND_VFORK] = true,
				     [FORK_KIND_THREAD] = false};

	(void)state;
	for (unsigned int kind = 0; kind < ARRAY_SIZE(forks); kind++) {
		facts.kind = (enum fork_kind)kind;
		assert_int_equal(passes(&more, fork_event, &facts), forks[kind]);
		assert_true(passes(&more, exec_event, &facts));
	}
	for (int32_t tid = 1; tid <= 2; tid++) {
		facts.tid = tid;
		facts.last = KNOWN_YES;
		assert_true(passes(&more, exit_event, &facts));
		facts.last = KNOWN_NO;
		assert_false(passes(&more, exit_event, &facts));
		facts.last = KNOWN_NOT;
		assert_int_equal(passes(&more, exit_event, &facts), tid == 1);
	}
}

static void test_failed(void **state)
{
	const struct filter_options more = {.failed = true};
	struct facts facts = {.last = KNOWN_YES, .status = {.known = true, .code = 1}};

	(void)state;
	assert_true(passes(&more, exit_event, &facts));
	assert_false(passes(&more, fork_event, &facts));
	assert_false(passes(&more, exec_event, &facts));
	facts.status.known = false;
	assert_false(passes(&more, exit_event, &facts));
	facts.status = (struct exit_status){.known = true, .signal = 15};
	assert_true(passes(&more, exit_event, &facts));
	facts.last = KNOWN_NO;
	assert_false(passes(&more, exit_event, &facts));
	facts.last = KNOWN_NOT;
	assert_false(passes(&more, exit_event, &facts));
	facts = (struct facts){.last = KNOWN_YES, .status = {.known = true}};
	assert_false(passes(&more, exit_event, &facts));
}

/* Joined by blanks, and of whichever program it is. */
static void test_arguments(void **state)
{
	struct filter_options more = {0};
	struct facts facts = {.arguments.known = {.bytes = {"cc\0-c\0a b.c", 12}, .count = 3}};
	struct error err;

	(void)state;
	assert_int_equal(filter_options_parse_args(&more, "^cc -c a b\\.c$", &err), 0);
	assert_true(all_pass(&more, &facts));
	/* The first ones of more, and no NUL behind the last one. */
	facts.arguments.known.bytes.length = 11;
	facts.arguments.argc = 4;
	assert_true(all_pass(&more, &facts));
	facts.arguments.known.count = 2;
	assert_false(any_passes(&more, &facts));
	facts.arguments.known = (struct string_list){.bytes = {"cc -c a b.c", 12}, .count = 0};
	assert_false(any_passes(&more, &facts));
	/* Matches nothing at all, but not what is not known. */
	assert_int_equal(filter_options_parse_args(&more, "^", &err), 0);
	facts.arguments.known = (struct string_list){.bytes = {"", 1}, .count = 1};
	assert_true(all_pass(&more, &facts));
	facts.arguments.known = (struct string_list){0};
	assert_false(any_passes(&more, &facts));
	filter_options_done(&more);
}

static void test_arguments_without_memory(void **state)
{
	struct filter_options more = {0};
	const struct filter filter = {.events = EVENT_SHOWABLE, .more = &more};
	struct facts facts = {.arguments.known = {.bytes = {"cc", 3}, .count = 1}};
	struct event event = exec_event;
	struct error err;

	(void)state;
	event.facts = &facts;
	assert_int_equal(filter_options_parse_args(&more, "c", &err), 0);
	allocations_left = 1;
	assert_int_equal(filter_passes(&filter, &event, false), -ENOMEM);
	allocations_left = -1;
	assert_int_equal(filter_passes(&filter, &event, false), 1);
	filter_options_done(&more);
}

static void test_exits(void **state)
{
	struct filter_options more = {0};
	struct facts facts = {.last = KNOWN_YES, .status = {.known = true, .code = 3}};
	struct error err;

	(void)state;
	assert_int_equal(exit_list_parse(&more.exits, "0,3,SIGSEGV", &err), 0);
	assert_true(passes(&more, exit_event, &facts));
	assert_false(passes(&more, fork_event, &facts));
	assert_false(passes(&more, exec_event, &facts));
	facts.last = KNOWN_NO;
	assert_false(passes(&more, exit_event, &facts));
	facts.last = KNOWN_NOT;
	assert_false(passes(&more, exit_event, &facts));
	facts.last = KNOWN_YES;
	facts.status.known = false;
	assert_false(passes(&more, exit_event, &facts));
	facts.status = (struct exit_status){.known = true, .signal = 11};
	assert_true(passes(&more, exit_event, &facts));
	facts.status = (struct exit_status){.known = true, .code = 0};
	assert_true(passes(&more, exit_event, &facts));
	more.failed = true;
	assert_false(passes(&more, exit_event, &facts));
}

/* Every one of them has to pass, and what -p and -e say too. */
static void test_all_together(void **state)
{
	const struct filter_options more = {.has_uid = true, .ppid = 7, .failed = true};
	const struct facts facts = {.ppid = 7,
				    .last = KNOWN_YES,
				    .credentials = {.known = true},
				    .status = {.known = true, .code = 1}};
	struct facts other = facts;

	(void)state;
	assert_true(passes(&more, exit_event, &facts));
	other.credentials.uid = 1;
	assert_false(passes(&more, exit_event, &other));
	other = facts;
	other.ppid = 8;
	assert_false(passes(&more, exit_event, &other));
	other = facts;
	other.status.code = 0;
	assert_false(passes(&more, exit_event, &other));

	struct event event = exit_event;
	struct filter filter = {.events = EVENT_SHOWABLE, .tids = &list_2, .more = &more};
	event.facts = &facts;
	assert_true(filter_passes(&filter, &event, false));
	filter.tids = &list_3;
	assert_false(filter_passes(&filter, &event, false));
	filter.followed_only = true;
	assert_true(filter_passes(&filter, &event, true));
	assert_false(filter_passes(&filter, &event, false));
	filter.events = EVENT_BIT(EVENT_EXEC);
	assert_false(filter_passes(&filter, &event, true));
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
		cmocka_unit_test(test_failed_execs),
		cmocka_unit_test(test_what_feeds_the_table_is_not_shown),
		cmocka_unit_test(test_events_without_facts),
		cmocka_unit_test(test_uid),
		cmocka_unit_test(test_ppid),
		cmocka_unit_test(test_comm),
		cmocka_unit_test(test_argv0),
		cmocka_unit_test(test_cgroup),
		cmocka_unit_test(test_no_threads),
		cmocka_unit_test(test_failed),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_arguments_without_memory),
		cmocka_unit_test(test_exits),
		cmocka_unit_test(test_all_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
