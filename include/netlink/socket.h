/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A netlink socket (netlink(7)) on which the kernel alone is listened to: datagrams are read in
 * batches, those of other senders are dropped, and what did not fit its receive buffer is counted.
 */
#ifndef PXT_NETLINK_SOCKET_H
#define PXT_NETLINK_SOCKET_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* The largest datagram that is taken whole, bytes: an exit of Linux 6.18 has 1,172 at most. */
#define NETLINK_DATAGRAM_MAX 4096

struct netlink_counts {
	/* Datagrams that the kernel had no room for in the receive buffer. Exact: it counts them
	   (SO_MEMINFO, Linux 4.12); 0 on older ones, where `overruns` says that there were some. */
	uint64_t dropped;
	uint64_t overruns;  /* times that reading said so: ENOBUFS */
	uint64_t foreign;   /* datagrams that the kernel did not send */
	uint64_t malformed; /* see netlink_socket_reject() */
};

struct netlink_socket;

/*
 * Open a socket of PROTOCOL (NETLINK_*), non-blocking, with a receive buffer of BUFFER_SIZE bytes
 * (0: the system's default) as far as the kernel grants it: without CAP_NET_ADMIN, twice
 * net.core.rmem_max. Returns 0 with
 * *OPENED (free with netlink_socket_close()), or a negative errno.
 */
int netlink_socket_open(int protocol, size_t buffer_size,
			struct netlink_socket **opened) MUST_CHECK;

void netlink_socket_close(struct netlink_socket *socket);

/* Bind to the multicast groups GROUPS, a bit each, 0: none. Returns 0 or a negative errno. */
int netlink_socket_bind(struct netlink_socket *socket, uint32_t groups) MUST_CHECK;

/* To poll for POLLIN. */
int netlink_socket_fd(const struct netlink_socket *socket);

/* The address of this socket, once it is bound: no other one of this network namespace has it. */
uint32_t netlink_socket_port(const struct netlink_socket *socket);

/*
 * The receive buffer as the kernel granted it, bytes. It is charged the memory that a message
 * takes, not its length: on Linux 6.18 832 bytes for one of the connector, 1,280 for an exit of
 * taskstats and 3,328 for that of the last of several threads.
 */
size_t netlink_socket_buffer_size(const struct netlink_socket *socket);

/* Send SIZE bytes to the kernel. Returns 0 or a negative errno. */
int netlink_socket_send(struct netlink_socket *socket, const void *bytes, size_t size) MUST_CHECK;

/*
 * The next datagram of the kernel's, borrowed until the next call. One that is larger than
 * NETLINK_DATAGRAM_MAX is cut there. Returns 1, 0 where there is none now, or a negative errno.
 */
int netlink_socket_next(struct netlink_socket *socket, const void **bytes, size_t *size) MUST_CHECK;

/* Count the last datagram as malformed. */
void netlink_socket_reject(struct netlink_socket *socket);

/* Returns `overruns` alone, without a system call. */
uint64_t netlink_socket_overruns(const struct netlink_socket *socket);

/* Returns the losses and errors until now. */
struct netlink_counts netlink_socket_counts(struct netlink_socket *socket);

#endif
