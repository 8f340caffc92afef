/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Both listeners on this kernel: statuses as wait(2) has them, without privileges too, losses that
 * are exact, and senders that are not the kernel. Skipped where the kernel refuses.
 */
#include <linux/netlink.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/compiler.h"
#include "netlink/proc_connector.h"
#include "netlink/taskstats.h"
#include "support.h"

#define ROOMY (16U << 20)
#define NOBODY 65534
#define PATIENCE_MS 20000
#define THREADS 3
#define STORM 400

/* ---- children, and how they end ---- */

/* For core dumps; anybody may write to it. */
static char scratch[] = "/tmp/netlink-XXXXXX";

static void *do_nothing(void *unused)
{
	return unused;
}

static void end_at_once(void)
{
	_exit(0);
}

static void end_with_7(void)
{
	_exit(7);
}

static void be_killed(void)
{
	raise(SIGKILL);
}

/* Into a directory of its own; where the host dumps none, wait(2) says so, too. */
static void dump_core(void)
{
	const struct rlimit all = {RLIM_INFINITY, RLIM_INFINITY};

	if (chdir(scratch) < 0)
		_exit(100);
	setrlimit(RLIMIT_CORE, &all);
	abort();
}

static void have_threads(void)
{
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, do_nothing, NULL);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	_exit(3);
}

static void execute(void)
{
	prctl(PR_SET_NAME, "before");
	execl("/bin/sh", "sh", "-c", "exit 9", NULL);
	_exit(100);
}

static void (*const endings[])(void) = {end_at_once, end_with_7,   be_killed,
					dump_core,   have_threads, execute};
#define CHILDREN ARRAY_SIZE(endings)
#define CHILD_THREADS 4
#define CHILD_EXECUTES 5

struct child {
	pid_t pid;
	uint32_t status; /* of wait(2) */
	/* What was heard: */
	unsigned int forks, execs, exits, lasts, threads, thread_exits, renames;
	uint32_t heard;
	uint64_t born_ns, ended_ns;
};

static void run_children(struct child *children)
{
	for (size_t i = 0; i < CHILDREN; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0)
			endings[i]();
		waitpid(pid, &status, 0);
		children[i] = (struct child){.pid = pid, .status = (uint32_t)status};
	}
}

static struct child *find_child(struct child *children, int32_t tgid)
{
	for (size_t i = 0; i < CHILDREN; i++)
		if (children[i].pid == tgid)
			return &children[i];
	return NULL;
}

/* ---- the connector ---- */

static bool is_at_least(int major, int minor)
{
	struct utsname name;
	int own_major = 0, own_minor = 0;

	uname(&name);
	sscanf(name.release, "%d.%d", &own_major, &own_minor);
	return own_major > major || (own_major == major && own_minor >= minor);
}

static void skip_unless_open(int code, const struct error *err)
{
	if (code == 0)
		return;
	print_message("%s\n", err->what);
	if (getenv("CI") && geteuid() == 0)
		fail_msg("it has to run here");
	skip();
}

static struct proc_connector *open_connector(size_t buffer_size, unsigned int kinds)
{
	const struct proc_connector_options options = {.buffer_size = buffer_size, .kinds = kinds};
	struct proc_connector *opened = NULL;
	struct error err;

	skip_unless_open(proc_connector_open(&options, &opened, &err), &err);
	return opened;
}

static void hear_exit(struct child *child, const struct proc_message *message)
{
	if (message->tid != message->tgid) {
		child->thread_exits++;
		return;
	}
	child->exits++;
	child->heard = message->status;
	child->ended_ns = message->time_ns;
}

static void hear(struct child *children, const struct proc_message *message)
{
	struct child *child = find_child(children, message->tgid);

	if (!child)
		return;
	if (message->kind == PROC_FORK && message->tid != message->tgid)
		child->threads++;
	else if (message->kind == PROC_FORK && message->parent_tgid == getpid())
		child->forks++, child->born_ns = message->time_ns;
	else if (message->kind == PROC_EXEC)
		child->execs++;
	else if (message->kind == PROC_EXIT)
		hear_exit(child, message);
	else if (message->kind == PROC_COMM)
		child->renames += strcmp(message->comm, "before") == 0;
}

/* Its message comes after wait(2) may have returned. */
static bool hear_until_the_last_exit(struct proc_connector *connector, struct child *children)
{
	struct pollfd ready = {.fd = proc_connector_fd(connector), .events = POLLIN};
	struct proc_message message;

	while (!children[CHILDREN - 1].exits) {
		if (poll(&ready, 1, PATIENCE_MS) <= 0)
			return false;
		while (proc_connector_next(connector, &message) > 0)
			hear(children, &message);
	}
	return true;
}

/* The number of children of which something is wrong. Called without privileges, too. */
static int check_connector(struct proc_connector *connector)
{
	struct child children[CHILDREN];
	int wrong = 0;

	run_children(children);
	if (!hear_until_the_last_exit(connector, children))
		return 99;
	for (size_t i = 0; i < CHILDREN; i++) {
		const struct child *child = &children[i];
		unsigned int threads = i == CHILD_THREADS ? THREADS : 0;
		bool executes = i == CHILD_EXECUTES;

		if (child->forks == 1 && child->exits == 1 && child->heard == child->status &&
		    child->threads == threads && child->thread_exits == threads &&
		    child->execs == executes && child->renames == executes &&
		    child->born_ns < child->ended_ns)
			continue;
		print_message("child %zu: status %x, heard %x, %u forks, %u exits\n", i,
			      child->status, child->heard, child->forks, child->exits);
		wrong++;
	}
	return wrong;
}

static void test_the_connector(void **state)
{
	struct proc_connector *connector = open_connector(ROOMY, 0);

	(void)state;
	assert_int_equal(check_connector(connector), 0);
	assert_int_equal(proc_connector_counts(connector).malformed, 0);
	proc_connector_close(connector);
}

static void listen_as_nobody(void)
{
	const struct proc_connector_options options = {.buffer_size = 4U << 20};
	struct proc_connector *connector;
	struct error err;

	if (setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
		_exit(98);
	if (proc_connector_open(&options, &connector, &err) < 0)
		_exit(97);
	_exit(check_connector(connector));
}

static void test_the_connector_without_privileges(void **state)
{
	int status;

	(void)state;
	if (geteuid() != 0 || !is_at_least(6, 6))
		skip();
	proc_connector_close(open_connector(0, 0));
	pid_t pid = fork();
	if (pid == 0)
		listen_as_nobody();
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void test_some_kinds_only(void **state)
{
	struct proc_connector *connector = open_connector(ROOMY, 1U << PROC_EXIT);
	struct child children[CHILDREN];
	struct proc_message message;
	bool seen = false;

	(void)state;
	run_children(children);
	struct pollfd ready = {.fd = proc_connector_fd(connector), .events = POLLIN};
	while (!seen && poll(&ready, 1, PATIENCE_MS) > 0) {
		while (proc_connector_next(connector, &message) > 0) {
			/* Older kernels send all of them. */
			assert_true(message.kind == PROC_EXIT || !is_at_least(6, 6));
			assert_int_equal(message.lost, 0);
			seen |= message.kind == PROC_EXIT &&
				message.tid == children[CHILDREN - 1].pid;
		}
	}
	assert_true(seen);
	proc_connector_close(connector);
}

/* ---- who is not the kernel ---- */

static uint32_t port_of(int fd)
{
	struct sockaddr_nl address;
	socklen_t size = sizeof(address);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	return address.nl_pid;
}

/* Send a recorded exit to the group and to PORT, as only CAP_NET_ADMIN lets us. */
static void forge(uint32_t port)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_groups = 1};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_CONNECTOR);
	size_t size;
	char *bytes = load_file("fixtures/netlink/connector-exit-7.bin", &size);

	/* Above any pid that there can be. */
	memset(bytes + 52, 0x7f, 8);
	assert_true(fd >= 0);
	assert_int_equal(sendto(fd, bytes, size, 0, (struct sockaddr *)&to, sizeof(to)), size);
	to = (struct sockaddr_nl){.nl_family = AF_NETLINK, .nl_pid = port};
	assert_int_equal(sendto(fd, bytes, size, 0, (struct sockaddr *)&to, sizeof(to)), size);
	free(bytes);
	close(fd);
}

static void test_forged_messages(void **state)
{
	struct proc_connector *connector = open_connector(ROOMY, 0);
	struct proc_message message;

	(void)state;
	if (geteuid() != 0) {
		proc_connector_close(connector);
		skip();
	}
	forge(port_of(proc_connector_fd(connector)));
	while (proc_connector_next(connector, &message) > 0)
		assert_int_not_equal(message.tid, 0x7f7f7f7f);
	assert_int_equal(proc_connector_counts(connector).foreign, 2);
	proc_connector_close(connector);
}

/* ---- taskstats ---- */

static struct taskstats_listener *open_taskstats(size_t buffer_size)
{
	struct taskstats_listener *opened = NULL;
	struct error err;

	skip_unless_open(taskstats_open(buffer_size, &opened, &err), &err);
	return opened;
}

static void hear_stats(struct child *children, const struct exit_stats *stats)
{
	struct child *child = find_child(children, stats->tgid ? stats->tgid : stats->tid);

	if (!child)
		return;
	child->lasts += stats->is_last;
	if (stats->tid != child->pid) {
		child->thread_exits++;
		return;
	}
	child->exits++;
	child->heard = stats->status;
}

/* All of it is there once wait(2) has returned. */
static void test_taskstats(void **state)
{
	struct taskstats_listener *listener = open_taskstats(ROOMY);
	struct child children[CHILDREN];
	struct exit_stats stats = {0};

	(void)state;
	run_children(children);
	while (taskstats_next(listener, &stats) > 0)
		hear_stats(children, &stats);
	bool tells_tgid = stats.version >= 12;
	for (size_t i = 0; i < CHILDREN; i++) {
		assert_int_equal(children[i].exits, 1);
		assert_int_equal(children[i].heard, children[i].status);
		assert_int_equal(children[i].lasts, tells_tgid || i == CHILD_THREADS);
		if (tells_tgid)
			assert_int_equal(children[i].thread_exits,
					 i == CHILD_THREADS ? THREADS : 0);
	}
	assert_int_equal(taskstats_counts(listener).malformed, 0);
	taskstats_close(listener);
}

/* ---- losses: what a small buffer holds and drops is what a large one gets ---- */

struct tally {
	uint64_t received, dropped;
};

/* Both until neither has anything more: they have then been sent the same. */
#define SETTLE(large_drain, small_drain) \
	do {                             \
	} while ((large_drain) + (small_drain) > 0)

static uint64_t drain_connector(struct proc_connector *connector, struct tally *tally)
{
	struct proc_message message;
	uint64_t before = tally->received;

	while (proc_connector_next(connector, &message) > 0)
		tally->received++;
	tally->dropped = proc_connector_counts(connector).dropped;
	return tally->received - before;
}

static uint64_t drain_taskstats(struct taskstats_listener *listener, struct tally *tally)
{
	struct exit_stats stats;
	uint64_t before = tally->received;

	while (taskstats_next(listener, &stats) > 0)
		tally->received++;
	tally->dropped = taskstats_counts(listener).dropped;
	return tally->received - before;
}

static void make_a_storm(void)
{
	for (int i = 0; i < STORM; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

static void check_tallies(const struct tally *large, const struct tally *large_start,
			  const struct tally *small, const struct tally *small_start)
{
	uint64_t sent = large->received - large_start->received;
	uint64_t got = small->received - small_start->received;
	uint64_t lost = small->dropped - small_start->dropped;

	print_message("    %ju sent: %ju received, %ju dropped\n", sent, got, lost);
	assert_int_equal(large->dropped, 0);
	assert_true(lost > 0);
	assert_int_equal(got + lost, sent);
}

static void test_losses_of_the_connector(void **state)
{
	struct proc_connector *large = open_connector(ROOMY, 0), *small = open_connector(1, 0);
	struct tally all = {0}, some = {0};

	(void)state;
	SETTLE(drain_connector(large, &all), drain_connector(small, &some));
	struct tally all_start = all, some_start = some;
	make_a_storm();
	SETTLE(drain_connector(large, &all), drain_connector(small, &some));
	check_tallies(&all, &all_start, &some, &some_start);
	proc_connector_close(small);
	proc_connector_close(large);
}

static void test_losses_of_taskstats(void **state)
{
	struct taskstats_listener *large = open_taskstats(ROOMY), *small = open_taskstats(1);
	struct tally all = {0}, some = {0};

	(void)state;
	SETTLE(drain_taskstats(large, &all), drain_taskstats(small, &some));
	struct tally all_start = all, some_start = some;
	make_a_storm();
	SETTLE(drain_taskstats(large, &all), drain_taskstats(small, &some));
	check_tallies(&all, &all_start, &some, &some_start);
	taskstats_close(small);
	taskstats_close(large);
}

static int make_scratch(void **state)
{
	(void)state;
	return mkdtemp(scratch) ? chmod(scratch, 0777) : -1;
}

static int remove_scratch(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", scratch);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_connector),
		cmocka_unit_test(test_the_connector_without_privileges),
		cmocka_unit_test(test_some_kinds_only),
		cmocka_unit_test(test_forged_messages),
		cmocka_unit_test(test_taskstats),
		cmocka_unit_test(test_losses_of_the_connector),
		cmocka_unit_test(test_losses_of_taskstats),
	};

	return cmocka_run_group_tests(tests, make_scratch, remove_scratch);
}
