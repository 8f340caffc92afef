/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Netlink messages and attributes taken apart, whole, cut, and with lengths that lie.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/message.h"
#include "support.h"

static void put_header(unsigned char *bytes, uint32_t length)
{
	const struct nlmsghdr header = {
		.nlmsg_len = length, .nlmsg_type = 31, .nlmsg_seq = 77, .nlmsg_pid = 5};

	memcpy(bytes, &header, sizeof(header));
}

static void test_a_message(void **state)
{
	unsigned char bytes[32] = {0};
	struct netlink_message message;

	(void)state;
	put_header(bytes, 30);
	assert_int_equal(netlink_message_parse(bytes, sizeof(bytes), &message), 0);
	assert_int_equal(message.type, 31);
	assert_int_equal(message.seq, 77);
	assert_ptr_equal(message.body.at, bytes + 16);
	assert_int_equal(cursor_left(&message.body), 14);
	/* The padding may be missing. */
	assert_int_equal(netlink_message_parse(bytes, 30, &message), 0);
	assert_int_equal(cursor_left(&message.body), 14);
}

/* One datagram of SIZE bytes for each length that its header could have. */
static void test_lengths_that_lie(void **state)
{
	struct netlink_message message, untouched;
	unsigned char bytes[32] = {0};
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, sizeof(bytes));
	memset(&message, 0x5a, sizeof(message));
	untouched = message;
	for (uint32_t length = 0; length < 70; length++) {
		put_header(bytes, length == 69 ? UINT32_MAX : length);
		const void *copy = guarded_put(&guarded, bytes, 28, 1);
		bool is_right = length > 24 && length <= 28;

		assert_int_equal(netlink_message_parse(copy, 28, &message),
				 is_right ? 0 : -EBADMSG);
		if (!is_right)
			assert_memory_equal(&message, &untouched, sizeof(message));
		message = untouched;
	}
	guarded_free(&guarded);
}

static void test_datagrams_cut_at_every_length(void **state)
{
	unsigned char bytes[32] = {0};
	struct netlink_message message;
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, sizeof(bytes));
	put_header(bytes, sizeof(bytes));
	for (size_t size = 0; size < sizeof(bytes); size++)
		assert_int_equal(netlink_message_parse(guarded_put(&guarded, bytes, size, 1), size,
						       &message),
				 -EBADMSG);
	guarded_free(&guarded);
}

static int error_of(const void *bytes, size_t size)
{
	const unsigned char *start = bytes;
	const struct netlink_message message = {.body = {.at = start, .end = start + size}};

	return netlink_message_error(&message);
}

static void test_answers(void **state)
{
	const int32_t none = 0, refused = -EPERM, odd = 5;

	(void)state;
	assert_int_equal(error_of(&none, sizeof(none)), 0);
	assert_int_equal(error_of(&refused, sizeof(refused)), -EPERM);
	assert_int_equal(error_of(&odd, sizeof(odd)), -EBADMSG);
	assert_int_equal(error_of(&none, 3), -EBADMSG);
	assert_int_equal(error_of(&none, 0), -EBADMSG);
}

static void test_attributes(void **state)
{
	const unsigned char bytes[] = {5, 0, 1, 0x80, 'x', 0, 0, 0,   4,
				       0, 2, 0, 6,    0,   3, 0, 'y', 'z'};
	struct cursor cursor = {.at = bytes, .end = bytes + sizeof(bytes)};
	struct netlink_attribute attribute;

	(void)state;
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
	skip();
#endif
	assert_int_equal(netlink_attribute_next(&cursor, &attribute), 1);
	assert_int_equal(attribute.type, 1);
	assert_int_equal(cursor_left(&attribute.payload), 1);
	assert_int_equal(*attribute.payload.at, 'x');
	assert_int_equal(netlink_attribute_next(&cursor, &attribute), 1);
	assert_int_equal(attribute.type, 2);
	assert_int_equal(cursor_left(&attribute.payload), 0);
	/* The last one without its padding. */
	assert_int_equal(netlink_attribute_next(&cursor, &attribute), 1);
	assert_int_equal(attribute.type, 3);
	assert_memory_equal(attribute.payload.at, "yz", 2);
	assert_int_equal(netlink_attribute_next(&cursor, &attribute), 0);
}

/* The attribute of LENGTH in 12 bytes that end at a guard page. */
static int next_of(struct guarded *guarded, uint16_t length, size_t size)
{
	unsigned char bytes[12] = {0};
	struct netlink_attribute attribute;

	memcpy(bytes, &length, sizeof(length));
	const unsigned char *copy = guarded_put(guarded, bytes, size, 1);
	struct cursor cursor = {.at = copy, .end = copy + size};
	return netlink_attribute_next(&cursor, &attribute);
}

static void test_attributes_that_lie(void **state)
{
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, 12);
	for (uint16_t length = 0; length < 20; length++)
		assert_int_equal(next_of(&guarded, length, 12),
				 length >= 4 && length <= 12 ? 1 : -EBADMSG);
	assert_int_equal(next_of(&guarded, UINT16_MAX, 12), -EBADMSG);
	for (size_t size = 1; size < 12; size++)
		assert_int_equal(next_of(&guarded, 12, size), -EBADMSG);
	guarded_free(&guarded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_message),
		cmocka_unit_test(test_lengths_that_lie),
		cmocka_unit_test(test_datagrams_cut_at_every_length),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_attributes_that_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
