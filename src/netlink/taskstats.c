/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netlink/taskstats.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/taskstats.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "netlink/generic.h"
#include "netlink/refusal.h"

/* As the kernel has it of each CPU for good, whether it is online or not. */
#define POSSIBLE_CPUS "/sys/devices/system/cpu/possible"

struct taskstats_listener {
	struct netlink_socket *socket;
	uint16_t family;
	bool is_registered;
	char cpus[GENERIC_TEXT_MAX]; /* a list of all that there can be */
};

static int explain_family(int code, struct error *err)
{
	if (code == -ENOENT) {
		error_set(err, code, "this kernel is built without CONFIG_TASKSTATS");
		return code;
	}
	return error_set(err, code, "cannot ask for task statistics: %s", strerror(-code));
}

static int explain_registration(int code, struct error *err)
{
	if (code == -EPERM) {
		error_set(err, code,
			  "task statistics take CAP_NET_ADMIN of the initial user namespace");
		error_remedy(err, REFUSAL_REMEDY_ROOT);
		return code;
	}
	if (code == -EINVAL) {
		error_set(err, code,
			  "task statistics are for the initial pid and user namespaces only");
		error_remedy(err, REFUSAL_REMEDY_CONTAINER);
		return code;
	}
	return error_set(err, code, "cannot register for task statistics: %s", strerror(-code));
}

/*
 * Everywhere else we may register, but what is sent goes to the initial network namespace. There
 * alone somebody answers for the connector, who drops a message as short as this. A kernel that
 * has no connector tells nothing.
 */
static int check_network(struct error *err)
{
	const struct nlmsghdr nothing = {.nlmsg_len = sizeof(nothing), .nlmsg_type = NLMSG_DONE};
	struct netlink_socket *socket;

	if (netlink_socket_open(NETLINK_CONNECTOR, 0, &socket) < 0)
		return 0;
	int code = netlink_socket_send(socket, &nothing, sizeof(nothing));
	netlink_socket_close(socket);
	if (code != -ECONNREFUSED)
		return 0;
	error_set(err, code, "task statistics are sent to the initial network namespace only");
	error_remedy(err, REFUSAL_REMEDY_CONTAINER);
	return code;
}

static int read_cpus(char *cpus, size_t size, struct error *err)
{
	ssize_t length = file_read_at(AT_FDCWD, POSSIBLE_CPUS, cpus, size);

	if (length <= 0)
		return error_set(err, length < 0 ? (int)length : -ENODATA, "cannot read %s: %s",
				 POSSIBLE_CPUS, strerror(length < 0 ? (int)-length : ENODATA));
	cpus[strcspn(cpus, "\n")] = '\0';
	return 0;
}

static int add_to_listeners(struct taskstats_listener *listener, struct error *err)
{
	int code = read_cpus(listener->cpus, sizeof(listener->cpus), err);
	const struct generic_request request = {
		.family = listener->family,
		.command = TASKSTATS_CMD_GET,
		.attribute = TASKSTATS_CMD_ATTR_REGISTER_CPUMASK,
		.text = listener->cpus,
	};

	if (code < 0)
		return code;
	code = generic_ask(listener->socket, &request);
	/* The answer may be what there was no room for. */
	listener->is_registered = code == 0 || code == -ENOBUFS;
	return code < 0 ? explain_registration(code, err) : 0;
}

static int start(struct taskstats_listener *listener, size_t buffer_size, struct error *err)
{
	int code = netlink_socket_open(NETLINK_GENERIC, buffer_size, &listener->socket);

	if (code < 0)
		return refusal_of_socket(code, "CONFIG_NET", err);
	code = netlink_socket_bind(listener->socket, 0);
	if (code == 0)
		code = generic_family(listener->socket, TASKSTATS_GENL_NAME, &listener->family);
	if (code < 0)
		return explain_family(code, err);
	code = check_network(err);
	if (code < 0)
		return code;
	return add_to_listeners(listener, err);
}

int taskstats_open(size_t buffer_size, struct taskstats_listener **opened, struct error *err)
{
	struct taskstats_listener *listener = calloc(1, sizeof(*listener));

	if (!listener)
		return error_no_memory(err);
	int code = start(listener, buffer_size, err);
	if (code < 0) {
		taskstats_close(listener);
		return code;
	}
	*opened = listener;
	return 0;
}

static void remove_from_listeners(const struct taskstats_listener *listener)
{
	const struct generic_request request = {
		.family = listener->family,
		.command = TASKSTATS_CMD_GET,
		.attribute = TASKSTATS_CMD_ATTR_DEREGISTER_CPUMASK,
		.text = listener->cpus,
	};

	if (listener->is_registered)
		(void)!generic_tell(listener->socket, &request);
}

void taskstats_close(struct taskstats_listener *listener)
{
	if (!listener)
		return;
	remove_from_listeners(listener);
	netlink_socket_close(listener->socket);
	free(listener);
}

int taskstats_probe(struct error *err)
{
	struct taskstats_listener *listener;
	int code = taskstats_open(0, &listener, err);

	if (code == 0)
		taskstats_close(listener);
	return code;
}

int taskstats_fd(const struct taskstats_listener *listener)
{
	return netlink_socket_fd(listener->socket);
}

size_t taskstats_buffer_size(const struct taskstats_listener *listener)
{
	return netlink_socket_buffer_size(listener->socket);
}

int taskstats_next(struct taskstats_listener *listener, struct exit_stats *stats)
{
	const void *bytes;
	size_t size;
	int code;

	while ((code = netlink_socket_next(listener->socket, &bytes, &size)) > 0) {
		if (exit_stats_parse(bytes, size, listener->family, stats) == 0)
			return 1;
		netlink_socket_reject(listener->socket);
	}
	return code;
}

uint64_t taskstats_overruns(const struct taskstats_listener *listener)
{
	return netlink_socket_overruns(listener->socket);
}

struct netlink_counts taskstats_counts(struct taskstats_listener *listener)
{
	return netlink_socket_counts(listener->socket);
}
