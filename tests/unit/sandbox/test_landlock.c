/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be reached of the host, with this kernel's Landlock; and what older and newer ones are
 * asked for.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/compiler.h"
#include "sandbox/landlock.h"
#include "support.h"
#include "support_child.h"

#define ABI_TRUNCATE 3
#define ABI_NET 4
#define ABI_SCOPES 6

static const char *const proc[] = {"/no/such/directory", "/proc"};
static const struct landlock_plan nothing = {0};
static const struct landlock_plan proc_alone = {.readable = proc, .readable_count = 2};

/* ---- kernels that this one is not ---- */

/* What a kernel of ABI is asked for; ABI 0: this kernel, negative: an errno. */
struct fake_kernel {
	int abi;
	uint64_t handled[3]; /* files, network, scopes */
};

static struct fake_kernel fake;

long __wrap_syscall(long number, long a, long b, long c, long d, long e);
long __real_syscall(long number, ...);

long __wrap_syscall(long number, long a, long b, long c, long d, long e)
{
	if (fake.abi == 0 || number != SYS_landlock_create_ruleset)
		return __real_syscall(number, a, b, c, d, e);
	if (fake.abi > 0 && (unsigned int)c == LANDLOCK_CREATE_RULESET_VERSION)
		return fake.abi;
	errno = fake.abi < 0 ? -fake.abi : ENOMEM;
	if (fake.abi > 0) {
		assert_int_equal(b, sizeof(fake.handled));
		memcpy(fake.handled, (const void *)a, sizeof(fake.handled));
	}
	return -1;
}

static void test_what_kernels_are_asked_for(void **state)
{
	static const struct {
		int abi;
		uint64_t files, net, scopes, scopes_with_signals;
	} cases[] = {
		{1, 0x1fff, 0, 0, 0}, {2, 0x3fff, 0, 0, 0},  {3, 0x7fff, 0, 0, 0},
		{4, 0x7fff, 3, 0, 0}, {5, 0xffff, 3, 0, 0},  {6, 0xffff, 3, 3, 1},
		{7, 0xffff, 3, 3, 1}, {99, 0xffff, 3, 3, 1},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct landlock_plan signals = {.signals = true};

		fake = (struct fake_kernel){.abi = cases[i].abi};
		assert_int_equal(landlock_restrict(&nothing), -ENOMEM);
		assert_int_equal(fake.handled[0], cases[i].files);
		assert_int_equal(fake.handled[1], cases[i].net);
		assert_int_equal(fake.handled[2], cases[i].scopes);
		assert_int_equal(landlock_restrict(&signals), -ENOMEM);
		assert_int_equal(fake.handled[2], cases[i].scopes_with_signals);
	}
	fake.abi = 0;
}

static void test_kernels_without_it(void **state)
{
	static const int codes[] = {-ENOSYS, -EOPNOTSUPP};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++) {
		fake.abi = codes[i];
		assert_int_equal(landlock_restrict(&nothing), codes[i]);
	}
	fake.abi = 0;
}

/* ---- this kernel ---- */

static int abi_here(void)
{
	return (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

static void need_abi(int abi)
{
	if (abi_here() < abi) {
		print_message("this kernel has no Landlock, or of ABI %d\n", abi_here());
		skip();
	}
}

static void enter(const struct landlock_plan *plan)
{
	CHILD_CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHILD_CHECK(landlock_restrict(plan) == abi_here());
}

static bool is_refused(const char *path, int flags, int why)
{
	int fd = open(path, flags | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == why;
}

static void reach_nothing(void *unused)
{
	struct stat status;
	char byte;
	int before = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	(void)unused;
	enter(&nothing);
	CHILD_CHECK(is_refused("/etc/passwd", O_RDONLY, EACCES));
	CHILD_CHECK(is_refused("/proc/self/stat", O_RDONLY, EACCES));
	CHILD_CHECK(is_refused("/", O_RDONLY | O_DIRECTORY, EACCES));
	CHILD_CHECK(is_refused("/tmp/made_in_the_sandbox", O_WRONLY | O_CREAT, EACCES));
	CHILD_CHECK(unlink("/etc/passwd") < 0 && errno == EACCES);
	/* What was open stays so. */
	CHILD_CHECK(read(before, &byte, 1) == 1);
	CHILD_CHECK(fstat(before, &status) == 0);
}

static void read_proc_alone(void *unused)
{
	(void)unused;
	enter(&proc_alone);
	CHILD_CHECK(!is_refused("/proc/self/stat", O_RDONLY, EACCES));
	CHILD_CHECK(!is_refused("/proc", O_RDONLY | O_DIRECTORY, EACCES));
	CHILD_CHECK(is_refused("/proc/self/comm", O_WRONLY, EACCES));
	CHILD_CHECK(is_refused("/proc/self/cwd", O_RDONLY, EACCES));
	CHILD_CHECK(is_refused("/sys/kernel", O_RDONLY, EACCES));
	CHILD_CHECK(is_refused("/etc/passwd", O_RDONLY, EACCES));
}

static void test_files(void **state)
{
	(void)state;
	need_abi(1);
	const struct child_end end = child_run(reach_nothing, NULL);
	assert_child_fine(&end);
	const struct child_end of_proc = child_run(read_proc_alone, NULL);
	assert_child_fine(&of_proc);
}

static void truncate_what_is_open(void *unused)
{
	int fd = memfd_create("x", MFD_CLOEXEC);
	char path[] = "/tmp/test_landlock.XXXXXX";
	int file = mkstemp(path);

	(void)unused;
	unlink(path);
	enter(&nothing);
	CHILD_CHECK(ftruncate(fd, 10) == 0);
	CHILD_CHECK(ftruncate(file, 10) == 0);
}

static void test_open_files_can_be_cut(void **state)
{
	(void)state;
	need_abi(ABI_TRUNCATE);
	const struct child_end end = child_run(truncate_what_is_open, NULL);
	assert_child_fine(&end);
}

static void connect_nowhere(void *unused)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(9),
		.sin_addr = {htonl(INADDR_LOOPBACK)},
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)unused;
	CHILD_CHECK(fd >= 0);
	enter(&nothing);
	CHILD_CHECK(connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0);
	CHILD_CHECK(errno == EACCES);
	CHILD_CHECK(bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0);
	CHILD_CHECK(errno == EACCES);
}

static void test_tcp(void **state)
{
	(void)state;
	need_abi(ABI_NET);
	const struct child_end end = child_run(connect_nowhere, NULL);
	assert_child_fine(&end);
}

static void signal_the_parent(void *signals)
{
	const struct landlock_plan plan = {.signals = *(const bool *)signals};

	enter(&plan);
	CHILD_CHECK((kill(getppid(), 0) == 0) == plan.signals);
	CHILD_CHECK(plan.signals || errno == EPERM);
	CHILD_CHECK(kill(getpid(), 0) == 0);
}

static void test_signals(void **state)
{
	bool allowed[] = {false, true};

	(void)state;
	need_abi(ABI_SCOPES);
	for (size_t i = 0; i < ARRAY_SIZE(allowed); i++) {
		const struct child_end end = child_run(signal_the_parent, &allowed[i]);

		assert_child_fine(&end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_kernels_are_asked_for),
		cmocka_unit_test(test_kernels_without_it),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_open_files_can_be_cut),
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
