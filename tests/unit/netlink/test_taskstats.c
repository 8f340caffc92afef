/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The listener to taskstats on a fake kernel: requests, refusals and their words, and what comes.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>

#include "netlink/taskstats.h"
#include "support.h"
#include "support_netlink.h"

/* Of a request, bytes. */
#define FAMILY_AT 4
#define COMMAND_AT 16
#define ATTRIBUTE_AT 22
#define TEXT_AT 24
#define REGISTER 3
#define DEREGISTER 4

static const char *possible;
static bool is_out_of_memory;
static int registration_error;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
ssize_t __wrap_file_read_at(int dir_fd, const char *path, char *text, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
	return is_out_of_memory ? NULL : __real_calloc(count, size);
}

ssize_t __wrap_file_read_at(int dir_fd, const char *path, char *text, size_t size)
{
	(void)dir_fd;
	assert_string_equal(path, "/sys/devices/system/cpu/possible");
	if (!possible)
		return -EACCES;
	snprintf(text, size, "%s", possible);
	return (ssize_t)strlen(text);
}

/* What was asked, in order; the message that asks nothing of the connector is none of them. */
static struct {
	uint16_t family, attribute;
	char text[64];
} asked[4];
static size_t asked_count;

static void note_request(const unsigned char *bytes, size_t size)
{
	uint32_t length;

	memcpy(&length, bytes, sizeof(length));
	assert_int_equal(length, size);
	assert_true(asked_count < ARRAY_SIZE(asked));
	memcpy(&asked[asked_count].family, bytes + FAMILY_AT, 2);
	memcpy(&asked[asked_count].attribute, bytes + ATTRIBUTE_AT, 2);
	snprintf(asked[asked_count].text, sizeof(asked[0].text), "%s",
		 (const char *)bytes + TEXT_AT);
	asked_count++;
}

static void put_error(struct fake_datagram *datagram, int32_t error)
{
	memcpy(datagram->bytes + 16, &error, sizeof(error));
}

static void answer_all(const void *bytes, size_t size)
{
	if (size <= TEXT_AT)
		return;
	note_request(bytes, size);
	if (asked_count == 1)
		kernel_queue_file("generic-family");
	if (asked_count != 2)
		return;
	/* Exits that happen while we register come before the answer. */
	kernel_queue_file("taskstats-exit-killed");
	put_error(kernel_queue_file("generic-ack"), registration_error);
}

static void know_no_family(const void *bytes, size_t size)
{
	note_request(bytes, size);
	kernel_queue_file("generic-error");
}

static void say_nonsense(const void *bytes, size_t size)
{
	note_request(bytes, size);
	kernel_queue_file("generic-family")->bytes[38] = 99;
}

static void stay_silent(const void *bytes, size_t size)
{
	note_request(bytes, size);
	kernel_queue("short", 5);
}

static void reset(void (*answer)(const void *bytes, size_t size))
{
	kernel_reset();
	kernel.answer = answer;
	asked_count = 0;
	possible = "0-3,8\n";
	is_out_of_memory = false;
	registration_error = 0;
}

static struct taskstats_listener *open_listener(void)
{
	struct taskstats_listener *opened = NULL;
	struct error err;

	assert_int_equal(taskstats_open(1 << 20, &opened, &err), 0);
	return opened;
}

static void expect_refusal(int code, const char *what, const char *remedy)
{
	struct error err = {0};

	assert_int_equal(taskstats_probe(&err), code);
	assert_non_null(strstr(err.what, what));
	assert_non_null(strstr(err.remedy, remedy));
	assert_int_equal(err.remedy[0] != '\0', remedy[0] != '\0');
}

static void test_requests(void **state)
{
	(void)state;
	reset(answer_all);
	struct taskstats_listener *opened = open_listener();
	assert_int_equal(kernel.protocols[0], NETLINK_GENERIC);
	assert_int_equal(kernel.groups, 0);
	assert_int_equal(asked_count, 2);
	assert_int_equal(asked[0].family, 16);
	assert_int_equal(asked[0].attribute, 2);
	assert_string_equal(asked[0].text, "TASKSTATS");
	assert_int_equal(asked[1].family, 31);
	assert_int_equal(asked[1].attribute, REGISTER);
	assert_string_equal(asked[1].text, "0-3,8");
	assert_int_equal(taskstats_buffer_size(opened), 1 << 20);
	assert_true(taskstats_fd(opened) >= 0);
	taskstats_close(opened);
	assert_int_equal(asked_count, 3);
	assert_int_equal(asked[2].family, 31);
	assert_int_equal(asked[2].attribute, DEREGISTER);
	assert_string_equal(asked[2].text, "0-3,8");
	taskstats_close(NULL);
}

static void test_probe(void **state)
{
	struct error err;

	(void)state;
	reset(answer_all);
	assert_int_equal(taskstats_probe(&err), 0);
	assert_int_equal(asked[2].attribute, DEREGISTER);
}

static void test_refusals(void **state)
{
	(void)state;
	reset(answer_all);
	kernel.socket_error = EACCES;
	expect_refusal(-EACCES, "cannot open a netlink socket", "sandbox");
	reset(answer_all);
	is_out_of_memory = true;
	expect_refusal(-ENOMEM, "out of memory", "");
	reset(answer_all);
	kernel.bind_error = ENOBUFS;
	expect_refusal(-ENOBUFS, "cannot ask", "");
	reset(know_no_family);
	expect_refusal(-ENOENT, "CONFIG_TASKSTATS", "");
	reset(stay_silent);
	expect_refusal(-ENOMSG, "cannot ask", "");
	reset(say_nonsense);
	expect_refusal(-EBADMSG, "cannot ask", "");
	reset(answer_all);
	kernel.send_error = EPERM;
	expect_refusal(-EPERM, "cannot ask", "");
	reset(answer_all);
	kernel.no_connector_error = ECONNREFUSED;
	expect_refusal(-ECONNREFUSED, "initial network namespace", "--network host");
	assert_int_equal(asked_count, 1);
}

static void test_refused_registrations(void **state)
{
	(void)state;
	reset(answer_all);
	registration_error = -EPERM;
	expect_refusal(-EPERM, "CAP_NET_ADMIN", "sudo");
	/* Who is not registered has nothing to end. */
	assert_int_equal(asked_count, 2);
	reset(answer_all);
	registration_error = -EINVAL;
	expect_refusal(-EINVAL, "initial pid and user namespaces", "--pid host");
	reset(answer_all);
	registration_error = -ENOMEM;
	expect_refusal(-ENOMEM, "cannot register", "");
	reset(answer_all);
	possible = NULL;
	expect_refusal(-EACCES, "cannot read /sys", "");
	reset(answer_all);
	possible = "";
	expect_refusal(-ENODATA, "cannot read /sys", "");
}

static void test_exits(void **state)
{
	struct exit_stats stats;

	(void)state;
	reset(answer_all);
	struct taskstats_listener *opened = open_listener();
	kernel_queue_file("taskstats-exit-7");
	kernel_queue("no message", 10);
	kernel_queue_file("generic-ack");
	kernel_queue_file("taskstats-exit-core")->sender = 77;
	kernel_queue_error(ENOBUFS);
	kernel_queue_file("taskstats-exit-last");
	kernel_queue_error(EIO);
	assert_int_equal(taskstats_next(opened, &stats), 1);
	assert_int_equal(stats.tid, 22360);
	assert_int_equal(stats.status, 0x700);
	assert_int_equal(taskstats_next(opened, &stats), 1);
	assert_int_equal(stats.tid, 22377);
	assert_int_equal(taskstats_next(opened, &stats), -EIO);
	assert_int_equal(taskstats_next(opened, &stats), 0);
	kernel.drops = 3;
	struct netlink_counts counts = taskstats_counts(opened);
	assert_int_equal(counts.dropped, 3);
	assert_int_equal(counts.overruns, 1);
	assert_int_equal(counts.foreign, 1);
	assert_int_equal(counts.malformed, 2);
	taskstats_close(opened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests), cmocka_unit_test(test_probe),
		cmocka_unit_test(test_refusals), cmocka_unit_test(test_refused_registrations),
		cmocka_unit_test(test_exits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
