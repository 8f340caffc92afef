/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests of generic netlink (linux/genetlink.h).
 */
#ifndef PXT_NETLINK_GENERIC_H
#define PXT_NETLINK_GENERIC_H

#include <stdint.h>

#include "base/compiler.h"
#include "netlink/socket.h"

/* One command with one attribute, a string of up to GENERIC_TEXT_MAX bytes. */
struct generic_request {
	uint16_t family;
	uint8_t command;
	uint16_t attribute;
	const char *text;
};

#define GENERIC_TEXT_MAX 4000

/*
 * The number of the family NAME, to *FAMILY. Returns 0, -ENOENT where the kernel has no such one,
 * -ENOMSG where it does not answer, or another negative errno. What else comes is dropped.
 */
int generic_family(struct netlink_socket *socket, const char *name, uint16_t *family) MUST_CHECK;

/* Send REQUEST, and wait for its answer. Returns 0 or a negative errno, as above. */
int generic_ask(struct netlink_socket *socket, const struct generic_request *request) MUST_CHECK;

/* Send REQUEST, and let the answer be. Returns 0 or a negative errno. */
int generic_tell(struct netlink_socket *socket, const struct generic_request *request) MUST_CHECK;

#endif
