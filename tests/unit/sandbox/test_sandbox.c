/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole sandbox: as root, as somebody else, for each mode; and what is said of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/compiler.h"
#include "host/state.h"
#include "sandbox/capabilities.h"
#include "sandbox/describe.h"
#include "sandbox/landlock.h"
#include "sandbox/sandbox.h"
#include "sandbox/syscalls.h"
#include "support.h"
#include "support_child.h"

#define PERFMON CAPABILITY_BIT(CAP_PERFMON)
#define IPC_LOCK CAPABILITY_BIT(CAP_IPC_LOCK)
#define KILL CAPABILITY_BIT(CAP_KILL)
#define OTHERS (CAPABILITY_BIT(CAP_SYS_PTRACE) | CAPABILITY_BIT(CAP_DAC_READ_SEARCH))

static void need_root(void)
{
	const uint64_t needed = PERFMON | IPC_LOCK | KILL | OTHERS | CAPABILITY_BIT(CAP_SETPCAP) |
				CAPABILITY_BIT(CAP_SETUID) | CAPABILITY_BIT(CAP_SETGID);

	if (geteuid() != 0 || (own_status("CapEff:", 16) & needed) != needed) {
		print_message("this is not root with the capabilities of root\n");
		skip();
	}
}

static struct sandbox_in_force enter(const struct sandbox_plan *plan)
{
	struct sandbox_in_force in_force;
	struct error err = {0};

	CHILD_CHECK(sandbox_enter(plan, &in_force, &err) == 0);
	CHILD_CHECK(err.what[0] == '\0');
	return in_force;
}

/* Whether CODE is that of a part that is in force, or cannot be on this kernel or in this build. */
static bool is_as_good_as_it_gets(int code)
{
	return code == 0 || code == -ECANCELED || code == -ENOSYS || code == -EOPNOTSUPP;
}

/* ---- as root ---- */

/* /proc/self/status is open before, for the sandboxes that cannot open it. */
static uint64_t kept_of(const struct sandbox_plan *plan)
{
	char text[4096];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	const struct sandbox_in_force in_force = enter(plan);
	ssize_t length = read(fd, text, sizeof(text) - 1);

	CHILD_CHECK(length > 0);
	text[length > 0 ? length : 0] = '\0';
	CHILD_CHECK(strstr(text, "\nUid:\t65534\t65534\t65534\t65534\n") != NULL);
	CHILD_CHECK(strstr(text, "\nGid:\t65534\t65534\t65534\t65534\n") != NULL);
	CHILD_CHECK(strstr(text, "\nCapInh:\t0000000000000000\n") != NULL);
	CHILD_CHECK(strstr(text, "\nCapBnd:\t0000000000000000\n") != NULL);
	CHILD_CHECK(strstr(text, "\nCapAmb:\t0000000000000000\n") != NULL);
	CHILD_CHECK(strstr(text, "\nNoNewPrivs:\t1\n") != NULL);
	CHILD_CHECK(in_force.uid == 65534);
	CHILD_CHECK(in_force.codes[SANDBOX_USER] == 0);
	CHILD_CHECK(in_force.codes[SANDBOX_CAPABILITIES] == 0);
	CHILD_CHECK(in_force.codes[SANDBOX_BOUNDING_SET] == 0);
	CHILD_CHECK(is_as_good_as_it_gets(in_force.codes[SANDBOX_LANDLOCK]));
	CHILD_CHECK(is_as_good_as_it_gets(in_force.codes[SANDBOX_SYSCALLS]));
	CHILD_CHECK((in_force.codes[SANDBOX_LANDLOCK] == 0) == (in_force.landlock_abi > 0));
	CHILD_CHECK((in_force.codes[SANDBOX_SYSCALLS] == 0) == (in_force.syscall_rules > 0));
	const uint64_t permitted = strtoull(strstr(text, "\nCapPrm:") + 8, NULL, 16);
	CHILD_CHECK(strtoull(strstr(text, "\nCapEff:") + 8, NULL, 16) == permitted);
	CHILD_CHECK(permitted == in_force.capabilities);
	return permitted;
}

static void enter_each(void *context)
{
	static const struct {
		struct sandbox_plan plan;
		uint64_t kept;
	} cases[] = {
		{{.mode = SANDBOX_REPLAY}, 0},
		{{.mode = SANDBOX_LIVE, .keep = PERFMON}, PERFMON},
		{{.mode = SANDBOX_LIVE, .keep = PERFMON, .command = 1}, PERFMON | KILL},
		{{.mode = SANDBOX_RECORD, .keep = PERFMON, .reads_others = true}, PERFMON | OTHERS},
	};
	const size_t index = *(const size_t *)context;

	CHILD_CHECK(kept_of(&cases[index].plan) == cases[index].kept);
}

static void test_what_is_left_of_root(void **state)
{
	(void)state;
	need_root();
	for (size_t i = 0; i < 4; i++) {
		const struct child_end end = child_run(enter_each, &i);

		assert_child_fine(&end);
	}
}

static void read_the_parent(void *reads_others)
{
	const struct sandbox_plan plan = {
		.mode = SANDBOX_LIVE,
		.reads_others = *(const bool *)reads_others,
	};
	char path[64];
	char byte;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)getppid());
	enter(&plan);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	CHILD_CHECK((fd >= 0 && read(fd, &byte, 1) == 1) == plan.reads_others);
}

static void test_what_tracers_may_read(void **state)
{
	bool reads_others[] = {false, true};

	(void)state;
	need_root();
	for (size_t i = 0; i < ARRAY_SIZE(reads_others); i++) {
		const struct child_end end = child_run(read_the_parent, &reads_others[i]);

		assert_child_fine(&end);
	}
}

static void signal_command(void *unused)
{
	struct sandbox_plan plan = {.mode = SANDBOX_LIVE};
	int status;

	(void)unused;
	plan.command = fork();
	if (plan.command == 0) {
		pause();
		_exit(0);
	}
	enter(&plan);
	CHILD_CHECK(kill(plan.command, SIGTERM) == 0);
	CHILD_CHECK(waitpid(plan.command, &status, 0) == plan.command);
	CHILD_CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void test_signals_reach_a_command_of_root(void **state)
{
	(void)state;
	need_root();
	const struct child_end end = child_run(signal_command, NULL);
	assert_child_fine(&end);
}

/* As for a CPU that comes online: an event of the whole host, and a ring as large as ours get. */
static void open_event(void *unused)
{
	const struct sandbox_plan plan = {.mode = SANDBOX_LIVE, .keep = PERFMON | IPC_LOCK};
	const struct rlimit little = {0, 0};
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_DUMMY,
		.size = sizeof(attr),
	};

	(void)unused;
	CHILD_CHECK(setrlimit(RLIMIT_MEMLOCK, &little) == 0);
	enter(&plan);
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	CHILD_CHECK(fd >= 0);
	CHILD_CHECK(mmap(NULL, (size_t)4096 * 1025, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) !=
		    MAP_FAILED);
}

static void test_events_can_be_opened(void **state)
{
	(void)state;
	need_root();
	if (sysconf(_SC_PAGESIZE) != 4096 || perf_syscall_probe() != EINVAL) {
		print_message("perf is forbidden here, or pages are not of 4 KiB\n");
		skip();
	}
	const struct child_end end = child_run(open_event, NULL);
	assert_child_fine(&end);
}

/* ---- kernels and containers that refuse ---- */

static int landlock_code, syscalls_code;

int __wrap_landlock_restrict(const struct landlock_plan *plan);
int __real_landlock_restrict(const struct landlock_plan *plan);
int __wrap_syscalls_restrict(enum sandbox_mode mode, pid_t command);
int __real_syscalls_restrict(enum sandbox_mode mode, pid_t command);

int __wrap_landlock_restrict(const struct landlock_plan *plan)
{
	return landlock_code < 0 ? landlock_code : __real_landlock_restrict(plan);
}

int __wrap_syscalls_restrict(enum sandbox_mode mode, pid_t command)
{
	return syscalls_code < 0 ? syscalls_code : __real_syscalls_restrict(mode, command);
}

static void enter_refused(void *unused)
{
	const struct sandbox_plan plan = {.mode = SANDBOX_REPLAY};
	char text[300];

	(void)unused;
	landlock_code = -ENOSYS;
	syscalls_code = -EPERM;
	const struct sandbox_in_force in_force = enter(&plan);
	/* Sanitized builds do not even try. */
	CHILD_CHECK(in_force.codes[SANDBOX_LANDLOCK] == -ENOSYS ||
		    in_force.codes[SANDBOX_LANDLOCK] == -ECANCELED);
	CHILD_CHECK(in_force.codes[SANDBOX_SYSCALLS] == -EPERM ||
		    in_force.codes[SANDBOX_SYSCALLS] == -ECANCELED);
	CHILD_CHECK(in_force.codes[SANDBOX_CAPABILITIES] == 0);
	CHILD_CHECK(own_status("NoNewPrivs:", 10) == 1);
	CHILD_CHECK(own_status("CapEff:", 16) == 0);
	sandbox_describe_all(&in_force, text, sizeof(text));
	CHILD_CHECK(strstr(text, "; not Landlock: ") != NULL);
	CHILD_CHECK(strstr(text, "; not system calls: ") != NULL);
}

static void test_what_works_is_entered_without_the_rest(void **state)
{
	(void)state;
	const struct child_end end = child_run(enter_refused, NULL);
	assert_child_fine(&end);
}

/* ---- a user that is named ---- */

static void become_user_1(void *unused)
{
	static const struct sandbox_user user = {1, 2};
	const struct sandbox_plan plan = {.mode = SANDBOX_REPLAY, .user = &user};
	const struct sandbox_in_force in_force = enter(&plan);

	(void)unused;
	CHILD_CHECK(in_force.uid == 1);
	/* Not by a call that replays do without. */
	CHILD_CHECK(in_force.codes[SANDBOX_USER] == 0);
}

static void become_user_unprivileged(void *unused)
{
	static const struct sandbox_user nobody = USER_NOBODY, user = {1, 2};
	const struct sandbox_plan plan = {.mode = SANDBOX_REPLAY, .user = &user};
	struct sandbox_in_force in_force = {.uid = 77};
	struct error err = {0};

	(void)unused;
	CHILD_CHECK(sandbox_user_become(&nobody) == 0);
	CHILD_CHECK(sandbox_enter(&plan, &in_force, &err) == -EPERM);
	CHILD_CHECK(strstr(err.what, "cannot become the user 1: ") != NULL);
	CHILD_CHECK(in_force.uid == 77);
	err = (struct error){0};
	CHILD_CHECK(sandbox_try(&plan, &in_force, &err) == -EPERM);
	CHILD_CHECK(strstr(err.what, "cannot become the user 1: ") != NULL);
	CHILD_CHECK(in_force.uid == 77);
}

static void test_a_user_that_is_named(void **state)
{
	(void)state;
	need_root();
	const struct child_end end = child_run(become_user_1, NULL);
	assert_child_fine(&end);
	const struct child_end refused = child_run(become_user_unprivileged, NULL);
	assert_child_fine(&refused);
}

/* ---- without privileges ---- */

static void enter_unprivileged(void *unused)
{
	static const struct sandbox_user user = {1, 2};
	const struct sandbox_plan plan = {.mode = SANDBOX_LIVE, .keep = PERFMON};
	uint64_t kept;

	(void)unused;
	if (geteuid() == 0)
		CHILD_CHECK(sandbox_user_become(&user) == 0);
	CHILD_CHECK(capabilities_keep(0, &kept) == 0);
	const uid_t uid = geteuid();
	const struct sandbox_in_force in_force = enter(&plan);
	CHILD_CHECK(in_force.uid == uid);
	CHILD_CHECK(in_force.capabilities == 0);
	CHILD_CHECK(in_force.codes[SANDBOX_USER] == 0);
	CHILD_CHECK(in_force.codes[SANDBOX_CAPABILITIES] == 0);
	/* Where it was empty before, there is nothing to be refused. */
	CHILD_CHECK(in_force.codes[SANDBOX_BOUNDING_SET] == -EPERM ||
		    own_status("CapBnd:", 16) == 0);
	CHILD_CHECK(is_as_good_as_it_gets(in_force.codes[SANDBOX_LANDLOCK]));
	CHILD_CHECK(is_as_good_as_it_gets(in_force.codes[SANDBOX_SYSCALLS]));
	CHILD_CHECK(own_status("NoNewPrivs:", 10) == 1);
}

static void test_without_privileges(void **state)
{
	(void)state;
	const struct child_end end = child_run(enter_unprivileged, NULL);
	assert_child_fine(&end);
}

/* ---- what the C library does late ---- */

static void tell_local_time(void *unused)
{
	const struct sandbox_plan plan = {.mode = SANDBOX_REPLAY};
	const time_t epoch = 0;
	struct tm local;

	(void)unused;
	unsetenv("TZ");
	enter(&plan);
	CHILD_CHECK(localtime_r(&epoch, &local) != NULL);
}

static void test_the_time_zone_is_known(void **state)
{
	(void)state;
	const struct child_end end = child_run(tell_local_time, NULL);
	assert_child_fine(&end);
}

/* ---- trying, and telling ---- */

static void test_trying_leaves_this_process_alone(void **state)
{
	const struct sandbox_plan plan = {.mode = SANDBOX_REPLAY};
	struct sandbox_in_force in_force;
	struct error err = {0};
	const uint64_t before = own_status("CapEff:", 16);
	const uid_t uid = geteuid();

	(void)state;
	assert_int_equal(sandbox_try(&plan, &in_force, &err), 0);
	assert_int_equal(in_force.codes[SANDBOX_CAPABILITIES], 0);
	assert_int_equal(in_force.capabilities, 0);
	assert_true(uid != 0 || in_force.codes[SANDBOX_USER] < 0 || in_force.uid == 65534);
	assert_int_equal(own_status("CapEff:", 16), before);
	assert_int_equal(geteuid(), uid);
}

static void expect_text(const struct sandbox_in_force *in_force, enum sandbox_part part,
			const char *expected)
{
	char text[200];

	sandbox_describe(in_force, part, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void test_what_is_said_of_it(void **state)
{
	const struct sandbox_in_force all = {.uid = 65534, .landlock_abi = 7, .syscall_rules = 42};
	struct sandbox_in_force kept = {.capabilities = PERFMON | OTHERS | KILL};

	(void)state;
	for (unsigned int i = 0; i < SANDBOX_PARTS; i++)
		assert_string_not_equal(sandbox_part_name((enum sandbox_part)i), "");
	expect_text(&all, SANDBOX_USER, "uid 65534");
	expect_text(&all, SANDBOX_CAPABILITIES, "none");
	expect_text(&all, SANDBOX_BOUNDING_SET, "empty");
	expect_text(&all, SANDBOX_LANDLOCK, "in force (ABI 7)");
	expect_text(&all, SANDBOX_SYSCALLS, "in force (42 rules)");
	expect_text(&kept, SANDBOX_CAPABILITIES,
		    "CAP_DAC_READ_SEARCH, CAP_KILL, CAP_SYS_PTRACE, CAP_PERFMON");
	kept.capabilities = PERFMON | CAPABILITY_BIT(CAP_CHOWN);
	expect_text(&kept, SANDBOX_CAPABILITIES, "CAP_PERFMON, 0x1");
}

static void test_what_is_said_of_all_of_it(void **state)
{
	const struct sandbox_in_force all = {0};
	struct sandbox_in_force none = {0};
	char text[400], cut[8];

	(void)state;
	sandbox_describe_all(&all, text, sizeof(text));
	assert_string_equal(text, "user, capabilities, bounding set, Landlock, system calls");
	for (unsigned int i = 0; i < SANDBOX_PARTS; i++)
		none.codes[i] = -EPERM;
	sandbox_describe_all(&none, text, sizeof(text));
	assert_int_equal(strncmp(text, "not user: that takes privileges", 31), 0);
	sandbox_describe_all(&none, cut, sizeof(cut));
	assert_string_equal(cut, "not use");
}

static void test_what_is_said_of_what_is_not(void **state)
{
	static const int codes[] = {-ECANCELED, -EOPNOTSUPP, -ENOSYS, -EPERM, -EINVAL};
	char text[200], cut[8];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		for (unsigned int part = 0; part < SANDBOX_PARTS; part++) {
			struct sandbox_in_force in_force = {0};

			in_force.codes[part] = codes[i];
			sandbox_describe(&in_force, (enum sandbox_part)part, text, sizeof(text));
			assert_int_equal(strncmp(text, "not in force: ", 14), 0);
			sandbox_describe(&in_force, (enum sandbox_part)part, cut, sizeof(cut));
			assert_int_equal(strlen(cut), sizeof(cut) - 1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_left_of_root),
		cmocka_unit_test(test_what_tracers_may_read),
		cmocka_unit_test(test_signals_reach_a_command_of_root),
		cmocka_unit_test(test_events_can_be_opened),
		cmocka_unit_test(test_what_works_is_entered_without_the_rest),
		cmocka_unit_test(test_a_user_that_is_named),
		cmocka_unit_test(test_without_privileges),
		cmocka_unit_test(test_the_time_zone_is_known),
		cmocka_unit_test(test_trying_leaves_this_process_alone),
		cmocka_unit_test(test_what_is_said_of_it),
		cmocka_unit_test(test_what_is_said_of_all_of_it),
		cmocka_unit_test(test_what_is_said_of_what_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
