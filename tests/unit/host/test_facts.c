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
	struct host_facts facts = host_at("fixtures/hosts/debian12-root", EINVAL);

	(void)state;
	assert_true(facts.has_paranoid);
	assert_int_equal(facts.paranoid, 3);
	assert_int_equal(facts.mlock_kb, 516);
	assert_true(facts.has_capabilities);
	assert_int_equal(facts.capabilities, ALL_CAPABILITIES);
	assert_int_equal(facts.bounding, ALL_CAPABILITIES);
	assert_int_equal(facts.last_capability, 40);
	assert_int_equal(facts.seccomp, 0);
	assert_int_equal(facts.lockdown, LOCKDOWN_NONE);
	assert_int_equal(facts.perf_syscall, PERF_SYSCALL_ALLOWED);
	assert_true(facts.initial_user_ns);
	assert_true(facts.initial_pid_ns);
	assert_true(host_may_trace(&facts));
}

static void test_nobody(void **state)
{
	struct host_facts facts = host_at("fixtures/hosts/linux618-nobody", EINVAL);

	(void)state;
	assert_int_equal(facts.paranoid, 2);
	assert_int_equal(facts.capabilities, 0);
	assert_true(host_root_has_capability(&facts, CAP_SYS_ADMIN));
	assert_int_equal(facts.lockdown, LOCKDOWN_UNKNOWN);
	assert_false(host_may_trace(&facts));
}

static void test_level_3_takes_no_perfmon(void **state)
{
	struct host_facts facts = host_at("fixtures/hosts/debian12-perfmon", EACCES);

	(void)state;
	assert_true(host_has_capability(&facts, CAP_PERFMON));
	assert_false(host_has_capability(&facts, CAP_SYS_ADMIN));
	assert_int_equal(facts.perf_syscall, PERF_SYSCALL_REFUSED);
	assert_false(host_may_trace(&facts));
	/* A kernel without Debian's patch goes on to look at the arguments. */
	facts = host_at("fixtures/hosts/debian12-perfmon", EINVAL);
	assert_true(host_may_trace(&facts));
}

/* Who answers "does CAP_PERFMON count here?", and what follows from the answer. */
static void test_where_perfmon_counts(void **state)
{
	struct host_facts facts = {
		.perf_syscall = PERF_SYSCALL_REFUSED,
		.paranoid = 3,
		.capabilities = UINT64_C(1) << CAP_PERFMON,
		.bounding = UINT64_C(1) << CAP_PERFMON,
		.initial_user_ns = true,
	};

	(void)state;
	assert_false(host_accepts_perfmon(&facts));
	assert_false(host_has_privilege(&facts));
	assert_false(host_root_has_privilege(&facts));
	assert_string_equal(host_privilege_names(&facts), "CAP_SYS_ADMIN");
	/* Up to level 2 the refusal comes from a security module. */
	facts.paranoid = 2;
	assert_true(host_accepts_perfmon(&facts));
	assert_true(host_has_privilege(&facts));
	assert_true(host_root_has_privilege(&facts));
	assert_string_equal(host_privilege_names(&facts), "CAP_PERFMON or CAP_SYS_ADMIN");
	facts.last_capability = CAP_PERFMON - 1;
	assert_false(host_accepts_perfmon(&facts));
	facts.last_capability = CAP_PERFMON;
	assert_true(host_accepts_perfmon(&facts));
	facts.initial_user_ns = false;
	assert_false(host_has_privilege(&facts));
	assert_false(host_root_has_privilege(&facts));
}

static void test_everybody_may_at_minus_1(void **state)
{
	struct host_facts facts = host_at("fixtures/hosts/everybody", EINVAL);

	(void)state;
	assert_int_equal(facts.paranoid, -1);
	assert_true(host_may_trace(&facts));
	facts.perf_syscall = PERF_SYSCALL_SECCOMP;
	assert_false(host_may_trace(&facts));
}

static void test_a_kernel_before_perfmon(void **state)
{
	struct host_facts facts = host_at("fixtures/hosts/linux419-root", EINVAL);

	(void)state;
	assert_int_equal(facts.last_capability, 37);
	assert_false(host_has_capability(&facts, CAP_PERFMON));
	assert_true(host_may_trace(&facts));
}

static void test_a_container(void **state)
{
	struct host_facts facts = host_at("fixtures/hosts/container", EPERM);

	(void)state;
	assert_int_equal(facts.seccomp, 2);
	assert_int_equal(facts.perf_syscall, PERF_SYSCALL_SECCOMP);
	assert_false(facts.initial_pid_ns);
	assert_true(facts.initial_user_ns);
	assert_false(host_root_has_capability(&facts, CAP_SYS_ADMIN));
	assert_false(host_may_trace(&facts));
}

static void test_capabilities_of_a_user_namespace_do_not_count(void **state)
{
	struct host_facts facts = host_at("fixtures/hosts/user-namespace", EINVAL);

	(void)state;
	assert_int_equal(facts.capabilities, ALL_CAPABILITIES);
	assert_false(facts.initial_user_ns);
	assert_false(host_has_capability(&facts, CAP_SYS_ADMIN));
	assert_false(host_root_has_capability(&facts, CAP_SYS_ADMIN));
	assert_false(host_may_trace(&facts));
}

static void test_lockdown(void **state)
{
	struct host_facts facts = host_at("fixtures/hosts/debian13-lockdown", EINVAL);

	(void)state;
	assert_int_equal(facts.lockdown, LOCKDOWN_CONFIDENTIALITY);
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
	struct host_facts facts = host_at("fixtures/hosts", EINVAL);

	(void)state;
	assert_false(facts.has_paranoid);
	assert_int_equal(facts.mlock_kb, 0);
	assert_false(facts.has_capabilities);
	assert_int_equal(facts.capabilities, 0);
	assert_int_equal(facts.last_capability, 0);
	assert_int_equal(facts.seccomp, -1);
	assert_int_equal(facts.lockdown, LOCKDOWN_UNKNOWN);
	assert_true(facts.initial_user_ns);
	assert_true(facts.initial_pid_ns);
	assert_true(host_root_has_capability(&facts, CAP_SYS_ADMIN));
}

static void test_files_that_hold_no_facts(void **state)
{
	struct host_facts facts = host_at("fixtures/hosts/broken", EINVAL);

	(void)state;
	assert_false(facts.has_paranoid);
	assert_int_equal(facts.mlock_kb, 0);
	assert_int_equal(facts.last_capability, 0);
	assert_false(facts.has_capabilities);
	assert_int_equal(facts.capabilities, 0);
	assert_int_equal(facts.seccomp, -1);
	assert_int_equal(facts.lockdown, LOCKDOWN_UNKNOWN);
}

static void test_no_directory_at_all(void **state)
{
	struct host_facts facts;

	(void)state;
	host_facts_gather(-1, EINVAL, &facts);
	assert_false(facts.has_paranoid);
	assert_false(facts.has_capabilities);
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
	struct host_facts facts = host_at("/", perf_syscall_probe());

	(void)state;
	if (access("/proc/self/status", R_OK) < 0)
		skip();
	assert_true(facts.has_capabilities);
	assert_true(facts.last_capability > 0);
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
