/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netlink/message.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>

/* As NLMSG_ALIGN() and NLA_ALIGN() pad, which are of int. */
#define PADDING 4U
#define TYPE_MASK ((uint16_t)NLA_TYPE_MASK)

size_t netlink_padded(size_t size)
{
	return (size + PADDING - 1) / PADDING * PADDING;
}

int netlink_message_parse(const void *bytes, size_t size, struct netlink_message *message)
{
	struct nlmsghdr header;

	if (size < sizeof(header))
		return -EBADMSG;
	memcpy(&header, bytes, sizeof(header));
	/* The kernel puts one message into a datagram, and pads it or not. */
	if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > size ||
	    netlink_padded(header.nlmsg_len) < size)
		return -EBADMSG;
	const unsigned char *start = bytes;
	*message = (struct netlink_message){
		.type = header.nlmsg_type,
		.seq = header.nlmsg_seq,
		.body = {.at = start + sizeof(header), .end = start + header.nlmsg_len},
	};
	return 0;
}

int netlink_message_error(const struct netlink_message *message)
{
	int32_t error;

	if (cursor_left(&message->body) < sizeof(error))
		return -EBADMSG;
	memcpy(&error, message->body.at, sizeof(error));
	/* Zero for an acknowledgement; positive ones do not exist. */
	return error <= 0 ? error : -EBADMSG;
}

int netlink_attribute_next(struct cursor *attributes, struct netlink_attribute *attribute)
{
	struct nlattr header;
	size_t left = cursor_left(attributes);

	if (left == 0)
		return 0;
	if (left < sizeof(header))
		return -EBADMSG;
	memcpy(&header, attributes->at, sizeof(header));
	if (header.nla_len < sizeof(header) || header.nla_len > left)
		return -EBADMSG;
	*attribute = (struct netlink_attribute){
		.type = header.nla_type & TYPE_MASK,
		.payload = {.at = attributes->at + sizeof(header),
			    .end = attributes->at + header.nla_len},
	};
	size_t padded = netlink_padded(header.nla_len);
	attributes->at += padded < left ? padded : left;
	return 1;
}
