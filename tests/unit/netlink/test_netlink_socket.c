/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The netlink socket under both listeners, on a fake kernel: batches, foreign senders, full
 * buffers, and calls that fail.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "netlink/socket.h"
#include "support.h"
#include "support_netlink.h"

static struct netlink_socket *open_socket(size_t buffer_size)
{
	struct netlink_socket *opened = NULL;

	assert_int_equal(netlink_socket_open(NETLINK_CONNECTOR, buffer_size, &opened), 0);
	assert_non_null(opened);
	return opened;
}

/* The next datagram is the one byte BYTE. */
static void expect_byte(struct netlink_socket *opened, unsigned char byte)
{
	const void *bytes;
	size_t size;

	assert_int_equal(netlink_socket_next(opened, &bytes, &size), 1);
	assert_int_equal(size, 1);
	assert_int_equal(*(const unsigned char *)bytes, byte);
}

static void expect_code(struct netlink_socket *opened, int code)
{
	const void *bytes;
	size_t size;

	assert_int_equal(netlink_socket_next(opened, &bytes, &size), code);
}

static void test_the_buffer(void **state)
{
	(void)state;
	kernel_reset();
	struct netlink_socket *opened = open_socket(1000000);
	assert_int_equal(netlink_socket_buffer_size(opened), 1000000);
	netlink_socket_close(opened);

	kernel_reset();
	kernel.is_unprivileged = true;
	opened = open_socket(1000000);
	assert_int_equal(netlink_socket_buffer_size(opened), 1000000);
	netlink_socket_close(opened);

	kernel_reset();
	opened = open_socket(SIZE_MAX);
	assert_int_equal(kernel.buffer, INT32_MAX / 2);
	netlink_socket_close(opened);
}

static void test_the_systems_buffer(void **state)
{
	(void)state;
	kernel_reset();
	kernel.buffer = 106496;
	struct netlink_socket *opened = open_socket(0);
	assert_int_equal(kernel.buffer, 106496);
	netlink_socket_close(opened);
}

static void test_binding(void **state)
{
	(void)state;
	kernel_reset();
	struct netlink_socket *opened = open_socket(0);
	assert_int_equal(netlink_socket_port(opened), 0);
	assert_int_equal(netlink_socket_bind(opened, 5), 0);
	assert_int_equal(kernel.groups, 5);
	assert_int_equal(netlink_socket_port(opened), FAKE_PORT);
	assert_true(fcntl(netlink_socket_fd(opened), F_GETFD) >= 0);
	kernel.bind_error = EPERM;
	assert_int_equal(netlink_socket_bind(opened, 5), -EPERM);
	int fd = netlink_socket_fd(opened);
	netlink_socket_close(opened);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	netlink_socket_close(NULL);
}

static void test_what_fails_leaves_nothing(void **state)
{
	struct netlink_socket *untouched = NULL;
	int free_fd = open("/dev/null", O_RDONLY);

	(void)state;
	close(free_fd);
	kernel_reset();
	kernel.socket_error = EPROTONOSUPPORT;
	assert_int_equal(netlink_socket_open(1, 0, &untouched), -EPROTONOSUPPORT);
	kernel_reset();
	kernel.no_memory = 1;
	assert_int_equal(netlink_socket_open(1, 0, &untouched), -ENOMEM);
	assert_null(untouched);
	assert_int_equal(fcntl(free_fd, F_GETFD), -1);
}

static void test_sending(void **state)
{
	(void)state;
	kernel_reset();
	struct netlink_socket *opened = open_socket(0);
	assert_int_equal(netlink_socket_send(opened, "x", 1), 0);
	kernel.send_error = ECONNREFUSED;
	assert_int_equal(netlink_socket_send(opened, "x", 1), -ECONNREFUSED);
	netlink_socket_close(opened);
}

/* Of the size that a kernel gave it. */
static void test_a_recorded_one(void **state)
{
	const void *bytes;
	size_t size;

	(void)state;
	kernel_reset();
	struct netlink_socket *opened = open_socket(0);
	kernel_queue_file("taskstats-exit-last");
	assert_int_equal(netlink_socket_next(opened, &bytes, &size), 1);
	assert_int_equal(size, 1172);
	assert_memory_equal(bytes, kernel.queue[0].bytes, size);
	netlink_socket_close(opened);
}

static void test_batches(void **state)
{
	(void)state;
	kernel_reset();
	struct netlink_socket *opened = open_socket(0);
	for (unsigned char i = 0; i < 70; i++)
		kernel_queue(&i, 1);
	for (unsigned char i = 0; i < 70; i++)
		expect_byte(opened, i);
	assert_int_equal(kernel.reads, 3);
	expect_code(opened, 0);
	kernel_queue("y", 1);
	expect_byte(opened, 'y');
	expect_code(opened, 0);
	netlink_socket_close(opened);
}

static void test_other_senders_are_not_heard(void **state)
{
	(void)state;
	kernel_reset();
	struct netlink_socket *opened = open_socket(0);
	kernel_queue("a", 1);
	kernel_queue("b", 1)->sender = 4711;
	kernel_queue("c", 1);
	for (int i = 0; i < 40; i++)
		kernel_queue("d", 1)->sender = 1;
	kernel_queue("e", 1);
	expect_byte(opened, 'a');
	expect_byte(opened, 'c');
	expect_byte(opened, 'e');
	expect_code(opened, 0);
	assert_int_equal(netlink_socket_counts(opened).foreign, 41);
	assert_int_equal(netlink_socket_counts(opened).malformed, 0);
	netlink_socket_close(opened);
}

static void test_a_datagram_that_is_too_large_is_cut(void **state)
{
	static const char large[NETLINK_DATAGRAM_MAX + 8];
	const void *bytes;
	size_t size;

	(void)state;
	kernel_reset();
	struct netlink_socket *opened = open_socket(0);
	kernel_queue(large, sizeof(large));
	assert_int_equal(netlink_socket_next(opened, &bytes, &size), 1);
	assert_int_equal(size, NETLINK_DATAGRAM_MAX);
	netlink_socket_reject(opened);
	assert_int_equal(netlink_socket_counts(opened).malformed, 1);
	netlink_socket_close(opened);
}

static void test_a_full_buffer_is_counted(void **state)
{
	(void)state;
	kernel_reset();
	struct netlink_socket *opened = open_socket(0);
	kernel_queue("a", 1);
	kernel_queue_error(ENOBUFS);
	kernel_queue("b", 1);
	kernel_queue_error(EINTR);
	kernel_queue_error(ENOBUFS);
	expect_byte(opened, 'a');
	expect_byte(opened, 'b');
	kernel.drops = 7;
	assert_int_equal(netlink_socket_counts(opened).dropped, 7);
	expect_code(opened, 0);
	kernel.drops = 12;
	struct netlink_counts counts = netlink_socket_counts(opened);
	assert_int_equal(counts.dropped, 12);
	assert_int_equal(counts.overruns, 2);
	netlink_socket_close(opened);
}

static void test_the_kernels_count_goes_round(void **state)
{
	(void)state;
	kernel_reset();
	struct netlink_socket *opened = open_socket(0);
	kernel.drops = UINT32_MAX - 1;
	assert_int_equal(netlink_socket_counts(opened).dropped, UINT32_MAX - 1);
	kernel.drops = 3;
	assert_int_equal(netlink_socket_counts(opened).dropped, UINT64_C(0x100000003));
	kernel.has_no_meminfo = true;
	assert_int_equal(netlink_socket_counts(opened).dropped, UINT64_C(0x100000003));
	netlink_socket_close(opened);
}

static void test_reading_fails(void **state)
{
	(void)state;
	kernel_reset();
	struct netlink_socket *opened = open_socket(0);
	kernel_queue_error(ENOMEM);
	kernel_queue("a", 1);
	expect_code(opened, -ENOMEM);
	expect_byte(opened, 'a');
	netlink_socket_close(opened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_buffer),
		cmocka_unit_test(test_the_systems_buffer),
		cmocka_unit_test(test_binding),
		cmocka_unit_test(test_what_fails_leaves_nothing),
		cmocka_unit_test(test_sending),
		cmocka_unit_test(test_a_recorded_one),
		cmocka_unit_test(test_batches),
		cmocka_unit_test(test_other_senders_are_not_heard),
		cmocka_unit_test(test_a_datagram_that_is_too_large_is_cut),
		cmocka_unit_test(test_a_full_buffer_is_counted),
		cmocka_unit_test(test_the_kernels_count_goes_round),
		cmocka_unit_test(test_reading_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
