/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why the kernel refuses a netlink socket, in words.
 */
#ifndef PXT_NETLINK_REFUSAL_H
#define PXT_NETLINK_REFUSAL_H

#include "base/error.h"

/* CAP_NET_ADMIN is missing. */
#define REFUSAL_REMEDY_ROOT "sudo perf_exec_trace ..."

/* We are in namespaces that the kernel does not serve. */
#define REFUSAL_REMEDY_CONTAINER                                                                  \
	"outside of this container, or docker run --network host --pid host --cap-add NET_ADMIN " \
	"..."

/*
 * Fill ERR for CODE, a negative errno of netlink_socket_open(): CONFIG is what a kernel without
 * this protocol is built without. Returns CODE.
 */
int refusal_of_socket(int code, const char *config, struct error *err);

#endif
