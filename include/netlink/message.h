/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A netlink message taken apart: header and attributes (netlink(7), linux/netlink.h). Bytes are in
 * our byte order, and need not be aligned.
 */
#ifndef PXT_NETLINK_MESSAGE_H
#define PXT_NETLINK_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/cursor.h"

/* SIZE bytes of a message or attribute with the padding that follows them. */
size_t netlink_padded(size_t size);

/* Borrowed from the bytes that it was taken from. */
struct netlink_message {
	uint16_t type;
	uint32_t seq;
	struct cursor body;
};

/*
 * Take the message apart that the datagram of SIZE bytes at BYTES is. Returns 0, or -EBADMSG with
 * MESSAGE untouched where it is cut short, or is not one message.
 */
int netlink_message_parse(const void *bytes, size_t size,
			  struct netlink_message *message) MUST_CHECK;

/*
 * The kernel's answer to a request: 0, or a negative errno; -EBADMSG where MESSAGE, which is an
 * NLMSG_ERROR, is too short for one.
 */
int netlink_message_error(const struct netlink_message *message) MUST_CHECK;

struct netlink_attribute {
	uint16_t type; /* without the flags NLA_F_* */
	struct cursor payload;
};

/*
 * Take the next attribute off ATTRIBUTES. Returns 1, 0 at the end, or -EBADMSG where it does not
 * fit.
 */
int netlink_attribute_next(struct cursor *attributes,
			   struct netlink_attribute *attribute) MUST_CHECK;

#endif
