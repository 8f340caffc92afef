/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of the process connector taken apart: those of fixtures/netlink, cut and spoilt ones.
 */
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "netlink/proc_message.h"
#include "support.h"

#define MESSAGE_SIZE 76

/* Where things are in a datagram, bytes. */
#define TYPE_AT 4
#define IDX_AT 16
#define LENGTH_AT 32
#define WHAT_AT 36
#define UNION_AT 52

static const char *const names[] = {"ack",         "fork",      "thread",      "exec", "exit-7",
				    "exit-killed", "exit-core", "exit-thread", "comm", "uid"};

/* Recorded on a little-endian machine. */
static void load(const char *name, unsigned char *bytes)
{
	char path[128];
	size_t size;

	if (__BYTE_ORDER != __LITTLE_ENDIAN)
		skip();
	snprintf(path, sizeof(path), "fixtures/netlink/connector-%s.bin", name);
	char *file = load_file(path, &size);
	assert_int_equal(size, MESSAGE_SIZE);
	memcpy(bytes, file, size);
	free(file);
}

static struct proc_message parse(const char *name)
{
	unsigned char bytes[MESSAGE_SIZE];
	struct proc_message message;

	load(name, bytes);
	assert_int_equal(proc_message_parse(bytes, sizeof(bytes), &message), 0);
	return message;
}

static void test_ack(void **state)
{
	struct proc_message message = parse("ack");

	(void)state;
	assert_int_equal(message.kind, PROC_ACK);
	assert_int_equal(message.ack, 22313);
	assert_int_equal(message.error, 0);
	assert_int_equal(message.cpu, 1);
	assert_int_equal(message.seq, 5920082);
}

static void test_forks(void **state)
{
	struct proc_message process = parse("fork"), thread = parse("thread");

	(void)state;
	assert_int_equal(process.kind, PROC_FORK);
	assert_int_equal(process.tgid, 22360);
	assert_int_equal(process.tid, 22360);
	assert_int_equal(process.parent_tgid, 22312);
	assert_int_equal(process.parent_tid, 22312);
	assert_int_equal(process.cpu, 1);
	assert_int_equal(process.seq, 5920083);
	assert_true(process.time_ns == UINT64_C(15848333389065));
	assert_int_equal(process.lost, 0);
	assert_int_equal(thread.kind, PROC_FORK);
	assert_int_equal(thread.tgid, 22377);
	assert_int_equal(thread.tid, 22378);
	assert_int_equal(thread.parent_tgid, 22312);
}

static void test_exec(void **state)
{
	struct proc_message message = parse("exec");

	(void)state;
	assert_int_equal(message.kind, PROC_EXEC);
	assert_int_equal(message.tgid, 22392);
	assert_int_equal(message.tid, 22392);
}

static void check_exit(const char *name, int32_t tgid, int32_t tid, uint32_t status)
{
	struct proc_message message = parse(name);
	bool is_thread = tgid != tid;

	assert_int_equal(message.kind, PROC_EXIT);
	assert_int_equal(message.tgid, tgid);
	assert_int_equal(message.tid, tid);
	assert_int_equal(message.status, status);
	assert_int_equal(message.exit_signal, is_thread ? -1 : 17);
	assert_int_equal(message.parent_tgid, is_thread ? 0 : 22312);
	assert_int_equal(message.parent_tid, is_thread ? 0 : 22312);
}

static void test_exits(void **state)
{
	(void)state;
	check_exit("exit-7", 22360, 22360, 0x700);
	check_exit("exit-killed", 22365, 22365, 9);
	check_exit("exit-core", 22369, 22369, 0x86);
	check_exit("exit-thread", 22377, 22378, 0);
}

static void test_comm(void **state)
{
	unsigned char bytes[MESSAGE_SIZE];
	struct proc_message message = parse("comm");

	(void)state;
	assert_int_equal(message.kind, PROC_COMM);
	assert_int_equal(message.tgid, 22382);
	assert_string_equal(message.comm, "renamed");
	/* Without a NUL, which no kernel sends. */
	load("comm", bytes);
	memset(bytes + UNION_AT + 8, 'x', 16);
	assert_int_equal(proc_message_parse(bytes, sizeof(bytes), &message), 0);
	assert_string_equal(message.comm, "xxxxxxxxxxxxxxx");
}

static void test_other_kinds(void **state)
{
	unsigned char bytes[MESSAGE_SIZE];
	struct proc_message message = parse("uid");

	(void)state;
	assert_int_equal(message.kind, PROC_OTHER);
	assert_int_equal(message.seq, 5552503);
	assert_int_equal(message.tgid, 0);
	/* One that does not exist yet. */
	memset(bytes, 0, sizeof(bytes));
	load("fork", bytes);
	memset(bytes + WHAT_AT, 0x7e, 4);
	assert_int_equal(proc_message_parse(bytes, sizeof(bytes), &message), 0);
	assert_int_equal(message.kind, PROC_OTHER);
	assert_int_equal(message.seq, 5920083);
}

static void check_ack_error(uint32_t error, int expected)
{
	unsigned char bytes[MESSAGE_SIZE];
	struct proc_message message;

	load("ack", bytes);
	memcpy(bytes + UNION_AT, &error, sizeof(error));
	assert_int_equal(proc_message_parse(bytes, sizeof(bytes), &message), 0);
	assert_int_equal(message.error, expected);
}

static void test_refusals(void **state)
{
	(void)state;
	check_ack_error(EPERM, -EPERM);
	check_ack_error(4095, -4095);
	check_ack_error(4096, -EBADMSG);
	check_ack_error(UINT32_MAX, -EBADMSG);
}

static void assert_refused(const void *bytes, size_t size)
{
	struct proc_message message, untouched;

	memset(&message, 0x5a, sizeof(message));
	memcpy(&untouched, &message, sizeof(message));
	assert_int_equal(proc_message_parse(bytes, size, &message), -EBADMSG);
	assert_memory_equal(&message, &untouched, sizeof(message));
}

/* As it was cut on the way, and as if it had been made so short. */
static void check_cut(struct guarded *guarded, const unsigned char *bytes, uint32_t size)
{
	unsigned char *copy = guarded_put(guarded, bytes, size, 1);

	assert_refused(copy, size);
	if (size < 4)
		return;
	memcpy(copy, &size, sizeof(size));
	assert_refused(copy, size);
	uint16_t length = size > UNION_AT - 16 ? (uint16_t)(size - (UNION_AT - 16)) : 0;
	if (size < LENGTH_AT + 2)
		return;
	memcpy(copy + LENGTH_AT, &length, sizeof(length));
	assert_refused(copy, size);
}

static void test_cut_at_every_length(void **state)
{
	unsigned char bytes[MESSAGE_SIZE];
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, MESSAGE_SIZE);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		load(names[i], bytes);
		for (uint32_t size = 0; size < MESSAGE_SIZE; size++)
			check_cut(&guarded, bytes, size);
	}
	guarded_free(&guarded);
}

static void test_not_of_the_process_connector(void **state)
{
	static const size_t places[] = {TYPE_AT, IDX_AT, IDX_AT + 4};
	unsigned char bytes[MESSAGE_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		load("fork", bytes);
		bytes[places[i]]++;
		assert_refused(bytes, sizeof(bytes));
	}
	load("fork", bytes);
	memset(bytes + LENGTH_AT, 0xff, 2);
	assert_refused(bytes, sizeof(bytes));
}

/* A kernel whose struct proc_event has grown. */
static void test_longer_ones_are_taken(void **state)
{
	unsigned char bytes[MESSAGE_SIZE + 24] = {0};
	const uint32_t size = sizeof(bytes);
	const uint16_t length = 40 + 24;
	struct proc_message message;

	(void)state;
	load("exit-7", bytes);
	memcpy(bytes, &size, sizeof(size));
	memcpy(bytes + LENGTH_AT, &length, sizeof(length));
	assert_int_equal(proc_message_parse(bytes, sizeof(bytes), &message), 0);
	assert_int_equal(message.status, 0x700);
}

/* Any byte changed: an answer, or a refusal. */
static void test_spoilt_bytes(void **state)
{
	unsigned char bytes[MESSAGE_SIZE];
	struct random random = {.state = 1};
	struct proc_message message;
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, MESSAGE_SIZE);
	for (int i = 0; i < 20000; i++) {
		load(names[random_below(&random, ARRAY_SIZE(names))], bytes);
		bytes[random_below(&random, sizeof(bytes))] =
			(unsigned char)random_below(&random, 256);
		int code = proc_message_parse(guarded_put(&guarded, bytes, sizeof(bytes), 1),
					      sizeof(bytes), &message);
		assert_true(code == -EBADMSG || (code == 0 && message.kind < PROC_KINDS));
	}
	guarded_free(&guarded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ack),
		cmocka_unit_test(test_forks),
		cmocka_unit_test(test_exec),
		cmocka_unit_test(test_exits),
		cmocka_unit_test(test_comm),
		cmocka_unit_test(test_other_kinds),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_cut_at_every_length),
		cmocka_unit_test(test_not_of_the_process_connector),
		cmocka_unit_test(test_longer_ones_are_taken),
		cmocka_unit_test(test_spoilt_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
