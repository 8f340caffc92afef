/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether perf works here: formats that are not there, hosts that refuse, and this host.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "event/event.h"
#include "host/state.h"
#include "source/perf_probe.h"
#include "source/request.h"
#include "source/source.h"
#include "support.h"

#define NOBODY 65534

static char shipped[] = "formats/amd64-6.18.15+deb13";

static int probe(char *formats, const struct host_state *state, struct error *found)
{
	const struct request request = {.events = EVENT_SHOWABLE, .formats = formats};
	const struct source_host host = {.wake_fd = -1, .proc_fd = -1, .state = state};

	*found = (struct error){0};
	return perf_probe(&request, &host, found);
}

static int open_fds(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += dup2(fd, fd) == fd;
	return count;
}

static void test_no_formats(void **state)
{
	static char nowhere[] = "/nowhere";
	struct host_state host;
	struct error found;
	int before = open_fds();

	(void)state;
	host_state_of_this_host(&host);
	assert_int_equal(probe(nowhere, &host, &found), -ENOENT);
	assert_string_equal(found.what, "/nowhere/events: No such file or directory");
	assert_int_equal(open_fds(), before);
}

static void test_this_host(void **state)
{
	struct host_state host;
	struct error found;
	int before = open_fds();

	(void)state;
	host_state_of_this_host(&host);
	if (!host_may_trace(&host) || host.lockdown == LOCKDOWN_CONFIDENTIALITY) {
		print_message("this process may not trace here\n");
		skip();
	}
	int code = probe(NULL, &host, &found);
	if (code < 0) {
		print_message("%s\n", found.what);
		skip();
	}
	assert_true(code == 0 || code == 1);
	assert_memory_equal(found.what, "works", 5);
	assert_string_equal(found.remedy, "");
	assert_int_equal(open_fds(), before);
}

/* Returns 0 where perf is refused with a reason and a remedy. */
static int refused_as_nobody(void)
{
	struct host_state host;
	struct error found;

	if (setresgid(NOBODY, NOBODY, NOBODY) < 0 || setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return 1;
	host_state_of_this_host(&host);
	int before = open_fds();
	if (probe(shipped, &host, &found) >= 0)
		return 2;
	return found.what[0] && found.remedy[0] && open_fds() == before ? 0 : 3;
}

static void test_without_privileges(void **state)
{
	struct host_state host;
	int status;

	(void)state;
	host_state_of_this_host(&host);
	if (geteuid() != 0 || !host.has_paranoid || host.paranoid < 0 ||
	    host.perf_syscall != PERF_SYSCALL_ALLOWED) {
		print_message("no privileges to lose here\n");
		skip();
	}
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(refused_as_nobody());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_formats),
		cmocka_unit_test(test_this_host),
		cmocka_unit_test(test_without_privileges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
