/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What hosts say of themselves: those under fixtures/hosts, and this one.
 */
#include <errno.h>
#include <unistd.h>

#include "host/state.h"
#include "support.h"
#include "support_host.h"

#define ALL_CAPABILITIES UINT64_C(0x1ffffffffff)

static void test_root(void **state)
{
	struct host_state host = host_at("fixtures/hosts/debian12-root", EINVAL);

	(void)state;
	assert_true(host.has_paranoid);
	assert_int_equal(host.paranoid, 3);
	assert_int_equal(host.mlock_kb, 516);
	assert_true(host.has_capabilities);
	assert_int_equal(host.capabilities, ALL_CAPABILITIES);
	assert_int_equal(host.bounding, ALL_CAPABILITIES);
	assert_int_equal(host.last_capability, 40);
	assert_int_equal(host.seccomp, 0);
	assert_int_equal(host.lockdown, LOCKDOWN_NONE);
	assert_int_equal(host.perf_syscall, PERF_SYSCALL_ALLOWED);
	assert_true(host.initial_user_ns);
	assert_true(host.initial_pid_ns);
	assert_true(host_may_trace(&host));
}

static void test_nobody(void **state)
{
	struct host_state host = host_at("fixtures/hosts/linux618-nobody", EINVAL);

	(void)state;
	assert_int_equal(host.paranoid, 2);
	assert_int_equal(host.capabilities, 0);
	assert_true(host_root_has_capability(&host, CAP_SYS_ADMIN));
	assert_int_equal(host.lockdown, LOCKDOWN_UNKNOWN);
	assert_false(host_may_trace(&host));
}

static void test_level_3_takes_no_perfmon(void **state)
{
	struct host_state host = host_at("fixtures/hosts/debian12-perfmon", EACCES);

	(void)state;
	assert_true(host_has_capability(&host, CAP_PERFMON));
	assert_false(host_has_capability(&host, CAP_SYS_ADMIN));
	assert_int_equal(host.perf_syscall, PERF_SYSCALL_REFUSED);
	assert_false(host_may_trace(&host));
	/* A kernel without Debian's patch goes on to look at the arguments. */
	host = host_at("fixtures/hosts/debian12-perfmon", EINVAL);
	assert_true(host_may_trace(&host));
}

/* Who answers "does CAP_PERFMON count here?", and what follows from the answer. */
static void test_where_perfmon_counts(void **state)
{
	struct host_state host = {
		.perf_syscall = PERF_SYSCALL_REFUSED,
		.paranoid = 3,
		.capabilities = UINT64_C(1) << CAP_PERFMON,
		.bounding = UINT64_C(1) << CAP_PERFMON,
		.initial_user_ns = true,
	};

	(void)state;
	assert_false(host_accepts_perfmon(&host));
	assert_false(host_has_privilege(&host));
	assert_false(host_root_has_privilege(&host));
	assert_string_equal(host_privilege_names(&host), "CAP_SYS_ADMIN");
	/* Up to level 2 the refusal comes from a security module. */
	host.paranoid = 2;
	assert_true(host_accepts_perfmon(&host));
	assert_true(host_has_privilege(&host));
	assert_true(host_root_has_privilege(&host));
	assert_string_equal(host_privilege_names(&host), "CAP_PERFMON or CAP_SYS_ADMIN");
	host.last_capability = CAP_PERFMON - 1;
	assert_false(host_accepts_perfmon(&host));
	host.last_capability = CAP_PERFMON;
	assert_true(host_accepts_perfmon(&host));
	host.initial_user_ns = false;
	assert_false(host_has_privilege(&host));
	assert_false(host_root_has_privilege(&host));
}

static void test_everybody_may_at_minus_1(void **state)
{
	struct host_state host = host_at("fixtures/hosts/everybody", EINVAL);

	(void)state;
	assert_int_equal(host.paranoid, -1);
	assert_true(host_may_trace(&host));
	host.perf_syscall = PERF_SYSCALL_SECCOMP;
	assert_false(host_may_trace(&host));
}

static void test_a_kernel_before_perfmon(void **state)
{
	struct host_state host = host_at("fixtures/hosts/linux419-root", EINVAL);

	(void)state;
	assert_int_equal(host.last_capability, 37);
	assert_false(host_has_capability(&host, CAP_PERFMON));
	assert_true(host_may_trace(&host));
}

static void test_a_container(void **state)
{
	struct host_state host = host_at("fixtures/hosts/container", EPERM);

	(void)state;
	assert_int_equal(host.seccomp, 2);
	assert_int_equal(host.perf_syscall, PERF_SYSCALL_SECCOMP);
	assert_false(host.initial_pid_ns);
	assert_true(host.initial_user_ns);
	assert_false(host_root_has_capability(&host, CAP_SYS_ADMIN));
	assert_false(host_may_trace(&host));
}

static void test_capabilities_of_a_user_namespace_do_not_count(void **state)
{
	struct host_state host = host_at("fixtures/hosts/user-namespace", EINVAL);

	(void)state;
	assert_int_equal(host.capabilities, ALL_CAPABILITIES);
	assert_false(host.initial_user_ns);
	assert_false(host_has_capability(&host, CAP_SYS_ADMIN));
	assert_false(host_root_has_capability(&host, CAP_SYS_ADMIN));
	assert_false(host_may_trace(&host));
}

static void test_lockdown(void **state)
{
	struct host_state host = host_at("fixtures/hosts/debian13-lockdown", EINVAL);

	(void)state;
	assert_int_equal(host.lockdown, LOCKDOWN_CONFIDENTIALITY);
}

static void test_absent_or_seccomp(void **state)
{
	(void)state;
	/* A host that has the sysctls of perf has perf; where there are none, it has not. */
	assert_int_equal(host_at("fixtures/hosts/container", ENOSYS).perf_syscall,
			 PERF_SYSCALL_SECCOMP);
	assert_int_equal(host_at("fixtures/hosts/linux618-root", ENOSYS).perf_syscall,
			 PERF_SYSCALL_SECCOMP);
	assert_int_equal(host_at("fixtures/hosts", ENOSYS).perf_syscall, PERF_SYSCALL_ABSENT);
	assert_int_equal(host_at("fixtures/hosts/linux618-root", ENODEV).perf_syscall,
			 PERF_SYSCALL_SECCOMP);
}

/* There is neither a proc nor a sys in fixtures/hosts itself. */
static void test_nothing_to_read(void **state)
{
	struct host_state host = host_at("fixtures/hosts", EINVAL);

	(void)state;
	assert_false(host.has_paranoid);
	assert_int_equal(host.mlock_kb, 0);
	assert_false(host.has_capabilities);
	assert_int_equal(host.capabilities, 0);
	assert_int_equal(host.last_capability, 0);
	assert_int_equal(host.seccomp, -1);
	assert_int_equal(host.lockdown, LOCKDOWN_UNKNOWN);
	assert_true(host.initial_user_ns);
	assert_true(host.initial_pid_ns);
	assert_true(host_root_has_capability(&host, CAP_SYS_ADMIN));
}

static void test_files_that_hold_no_facts(void **state)
{
	struct host_state host = host_at("fixtures/hosts/broken", EINVAL);

	(void)state;
	assert_false(host.has_paranoid);
	assert_int_equal(host.mlock_kb, 0);
	assert_int_equal(host.last_capability, 0);
	assert_false(host.has_capabilities);
	assert_int_equal(host.capabilities, 0);
	assert_int_equal(host.seccomp, -1);
	assert_int_equal(host.lockdown, LOCKDOWN_UNKNOWN);
}

static void test_no_directory_at_all(void **state)
{
	struct host_state host;

	(void)state;
	host_state_gather(-1, EINVAL, &host);
	assert_false(host.has_paranoid);
	assert_false(host.has_capabilities);
}

/* What the call would open, it does not: the next fd is the same before and after. */
static void test_the_probe_opens_nothing(void **state)
{
	int before = dup(STDOUT_FILENO);

	(void)state;
	close(before);
	int answer = perf_syscall_probe();
	int after = dup(STDOUT_FILENO);
	close(after);
	assert_int_equal(before, after);
	assert_true(answer == EINVAL || answer == EACCES || answer == EPERM || answer == ENOSYS);
}

static void test_this_host(void **state)
{
	struct host_state host = host_at("/", perf_syscall_probe());

	(void)state;
	if (access("/proc/self/status", R_OK) < 0)
		skip();
	assert_true(host.has_capabilities);
	assert_true(host.last_capability > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_level_3_takes_no_perfmon),
		cmocka_unit_test(test_where_perfmon_counts),
		cmocka_unit_test(test_everybody_may_at_minus_1),
		cmocka_unit_test(test_a_kernel_before_perfmon),
		cmocka_unit_test(test_a_container),
		cmocka_unit_test(test_capabilities_of_a_user_namespace_do_not_count),
		cmocka_unit_test(test_lockdown),
		cmocka_unit_test(test_absent_or_seccomp),
		cmocka_unit_test(test_nothing_to_read),
		cmocka_unit_test(test_files_that_hold_no_facts),
		cmocka_unit_test(test_no_directory_at_all),
		cmocka_unit_test(test_the_probe_opens_nothing),
		cmocka_unit_test(test_this_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
