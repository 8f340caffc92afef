/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Refusals: each cause has a sentence and a remedy of its own.
 */
#include <errno.h>
#include <string.h>

#include "host/diagnose.h"
#include "support.h"
#include "support_host.h"

#define SUDO "sudo perf_exec_trace ..."
#define DOCKER                                                                          \
	"docker run --cap-add PERFMON --security-opt seccomp=unconfined --pid host -v " \
	"/sys/kernel/tracing:/sys/kernel/tracing:ro ..."

typedef int diagnosis(const struct host_state *host, int code, struct error *err);

static void assert_says(diagnosis *diagnose, const struct host_state *host, int code,
			const char *cause, const char *remedy)
{
	struct error err = {0};

	error_set(&err, code, "it failed");
	assert_int_equal(diagnose(host, code, &err), code);
	assert_memory_equal(err.what, "it failed", strlen("it failed"));
	if (!strstr(err.what, cause))
		fail_msg("\"%s\" does not say \"%s\"", err.what, cause);
	assert_string_equal(err.remedy, remedy);
}

/* What perf refuses on the host at fixtures/hosts/NAME, where the probe gave PERF_ERRNO. */
static void assert_perf(const char *name, int perf_errno, int code, const char *cause,
			const char *remedy)
{
	const struct host_state host = host_at(name, perf_errno);

	assert_says(diagnose_refusal, &host, code, cause, remedy);
}

static void assert_tracefs(const char *name, int code, const char *cause, const char *remedy)
{
	const struct host_state host = host_at(name, EINVAL);

	assert_says(diagnose_tracefs, &host, code, cause, remedy);
}

static void test_paranoid_level(void **state)
{
	(void)state;
	assert_perf("fixtures/hosts/linux618-nobody", EINVAL, -EACCES,
		    "it failed: kernel.perf_event_paranoid is 2, which reserves tracing for "
		    "processes with CAP_PERFMON or CAP_SYS_ADMIN",
		    SUDO);
}

static void test_paranoid_level_3(void **state)
{
	(void)state;
	assert_perf("fixtures/hosts/debian12-nobody", EACCES, -EACCES,
		    "kernel.perf_event_paranoid is 3, which reserves tracing for processes with "
		    "CAP_SYS_ADMIN",
		    SUDO);
	assert_perf("fixtures/hosts/debian12-perfmon", EACCES, -EACCES,
		    "kernel.perf_event_paranoid is 3, which reserves tracing for processes with "
		    "CAP_SYS_ADMIN",
		    "sudo sysctl kernel.perf_event_paranoid=2");
}

static void test_kernels_before_perfmon_do_not_hear_of_it(void **state)
{
	struct host_state host = host_at("fixtures/hosts/linux419-root", EINVAL);
	struct error err = {0};

	(void)state;
	host.capabilities = 0;
	diagnose_refusal(&host, -EACCES, &err);
	assert_string_equal(err.what, "kernel.perf_event_paranoid is 2, which reserves tracing for "
				      "processes with CAP_SYS_ADMIN");
	assert_string_equal(err.remedy, SUDO);
}

static void test_seccomp(void **state)
{
	struct host_state host = host_at("fixtures/hosts/linux618-root", EPERM);

	(void)state;
	assert_perf("fixtures/hosts/container", EPERM, -EPERM, "seccomp filter", DOCKER);
	assert_perf("fixtures/hosts/container", ENOSYS, -ENOSYS, "seccomp filter", DOCKER);
	/* With all capabilities still in reach: a service rather than a container. */
	host.seccomp = 2;
	assert_says(diagnose_refusal, &host, -EPERM, "seccomp filter",
		    "outside of that service or container: " SUDO);
	/* Without a filter in sight it is some other sandbox. */
	assert_perf("fixtures/hosts/linux618-root", ENOSYS, -ENOSYS, "a sandbox",
		    "run perf_exec_trace outside of the sandbox");
}

static void test_containers(void **state)
{
	(void)state;
	/* Without the filter, the capability is what is missing, and sudo does not bring it. */
	assert_perf("fixtures/hosts/container", EINVAL, -EACCES, "kernel.perf_event_paranoid is 2",
		    DOCKER);
	assert_perf("fixtures/hosts/container", EACCES, -EACCES, "a security module", "");
}

static void test_containers_on_level_3(void **state)
{
	struct host_state host = host_at("fixtures/hosts/container", EACCES);

	(void)state;
	host.paranoid = 3;
	assert_says(diagnose_refusal, &host, -EACCES, "CAP_SYS_ADMIN",
		    "docker run --cap-add SYS_ADMIN --security-opt seccomp=unconfined --pid host "
		    "-v /sys/kernel/tracing:/sys/kernel/tracing:ro ...");
}

static void test_user_namespace(void **state)
{
	(void)state;
	assert_perf("fixtures/hosts/user-namespace", EINVAL, -EACCES,
		    "capabilities of a user namespace", "outside of this user namespace: " SUDO);
}

static void test_no_perf_in_the_kernel(void **state)
{
	(void)state;
	assert_perf("fixtures/hosts", ENOSYS, -ENOSYS, "CONFIG_PERF_EVENTS", "");
}

static void test_security_modules(void **state)
{
	(void)state;
	assert_perf("fixtures/hosts/linux618-root", EINVAL, -EACCES,
		    "the privileges suffice, so a security module", "");
	assert_perf("fixtures/hosts/linux618-root", EACCES, -EACCES, "a security module", "");
}

static void test_unknown_hosts(void **state)
{
	(void)state;
	assert_perf("fixtures/hosts", EINVAL, -EPERM, "needs CAP_PERFMON or CAP_SYS_ADMIN", SUDO);
}

static void test_lockdown(void **state)
{
	(void)state;
	assert_perf("fixtures/hosts/debian13-lockdown", EINVAL, -EINVAL, "lockdown=confidentiality",
		    "boot without lockdown=confidentiality");
	assert_tracefs("fixtures/hosts/debian13-lockdown", -ENOENT, "lockdown=confidentiality",
		       "boot without lockdown=confidentiality");
	assert_tracefs("fixtures/hosts/debian13-lockdown", -EPERM, "lockdown=confidentiality",
		       "boot without lockdown=confidentiality");
}

static void test_what_is_no_refusal_stays(void **state)
{
	static const int codes[] = {0, -EINVAL, -ENOMEM, -EMFILE, -ENODEV, -ENOENT};
	const struct host_state host = host_at("fixtures/hosts/linux618-nobody", EINVAL);
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		error_set(&err, codes[i], "it failed");
		assert_int_equal(diagnose_refusal(&host, codes[i], &err), codes[i]);
		assert_string_equal(err.what, "it failed");
		assert_string_equal(err.remedy, "");
	}
}

static void test_a_remedy_that_is_there_stays(void **state)
{
	const struct host_state host = host_at("fixtures/hosts/linux618-nobody", EINVAL);
	struct error err;

	(void)state;
	error_set(&err, -EPERM, "no memory for the ring");
	error_remedy(&err, "a smaller -m");
	assert_int_equal(diagnose_refusal(&host, -EPERM, &err), -EPERM);
	assert_string_equal(err.what, "no memory for the ring");
	assert_string_equal(err.remedy, "a smaller -m");
}

static void test_tracefs_that_is_for_root(void **state)
{
	(void)state;
	assert_tracefs("fixtures/hosts/linux618-nobody", -EACCES, "tracefs is for root only", SUDO);
	assert_tracefs("fixtures/hosts/debian12-perfmon", -EACCES, "tracefs is for root only",
		       SUDO);
	assert_tracefs("fixtures/hosts/user-namespace", -EACCES, "tracefs is for root only",
		       "outside of this user namespace: " SUDO);
}

static void test_tracefs_that_is_not_mounted(void **state)
{
	(void)state;
	assert_tracefs("fixtures/hosts/linux618-nobody", -EPERM, "that takes CAP_SYS_ADMIN", SUDO);
	assert_tracefs("fixtures/hosts/container", -EPERM, "that takes CAP_SYS_ADMIN", DOCKER);
	/* Root before Linux 5.2, which cannot mount privately. */
	assert_tracefs("fixtures/hosts/linux419-root", -ENOSYS, "it failed",
		       "sudo mount -t tracefs nodev /sys/kernel/tracing");
}

static void test_proc_that_is_not_mounted(void **state)
{
	(void)state;
	assert_tracefs("fixtures/hosts", -ENOENT, "/proc is not mounted",
		       "sudo mount -t proc proc /proc");
}

static void test_kernels_without_tracepoints(void **state)
{
	struct error err;
	const struct host_state host = host_at("fixtures/hosts/linux618-root", EINVAL);

	(void)state;
	assert_tracefs("fixtures/hosts/linux618-root", -ENOENT, "CONFIG_EVENT_TRACING", "");
	error_set(&err, -ENODEV, "cannot mount");
	error_remedy(&err, "a promise that does not hold");
	diagnose_tracefs(&host, -ENODEV, &err);
	assert_string_equal(err.what,
			    "cannot mount: this kernel is built without tracefs (CONFIG_TRACING)");
	assert_string_equal(err.remedy, "");
	assert_tracefs("fixtures/hosts/linux618-root", -EBADMSG, "it failed", "");
}

static void test_long_errors_are_cut(void **state)
{
	const struct host_state host = host_at("fixtures/hosts/linux618-nobody", EINVAL);
	struct error err = {0};

	(void)state;
	memset(err.what, 'x', sizeof(err.what) - 1);
	diagnose_refusal(&host, -EPERM, &err);
	assert_int_equal(strlen(err.what), sizeof(err.what) - 1);
	assert_string_equal(err.remedy, SUDO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paranoid_level),
		cmocka_unit_test(test_paranoid_level_3),
		cmocka_unit_test(test_kernels_before_perfmon_do_not_hear_of_it),
		cmocka_unit_test(test_seccomp),
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_containers_on_level_3),
		cmocka_unit_test(test_user_namespace),
		cmocka_unit_test(test_no_perf_in_the_kernel),
		cmocka_unit_test(test_security_modules),
		cmocka_unit_test(test_unknown_hosts),
		cmocka_unit_test(test_lockdown),
		cmocka_unit_test(test_what_is_no_refusal_stays),
		cmocka_unit_test(test_a_remedy_that_is_there_stays),
		cmocka_unit_test(test_tracefs_that_is_for_root),
		cmocka_unit_test(test_tracefs_that_is_not_mounted),
		cmocka_unit_test(test_proc_that_is_not_mounted),
		cmocka_unit_test(test_kernels_without_tracepoints),
		cmocka_unit_test(test_long_errors_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
