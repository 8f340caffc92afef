/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hears of the exit of every task of the host, with status, CPU time, memory and I/O, from the
 * kernel's taskstats (Documentation/accounting/taskstats.rst).
 *
 * Takes CAP_NET_ADMIN in the initial user namespace, and the initial pid and network namespaces.
 * The message of an exit is there before perf's record of it.
 */
#ifndef PXT_NETLINK_TASKSTATS_H
#define PXT_NETLINK_TASKSTATS_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"
#include "netlink/exit_stats.h"
#include "netlink/socket.h"

struct taskstats_listener;

/*
 * Register for the exits on all CPUs, those included that come online later, with BUFFER_SIZE bytes
 * of receive buffer (see netlink_socket_open()). Returns 0 with *OPENED (free with
 * taskstats_close()), or a negative errno with ERR filled, remedy included.
 */
int taskstats_open(size_t buffer_size, struct taskstats_listener **opened,
		   struct error *err) MUST_CHECK;

/*
 * Deregister and free. Where we have lost CAP_NET_ADMIN meanwhile, the kernel deregisters us at the
 * next exit on each CPU.
 */
void taskstats_close(struct taskstats_listener *listener);

/* Whether taskstats_open() would succeed: 0, or what it would return, with ERR filled. */
int taskstats_probe(struct error *err) MUST_CHECK;

/* To poll for POLLIN; one message wakes. */
int taskstats_fd(const struct taskstats_listener *listener);

/* See netlink_socket_buffer_size(). */
size_t taskstats_buffer_size(const struct taskstats_listener *listener);

/*
 * The next exit. Those of one task id come in the order in which they happened, others need not.
 * Returns 1, 0 where there is none now, or a negative errno.
 */
int taskstats_next(struct taskstats_listener *listener, struct exit_stats *stats) MUST_CHECK;

/* See netlink_socket_overruns(). */
uint64_t taskstats_overruns(const struct taskstats_listener *listener);

/* Returns the losses and errors until now. Each dropped message is the exit of a task. */
struct netlink_counts taskstats_counts(struct taskstats_listener *listener);

#endif
