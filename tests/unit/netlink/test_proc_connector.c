/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The listener to the process connector on a fake kernel: requests, refusals and their words, and
 * what is missing.
 */
#include <errno.h>
#include <stdlib.h>

#include "netlink/proc_connector.h"
#include "support.h"
#include "support_netlink.h"

/* Of a request, bytes. */
#define LENGTH_AT 32
#define OP_AT 36
#define EVENTS_AT 40
#define LISTEN 1
#define IGNORE 2

static bool is_out_of_memory;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
	return is_out_of_memory ? NULL : __real_calloc(count, size);
}

/* What was asked, in order. */
static struct {
	uint16_t length;
	uint32_t op, events;
} asked[4];

static void note_request(const void *bytes, size_t size)
{
	const unsigned char *start = bytes;

	assert_true(kernel.requests <= ARRAY_SIZE(asked));
	memset(&asked[kernel.requests - 1], 0, sizeof(asked[0]));
	memcpy(&asked[kernel.requests - 1].length, start + LENGTH_AT, 2);
	memcpy(&asked[kernel.requests - 1].op, start + OP_AT, 4);
	if (size > EVENTS_AT)
		memcpy(&asked[kernel.requests - 1].events, start + EVENTS_AT, 4);
	assert_int_equal(size, OP_AT + asked[kernel.requests - 1].length);
}

static void acknowledge(const void *bytes, size_t size)
{
	note_request(bytes, size);
	if (kernel.requests == 1)
		kernel_queue_file("connector-ack");
}

static void stay_silent(const void *bytes, size_t size)
{
	note_request(bytes, size);
}

static void refuse(const void *bytes, size_t size)
{
	note_request(bytes, size);
	kernel_queue_file("connector-ack")->bytes[52] = EPERM;
}

/* Of another listener's request, and an event, before ours. */
static void acknowledge_late(const void *bytes, size_t size)
{
	note_request(bytes, size);
	if (kernel.requests > 1)
		return;
	kernel_queue_file("connector-ack")->bytes[28]++;
	kernel_queue_file("connector-fork");
	kernel_queue_file("connector-ack")->sender = 9;
	kernel_queue("short", 5);
	kernel_queue_file("connector-ack");
}

static void have_no_room(const void *bytes, size_t size)
{
	note_request(bytes, size);
	kernel_queue_file("connector-fork");
	kernel_queue_error(ENOBUFS);
}

static void reset(void (*answer)(const void *bytes, size_t size))
{
	kernel_reset();
	is_out_of_memory = false;
	kernel.answer = answer;
}

static struct proc_connector *open_connector(unsigned int kinds)
{
	const struct proc_connector_options options = {.buffer_size = 100000, .kinds = kinds};
	struct proc_connector *opened = NULL;
	struct error err;

	assert_int_equal(proc_connector_open(&options, &opened, &err), 0);
	return opened;
}

static void expect_refusal(int code, const char *what, const char *remedy)
{
	struct error err = {0};

	assert_int_equal(proc_connector_probe(&err), code);
	assert_non_null(strstr(err.what, what));
	assert_non_null(strstr(err.remedy, remedy));
	assert_int_equal(err.remedy[0] != '\0', remedy[0] != '\0');
}

static void test_all_kinds(void **state)
{
	(void)state;
	reset(acknowledge);
	struct proc_connector *opened = open_connector(0);
	assert_int_equal(kernel.protocols[0], NETLINK_CONNECTOR);
	assert_int_equal(kernel.groups, 1);
	assert_int_equal(kernel.requests, 1);
	assert_int_equal(asked[0].length, 4);
	assert_int_equal(asked[0].op, LISTEN);
	assert_int_equal(proc_connector_buffer_size(opened), 100000);
	assert_true(proc_connector_fd(opened) >= 0);
	proc_connector_close(opened);
	assert_int_equal(kernel.requests, 2);
	assert_int_equal(asked[1].length, 4);
	assert_int_equal(asked[1].op, IGNORE);
	proc_connector_close(NULL);
}

static void test_some_kinds(void **state)
{
	(void)state;
	reset(acknowledge);
	struct proc_connector *opened =
		open_connector(1U << PROC_EXIT | 1U << PROC_EXEC | 1U << PROC_COMM);
	assert_int_equal(kernel.requests, 2);
	assert_int_equal(asked[0].length, 4);
	assert_int_equal(asked[1].length, 8);
	assert_int_equal(asked[1].op, LISTEN);
	assert_int_equal(asked[1].events, 0x80000202);
	proc_connector_close(opened);
}

static void test_the_answer_among_others(void **state)
{
	struct proc_message message;

	(void)state;
	reset(acknowledge_late);
	struct proc_connector *opened = open_connector(0);
	assert_int_equal(proc_connector_next(opened, &message), 0);
	proc_connector_close(opened);
}

static void test_refusals(void **state)
{
	(void)state;
	reset(acknowledge);
	kernel.socket_error = EPROTONOSUPPORT;
	expect_refusal(-EPROTONOSUPPORT, "CONFIG_PROC_EVENTS", "");
	reset(acknowledge);
	kernel.socket_error = EAFNOSUPPORT;
	expect_refusal(-EAFNOSUPPORT, "cannot open a netlink socket", "sandbox");
	reset(acknowledge);
	kernel.bind_error = EPERM;
	expect_refusal(-EPERM, "CAP_NET_ADMIN before Linux 6.6", "sudo");
	assert_int_equal(kernel.requests, 0);
	reset(acknowledge);
	kernel.send_error = ECONNREFUSED;
	expect_refusal(-ECONNREFUSED, "initial network namespace", "--network host");
	reset(stay_silent);
	expect_refusal(-ENOMSG, "does not answer", "--pid host");
	reset(refuse);
	expect_refusal(-EPERM, "CAP_NET_ADMIN", "sudo");
	/* Who does not listen has nothing to end. */
	assert_int_equal(kernel.requests, 1);
	reset(acknowledge);
	is_out_of_memory = true;
	expect_refusal(-ENOMEM, "out of memory", "");
	reset(acknowledge);
	kernel.no_memory = 1;
	expect_refusal(-ENOMEM, "netlink socket", "");
	reset(acknowledge);
	kernel_queue_error(EIO);
	expect_refusal(-EIO, "cannot listen", "");
}

static void test_an_answer_without_room_ends_what_it_began(void **state)
{
	(void)state;
	reset(have_no_room);
	expect_refusal(-ENOBUFS, "cannot listen", "");
	assert_int_equal(kernel.requests, 2);
	assert_int_equal(asked[1].op, IGNORE);
}

static void test_probe(void **state)
{
	struct error err;

	(void)state;
	reset(acknowledge);
	assert_int_equal(proc_connector_probe(&err), 0);
	assert_int_equal(asked[1].op, IGNORE);
}

/* A fork on CPU with the number SEQ. */
static void queue_fork(uint32_t cpu, uint32_t seq)
{
	struct fake_datagram *datagram = kernel_queue_file("connector-fork");

	memcpy(datagram->bytes + 24, &seq, sizeof(seq));
	memcpy(datagram->bytes + 40, &cpu, sizeof(cpu));
}

static void expect_lost(struct proc_connector *opened, uint32_t lost)
{
	struct proc_message message;

	assert_int_equal(proc_connector_next(opened, &message), 1);
	assert_int_equal(message.lost, lost);
	assert_int_equal(message.kind, PROC_FORK);
}

static void test_what_is_missing(void **state)
{
	struct proc_message message;

	(void)state;
	reset(acknowledge);
	struct proc_connector *opened = open_connector(0);
	queue_fork(0, 10);
	queue_fork(1, 500);
	queue_fork(0, 13);
	queue_fork(1, 501);
	expect_lost(opened, 0);
	expect_lost(opened, 0);
	expect_lost(opened, 2);
	expect_lost(opened, 0);
	assert_int_equal(proc_connector_next(opened, &message), 0);
	/* The kernel knows of more, or, where it had no memory, of less. */
	assert_int_equal(proc_connector_counts(opened).dropped, 2);
	kernel.drops = 5;
	assert_int_equal(proc_connector_counts(opened).dropped, 5);
	queue_fork(1, 512);
	expect_lost(opened, 10);
	assert_int_equal(proc_connector_counts(opened).dropped, 12);
	proc_connector_close(opened);
}

static void test_numbers_mean_nothing_of_some_kinds(void **state)
{
	(void)state;
	reset(acknowledge);
	struct proc_connector *opened = open_connector(1U << PROC_FORK);
	queue_fork(0, 10);
	queue_fork(0, 13);
	expect_lost(opened, 0);
	expect_lost(opened, 0);
	assert_int_equal(proc_connector_counts(opened).dropped, 0);
	kernel.drops = 4;
	assert_int_equal(proc_connector_counts(opened).dropped, 4);
	proc_connector_close(opened);
}

static void test_what_is_no_message_is_counted(void **state)
{
	struct proc_message message;

	(void)state;
	reset(acknowledge);
	struct proc_connector *opened = open_connector(0);
	kernel_queue("no message", 10);
	queue_fork(UINT32_MAX, 1);
	kernel_queue_file("connector-exec")->sender = 1;
	kernel_queue_file("connector-exit-7");
	kernel_queue_error(EIO);
	assert_int_equal(proc_connector_next(opened, &message), 1);
	assert_int_equal(message.status, 0x700);
	assert_int_equal(proc_connector_next(opened, &message), -EIO);
	struct netlink_counts counts = proc_connector_counts(opened);
	assert_int_equal(counts.malformed, 2);
	assert_int_equal(counts.foreign, 1);
	proc_connector_close(opened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_kinds),
		cmocka_unit_test(test_some_kinds),
		cmocka_unit_test(test_the_answer_among_others),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_an_answer_without_room_ends_what_it_began),
		cmocka_unit_test(test_probe),
		cmocka_unit_test(test_what_is_missing),
		cmocka_unit_test(test_numbers_mean_nothing_of_some_kinds),
		cmocka_unit_test(test_what_is_no_message_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
