/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listens to the kernel's process connector: forks, execs and exits of every task of the host, with
 * the status of each exit (drivers/connector/cn_proc.c).
 *
 * From Linux 6.6 on everybody may, before that whoever has CAP_NET_ADMIN; in the initial pid, user
 * and network namespaces only. The message of an exit comes after perf's record of it.
 */
#ifndef PXT_NETLINK_PROC_CONNECTOR_H
#define PXT_NETLINK_PROC_CONNECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "netlink/proc_message.h"
#include "netlink/socket.h"

struct proc_connector;

struct proc_connector_options {
	size_t buffer_size; /* bytes of receive buffer, see netlink_socket_open() */
	/*
	 * Kinds to listen to, 1 << enum proc_kind; 0: all. Linux 6.6 and newer send no others, and
	 * what is missing then has no place: `lost` of messages stays 0. Older ones send all.
	 */
	unsigned int kinds;
};

/*
 * Listen; what happens from now on is told. Returns 0 with *OPENED (free with
 * proc_connector_close()), or a negative errno with ERR filled, remedy included.
 */
int proc_connector_open(const struct proc_connector_options *options,
			struct proc_connector **opened, struct error *err) MUST_CHECK;

/* Tell the kernel that nobody listens any more, and free. */
void proc_connector_close(struct proc_connector *connector);

/* Whether proc_connector_open() would succeed: 0, or what it would return, with ERR filled. */
int proc_connector_probe(struct error *err) MUST_CHECK;

/* To poll for POLLIN; one message wakes. */
int proc_connector_fd(const struct proc_connector *connector);

/* See netlink_socket_buffer_size(). */
size_t proc_connector_buffer_size(const struct proc_connector *connector);

/*
 * The next message, of any kind: messages of one CPU come in the order of their times, those of
 * different CPUs need not. `lost` is how many messages of its CPU, of all kinds, are missing right
 * before it. Returns 1, 0 where there is none now, or a negative errno.
 */
int proc_connector_next(struct proc_connector *connector, struct proc_message *message) MUST_CHECK;

/* See netlink_socket_overruns(). */
uint64_t proc_connector_overruns(const struct proc_connector *connector);

/*
 * Returns the losses and errors until now. `dropped` includes messages after the last of each CPU;
 * it is exact where `kinds` was 0 and on Linux 4.12 and newer.
 */
struct netlink_counts proc_connector_counts(struct proc_connector *connector);

#endif
