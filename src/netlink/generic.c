/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netlink/generic.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "base/cursor.h"
#include "base/load.h"
#include "netlink/message.h"

struct packet {
	struct nlmsghdr netlink;
	struct genlmsghdr generic;
	struct nlattr attribute;
	char text[GENERIC_TEXT_MAX];
};

static int send_request(struct netlink_socket *socket, const struct generic_request *request,
			uint16_t flags)
{
	size_t length = strlen(request->text) + 1;
	size_t attribute = sizeof(struct nlattr) + length;
	struct packet packet = {
		.generic = {.cmd = request->command, .version = 1},
		.attribute = {.nla_len = (uint16_t)attribute, .nla_type = request->attribute},
	};

	if (length > sizeof(packet.text))
		return -E2BIG;
	memcpy(packet.text, request->text, length);
	packet.netlink = (struct nlmsghdr){
		.nlmsg_len =
			(uint32_t)(offsetof(struct packet, attribute) + netlink_padded(attribute)),
		.nlmsg_type = request->family,
		.nlmsg_flags = NLM_F_REQUEST | flags,
	};
	return netlink_socket_send(socket, &packet, packet.netlink.nlmsg_len);
}

/*
 * The kernel answers before the request's system call returns: with a message of TYPE or an error.
 * Others may have come before it.
 */
static int await_answer(struct netlink_socket *socket, uint16_t type,
			struct netlink_message *answer)
{
	const void *bytes;
	size_t size;
	int code;

	while ((code = netlink_socket_next(socket, &bytes, &size)) > 0) {
		if (netlink_message_parse(bytes, size, answer) < 0)
			continue;
		if (answer->type == NLMSG_ERROR)
			return netlink_message_error(answer);
		if (answer->type == type)
			return 0;
	}
	if (code < 0)
		return code;
	return netlink_socket_counts(socket).overruns > 0 ? -ENOBUFS : -ENOMSG;
}

int generic_ask(struct netlink_socket *socket, const struct generic_request *request)
{
	struct netlink_message answer;
	int code = send_request(socket, request, NLM_F_ACK);

	return code < 0 ? code : await_answer(socket, NLMSG_ERROR, &answer);
}

int generic_tell(struct netlink_socket *socket, const struct generic_request *request)
{
	return send_request(socket, request, 0);
}

/* What the kernel tells of a family. */
static int find_id(struct cursor body, uint16_t *family)
{
	struct netlink_attribute attribute;

	if (!cursor_skip(&body, 1, GENL_HDRLEN))
		return -EBADMSG;
	while (netlink_attribute_next(&body, &attribute) > 0) {
		if (attribute.type != CTRL_ATTR_FAMILY_ID || cursor_left(&attribute.payload) < 2)
			continue;
		*family = load16(attribute.payload.at, false);
		return 0;
	}
	return -EBADMSG;
}

int generic_family(struct netlink_socket *socket, const char *name, uint16_t *family)
{
	const struct generic_request request = {
		.family = GENL_ID_CTRL,
		.command = CTRL_CMD_GETFAMILY,
		.attribute = CTRL_ATTR_FAMILY_NAME,
		.text = name,
	};
	struct netlink_message answer = {0};
	int code = send_request(socket, &request, 0);

	if (code == 0)
		code = await_answer(socket, GENL_ID_CTRL, &answer);
	return code < 0 ? code : find_id(answer.body, family);
}
