/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The choice among live sources: names, what a source cannot serve, and which one is opened where
 * the better ones refuse. The three in the table are fakes.
 */
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "event/event.h"
#include "event/facts.h"
#include "source/request.h"
#include "source/sources.h"
#include "support.h"

/* ---- the fakes ---- */

struct fake {
	int code; /* what open() returns */
	int opens;
	struct source source;
};

static struct fake best, own, second;

static int open_fake(struct fake *fake, const char *name, struct source **source, struct error *err)
{
	fake->opens++;
	if (fake->code < 0) {
		error_set(err, fake->code, "%s does not open", name);
		error_remedy(err, "mend %s", name);
		return fake->code;
	}
	*source = &fake->source;
	return 0;
}

static int open_best(const struct request *request, const struct source_host *host,
		     struct source **source, struct error *err)
{
	(void)request;
	(void)host;
	return open_fake(&best, "perf", source, err);
}

static int open_second(const struct request *request, const struct source_host *host,
		       struct source **source, struct error *err)
{
	(void)request;
	(void)host;
	return open_fake(&second, "connector", source, err);
}

static int open_none(const struct request *request, const struct source_host *host,
		     struct source **source, struct error *err)
{
	(void)request;
	(void)host;
	(void)source;
	return error_set(err, -ENOENT, "it is not installed");
}

static int open_own(const struct request *request, const struct source_host *host,
		    struct source **source, struct error *err)
{
	(void)request;
	(void)host;
	return open_fake(&own, "sideband", source, err);
}

extern const struct source_type __real_perf_source_type, __real_sideband_source_type,
	__real_connector_source_type, __real_bpftrace_source_type, __real_execsnoop_source_type;
extern const struct source_type __wrap_perf_source_type, __wrap_sideband_source_type,
	__wrap_connector_source_type, __wrap_bpftrace_source_type, __wrap_execsnoop_source_type;

const struct source_type __wrap_perf_source_type = {
	.name = "perf",
	.events = EVENT_SHOWABLE,
	.serves = NEEDS_ALL | NEED_USAGE | NEEDS_AT_EXEC,
	.has_users = true,
	.has_records = true,
	.has_rings = true,
	.open = open_best,
};
const struct source_type __wrap_sideband_source_type = {
	.name = "sideband",
	.events = EVENT_SHOWABLE,
	.of_command_only = true,
	.open = open_own,
};
const struct source_type __wrap_connector_source_type = {
	.name = "connector",
	.limits = "it has limits",
	.events = EVENT_SHOWABLE,
	.open = open_second,
};
const struct source_type __wrap_bpftrace_source_type = {
	.name = "bpftrace",
	.events = EVENT_SHOWABLE,
	.has_records = true,
	.open = open_none,
};
const struct source_type __wrap_execsnoop_source_type = {
	.name = "execsnoop",
	.events = EVENT_BIT(EVENT_EXEC),
	.open = open_none,
};

/* ---- what the user is told ---- */

void __wrap_say_args(const char *format, va_list args) PRINTF_LIKE(1, 0);

static char said[1024];

void __wrap_say_args(const char *format, va_list args)
{
	size_t used = strlen(said);

	vsnprintf(said + used, sizeof(said) - used, format, args);
	used = strlen(said);
	snprintf(said + used, sizeof(said) - used, "\n");
}

static int reset(void **state)
{
	(void)state;
	best = (struct fake){0};
	own = (struct fake){0};
	second = (struct fake){0};
	said[0] = '\0';
	return 0;
}

/* ---- names ---- */

static void test_find(void **state)
{
	(void)state;
	assert_ptr_equal(source_type_find("perf"), &__wrap_perf_source_type);
	assert_ptr_equal(source_type_find("sideband"), &__wrap_sideband_source_type);
	assert_ptr_equal(source_type_find("connector"), &__wrap_connector_source_type);
	assert_null(source_type_find("auto"));
	assert_null(source_type_find(""));
	assert_null(source_type_find("perf "));
}

static void test_names(void **state)
{
	static const char whole[] = "auto, perf, sideband, connector, bpftrace or execsnoop";
	char names[80];

	(void)state;
	source_type_names(names, sizeof(names));
	assert_string_equal(names, whole);
	for (size_t size = 1; size < sizeof(whole); size++) {
		memset(names, '#', sizeof(names));
		source_type_names(names, size);
		assert_int_equal(strlen(names), size - 1);
		assert_memory_equal(names, whole, size - 1);
		assert_int_equal(names[size], '#');
	}
}

/* ---- what a type can serve ---- */

static char text[] = "text";
static regex_t args;
static char *command[] = {text, NULL};

static void test_what_cannot_be_served(void **state)
{
	static const struct source_type bare = {.name = "bare", .events = EVENT_BIT(EVENT_EXEC)};
	static const struct source_type full = {
		.name = "full",
		.events = EVENT_SHOWABLE | EVENT_BIT(EVENT_EXEC_FAILED),
		.serves = NEEDS_ALL | NEED_USAGE | NEEDS_AT_EXEC,
		.has_users = true,
		.has_records = true,
		.has_rings = true,
	};
	const struct {
		struct request request;
		const char *what; /* NULL: served */
	} cases[] = {
		{{.events = EVENT_SHOWABLE}, NULL},
		{{.events = EVENT_BIT(EVENT_EXEC)}, NULL},
		{{.events = EVENT_BIT(EVENT_FORK)}, "-e fork"},
		{{.events = EVENT_BIT(EVENT_EXEC) | EVENT_BIT(EVENT_EXIT)}, "-e exit"},
		{{.raw = true}, "--raw: its events have no records"},
		{{.formats = text}, "--formats: it has no formats"},
		{{.mmap_pages = 1}, "-m: it has no such rings"},
		{{.probe_bytes = 3008}, "--argv-probe: it opens no tracepoints"},
		{{.filter.has_uid = true}, "-u: it does not tell users"},
		{{.environment = text}, "--env: it does not tell the environment"},
		{{.units = true}, "--units: it does not tell cgroups"},
		{{.cwd = true}, "--cwd: it does not tell directories"},
		{{.exe = true}, "--exe: it does not tell executables"},
		{{.session = true}, "--session: it does not tell sessions"},
		{{.usage = true}, "--usage: it does not tell what processes used"},
		{{.filter.cgroup = text}, "-c: it does not tell cgroups"},
		{{.filter.failed = true}, "--failed and --exit: it does not tell exit statuses"},
		{{.filter.exits.is_set = true},
		 "--failed and --exit: it does not tell exit statuses"},
		{{.filter.args = &args}, "--args: it does not tell arguments"},
		{{.filter.ppid = 1}, "-P and --no-threads: it does not tell parents"},
		{{.filter.no_threads = true}, "-P and --no-threads: it does not tell parents"},
		{{.command = command}, "a COMMAND: it tells of no forks"},
		{{.follow = true}, "-f: it tells of no forks"},
		{{.events = EVENT_BIT(EVENT_EXEC_FAILED)},
		 "--failed-execs: it tells of no exec that failed"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct error err = {0};
		char expected[128] = "";

		assert_int_equal(source_type_serves(&full, &cases[i].request, &err), 0);
		assert_string_equal(err.what, "");
		if (cases[i].what)
			snprintf(expected, sizeof(expected), "-b bare cannot serve %s",
				 cases[i].what);
		assert_int_equal(source_type_serves(&bare, &cases[i].request, &err),
				 cases[i].what ? -EINVAL : 0);
		assert_string_equal(err.what, expected);
	}
}

static void test_commands_only(void **state)
{
	static const struct source_type child = {
		.name = "child",
		.events = EVENT_SHOWABLE,
		.of_command_only = true,
	};
	const struct request all = {0}, one = {.command = command};
	struct error err = {0};

	(void)state;
	assert_int_equal(source_type_serves(&child, &one, &err), 0);
	assert_int_equal(source_type_serves(&child, &all, &err), -EINVAL);
	assert_string_equal(err.what, "-b child cannot serve a trace without a COMMAND");
}

#define ALL_SHOWABLE .events = EVENT_SHOWABLE

static void test_what_ours_serve(void **state)
{
	static const struct source_type *const ours[] = {
		&__real_perf_source_type,      &__real_sideband_source_type,
		&__real_connector_source_type, &__real_bpftrace_source_type,
		&__real_execsnoop_source_type,
	};
	/* By type, in that order. */
	const struct {
		struct request request;
		bool served[ARRAY_SIZE(ours)];
	} cases[] = {
		{{ALL_SHOWABLE}, {true, false, true, true, true}},
		{{.events = EVENT_BIT(EVENT_EXEC)}, {true, false, true, true, true}},
		{{.events = EVENT_BIT(EVENT_FORK)}, {true, false, true, true, false}},
		{{.events = EVENT_BIT(EVENT_EXIT)}, {true, false, true, true, false}},
		{{ALL_SHOWABLE, .command = command}, {true, true, true, true, false}},
		{{ALL_SHOWABLE, .follow = true}, {true, false, true, true, false}},
		{{ALL_SHOWABLE | EVENT_BIT(EVENT_EXEC_FAILED)}, {true, false, false, false, false}},
		{{ALL_SHOWABLE | EVENT_BIT(EVENT_EXEC_FAILED), .command = command},
		 {true, false, false, false, false}},
		{{ALL_SHOWABLE, .filter.ppid = 1}, {true, false, true, true, false}},
		{{ALL_SHOWABLE, .filter.no_threads = true}, {true, false, true, true, false}},
		{{ALL_SHOWABLE, .filter.failed = true}, {true, false, true, false, false}},
		{{ALL_SHOWABLE, .raw = true}, {true, false, false, false, false}},
		{{ALL_SHOWABLE, .formats = text}, {true, false, false, false, false}},
		{{ALL_SHOWABLE, .mmap_pages = 1}, {true, false, false, false, false}},
		{{ALL_SHOWABLE, .command = command, .mmap_pages = 1},
		 {true, true, false, false, false}},
		{{ALL_SHOWABLE, .filter.has_uid = true}, {true, false, false, false, false}},
		{{ALL_SHOWABLE, .environment = text}, {true, false, false, false, false}},
		{{ALL_SHOWABLE, .filter.cgroup = text}, {true, false, false, false, false}},
		{{ALL_SHOWABLE, .units = true}, {true, false, false, false, false}},
		{{ALL_SHOWABLE, .cwd = true}, {true, false, false, false, false}},
		{{ALL_SHOWABLE, .exe = true}, {true, false, false, false, false}},
		{{ALL_SHOWABLE, .session = true}, {true, false, false, false, false}},
		{{ALL_SHOWABLE, .usage = true}, {true, false, false, false, false}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (size_t at = 0; at < ARRAY_SIZE(ours); at++) {
			struct error err;
			int code = source_type_serves(ours[at], &cases[i].request, &err);

			if (code != (cases[i].served[at] ? 0 : -EINVAL))
				fail_msg("case %zu of %s: %d", i, ours[at]->name, code);
		}
	}
}

/* ---- opening ---- */

static int open_for(const struct request *request, struct source **source, struct error *err)
{
	static const struct source_host host = {.wake_fd = -1, .proc_fd = -1};

	*source = NULL;
	*err = (struct error){.what = "stale", .remedy = "stale"};
	return sources_open(request, &host, source, err);
}

static void test_the_best_opens(void **state)
{
	const struct request request = {.events = EVENT_SHOWABLE};
	struct source *source;
	struct error err;

	(void)state;
	assert_int_equal(open_for(&request, &source, &err), 0);
	assert_ptr_equal(source, &best.source);
	assert_int_equal(second.opens, 0);
	assert_string_equal(err.what, "");
	assert_string_equal(said, "");
}

static void test_the_second_opens(void **state)
{
	const struct request request = {.events = EVENT_SHOWABLE};
	const struct request quiet = {.events = EVENT_SHOWABLE, .quiet = true};
	const struct request verbose = {.events = EVENT_SHOWABLE, .verbose = true};
	struct source *source;
	struct error err;

	(void)state;
	best.code = -EACCES;
	assert_int_equal(open_for(&quiet, &source, &err), 0);
	assert_ptr_equal(source, &second.source);
	assert_string_equal(err.what, "");
	assert_string_equal(err.remedy, "");
	assert_string_equal(said, "");
	assert_int_equal(open_for(&request, &source, &err), 0);
	assert_string_equal(said, "using -b connector, the best source that works here (-v says "
				  "why)\n"
				  "-b connector: it has limits\n");
	said[0] = '\0';
	assert_int_equal(open_for(&verbose, &source, &err), 0);
	assert_string_equal(said, "not -b perf: perf does not open; try: mend perf\n"
				  "not -b sideband: -b sideband cannot serve a trace without a "
				  "COMMAND\n"
				  "using -b connector, the best source that works here\n"
				  "-b connector: it has limits\n");
}

static void test_a_command_has_one_of_its_own(void **state)
{
	const struct request request = {.events = EVENT_SHOWABLE, .command = command};
	const struct request verbose = {
		.events = EVENT_SHOWABLE, .command = command, .verbose = true};
	struct source *source;
	struct error err;

	(void)state;
	best.code = -EACCES;
	assert_int_equal(open_for(&request, &source, &err), 0);
	assert_ptr_equal(source, &own.source);
	assert_int_equal(second.opens, 0);
	own.code = -EACCES;
	said[0] = '\0';
	assert_int_equal(open_for(&verbose, &source, &err), 0);
	assert_ptr_equal(source, &second.source);
	assert_string_equal(said, "not -b perf: perf does not open; try: mend perf\n"
				  "not -b sideband: sideband does not open; try: mend sideband\n"
				  "using -b connector, the best source that works here\n"
				  "-b connector: it has limits\n");
}

static void test_none_opens(void **state)
{
	const struct request request = {.events = EVENT_SHOWABLE};
	const struct request raw = {.events = EVENT_SHOWABLE, .raw = true, .verbose = true};
	struct source *source;
	struct error err;

	(void)state;
	best.code = -EACCES;
	second.code = -EPERM;
	assert_int_equal(open_for(&request, &source, &err), -EACCES);
	assert_string_equal(err.what, "perf does not open");
	assert_string_equal(err.remedy, "mend perf");
	assert_null(source);
	assert_string_equal(said, "");
	assert_int_equal(second.opens, 1);
	/* One that cannot serve the request is not tried. */
	assert_int_equal(open_for(&raw, &source, &err), -EACCES);
	assert_int_equal(second.opens, 1);
	assert_string_equal(said, "not -b perf: perf does not open; try: mend perf\n"
				  "not -b sideband: -b sideband cannot serve --raw: its events "
				  "have no records\n"
				  "not -b connector: -b connector cannot serve --raw: its events "
				  "have no records\n"
				  "not -b bpftrace: it is not installed\n"
				  "not -b execsnoop: -b execsnoop cannot serve --raw: its events "
				  "have no records\n");
}

static void test_a_signal_ends_the_search(void **state)
{
	const struct request request = {.events = EVENT_SHOWABLE, .verbose = true};
	struct source *source;
	struct error err;

	(void)state;
	best.code = -EINTR;
	assert_int_equal(open_for(&request, &source, &err), -EINTR);
	assert_string_equal(err.what, "perf does not open");
	assert_int_equal(second.opens, 0);
	assert_string_equal(said, "");
}

static void test_the_one_that_is_asked_for(void **state)
{
	const struct request request = {
		.events = EVENT_SHOWABLE,
		.backend = &__wrap_connector_source_type,
	};
	const struct request raw = {
		.raw = true,
		.backend = &__wrap_connector_source_type,
	};
	struct source *source;
	struct error err;

	(void)state;
	assert_int_equal(open_for(&request, &source, &err), 0);
	assert_ptr_equal(source, &second.source);
	assert_string_equal(said, "-b connector: it has limits\n");
	said[0] = '\0';
	assert_int_equal(open_for(&raw, &source, &err), -EINVAL);
	second.code = -EPERM;
	assert_int_equal(open_for(&request, &source, &err), -EPERM);
	assert_string_equal(err.what, "connector does not open");
	assert_int_equal(second.opens, 2);
	assert_int_equal(best.opens, 0);
	assert_string_equal(said, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_what_cannot_be_served),
		cmocka_unit_test(test_commands_only),
		cmocka_unit_test(test_what_ours_serve),
		cmocka_unit_test_setup(test_the_best_opens, reset),
		cmocka_unit_test_setup(test_the_second_opens, reset),
		cmocka_unit_test_setup(test_a_command_has_one_of_its_own, reset),
		cmocka_unit_test_setup(test_none_opens, reset),
		cmocka_unit_test_setup(test_a_signal_ends_the_search, reset),
		cmocka_unit_test_setup(test_the_one_that_is_asked_for, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
