/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netlink/proc_connector.h"

#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/cpu_sequences.h"
#include "netlink/refusal.h"

struct proc_connector {
	struct netlink_socket *socket;
	bool is_listening, is_narrowed;
	struct cpu_sequences sequences;
	uint64_t missing; /* found by them */
};

/*
 * What is sent. Linux before 6.6 knows requests of `op` alone, and takes no notice of longer ones;
 * linux/cn_proc.h has had struct proc_input for the longer ones since then.
 */
struct request {
	struct nlmsghdr netlink;
	/* struct cn_msg, which nothing may follow. */
	struct cb_id id;
	uint32_t seq, ack;
	uint16_t length, flags;
	uint32_t op;
	uint32_t events;
};

#define SHORT_REQUEST ((uint32_t)offsetof(struct request, events))
#define LONG_REQUEST ((uint32_t)sizeof(struct request))

_Static_assert(sizeof(struct request) == 16 + 20 + 8, "as it lies in memory, it is sent");

static int send_request(struct netlink_socket *socket, uint32_t size, uint32_t op, uint32_t events)
{
	const struct request request = {
		.netlink = {.nlmsg_len = size, .nlmsg_type = NLMSG_DONE},
		.id = {.idx = CN_IDX_PROC, .val = CN_VAL_PROC},
		.ack = netlink_socket_port(socket),
		.length = (uint16_t)(size - offsetof(struct request, op)),
		.op = op,
		.events = events,
	};

	return netlink_socket_send(socket, &request, size);
}

/* The kernel answers before the request's system call returns, or not at all. */
static int await_ack(struct netlink_socket *socket)
{
	struct proc_message message;
	const void *bytes;
	size_t size;
	int code;

	while ((code = netlink_socket_next(socket, &bytes, &size)) > 0) {
		if (proc_message_parse(bytes, size, &message) == 0 && message.kind == PROC_ACK &&
		    message.ack == netlink_socket_port(socket) + 1)
			return message.error;
	}
	if (code < 0)
		return code;
	return netlink_socket_counts(socket).overruns > 0 ? -ENOBUFS : -ENOMSG;
}

static uint32_t events_of(unsigned int kinds)
{
	static const uint32_t events[PROC_KINDS] = {
		[PROC_FORK] = PROC_EVENT_FORK,
		[PROC_EXEC] = PROC_EVENT_EXEC,
		[PROC_EXIT] = (uint32_t)PROC_EVENT_EXIT,
		[PROC_COMM] = PROC_EVENT_COMM,
	};
	uint32_t wanted = 0;

	for (unsigned int kind = 0; kind < PROC_KINDS; kind++)
		wanted |= kinds & 1U << kind ? events[kind] : 0;
	return wanted;
}

static int listen_to_all(struct proc_connector *connector)
{
	int code = send_request(connector->socket, SHORT_REQUEST, PROC_CN_MCAST_LISTEN, 0);

	if (code == 0)
		code = await_ack(connector->socket);
	/* The answer may be what there was no room for. */
	connector->is_listening = code == 0 || code == -ENOBUFS;
	return code;
}

/* Nothing is acknowledged any more once this is in force. */
static int narrow(struct proc_connector *connector, unsigned int kinds)
{
	connector->is_narrowed = kinds != 0;
	if (!connector->is_narrowed)
		return 0;
	return send_request(connector->socket, LONG_REQUEST, PROC_CN_MCAST_LISTEN,
			    events_of(kinds));
}

static int explain(int code, struct error *err)
{
	switch (code) {
	case -ECONNREFUSED:
		error_set(err, code,
			  "the process connector answers in the initial network namespace only");
		error_remedy(err, REFUSAL_REMEDY_CONTAINER);
		break;
	case -ENOMSG:
		error_set(err, code,
			  "the process connector does not answer: it serves the initial pid and "
			  "user namespaces only, on kernels with CONFIG_PROC_EVENTS");
		error_remedy(err, REFUSAL_REMEDY_CONTAINER);
		break;
	case -EPERM:
		error_set(err, code, "the process connector takes CAP_NET_ADMIN before Linux 6.6");
		error_remedy(err, REFUSAL_REMEDY_ROOT);
		break;
	default:
		error_set(err, code, "cannot listen to the process connector: %s", strerror(-code));
	}
	return code;
}

static int start(struct proc_connector *connector, const struct proc_connector_options *options,
		 struct error *err)
{
	int code = netlink_socket_open(NETLINK_CONNECTOR, options->buffer_size, &connector->socket);

	if (code < 0)
		return refusal_of_socket(code, "CONFIG_PROC_EVENTS", err);
	code = netlink_socket_bind(connector->socket, CN_IDX_PROC);
	if (code == 0)
		code = listen_to_all(connector);
	if (code == 0)
		code = narrow(connector, options->kinds);
	return code < 0 ? explain(code, err) : 0;
}

int proc_connector_open(const struct proc_connector_options *options,
			struct proc_connector **opened, struct error *err)
{
	struct proc_connector *connector = calloc(1, sizeof(*connector));

	if (!connector)
		return error_no_memory(err);
	int code = start(connector, options, err);
	if (code < 0) {
		proc_connector_close(connector);
		return code;
	}
	*opened = connector;
	return 0;
}

void proc_connector_close(struct proc_connector *connector)
{
	if (!connector)
		return;
	/* The kernel counts listeners, and forgets none whose socket is just closed. */
	if (connector->is_listening)
		(void)!send_request(connector->socket, SHORT_REQUEST, PROC_CN_MCAST_IGNORE, 0);
	netlink_socket_close(connector->socket);
	cpu_sequences_done(&connector->sequences);
	free(connector);
}

int proc_connector_probe(struct error *err)
{
	const struct proc_connector_options options = {0};
	struct proc_connector *connector;
	int code = proc_connector_open(&options, &connector, err);

	if (code == 0)
		proc_connector_close(connector);
	return code;
}

int proc_connector_fd(const struct proc_connector *connector)
{
	return netlink_socket_fd(connector->socket);
}

size_t proc_connector_buffer_size(const struct proc_connector *connector)
{
	return netlink_socket_buffer_size(connector->socket);
}

static int count_missing(struct proc_connector *connector, struct proc_message *message)
{
	if (connector->is_narrowed)
		return 0;
	int code = cpu_sequences_take(&connector->sequences, message->cpu, message->seq,
				      &message->lost);
	connector->missing += message->lost;
	return code;
}

int proc_connector_next(struct proc_connector *connector, struct proc_message *message)
{
	const void *bytes;
	size_t size;
	int code;

	while ((code = netlink_socket_next(connector->socket, &bytes, &size)) > 0) {
		code = proc_message_parse(bytes, size, message);
		if (code == 0)
			code = count_missing(connector, message);
		if (code == 0)
			return 1;
		if (code != -EBADMSG)
			return code;
		netlink_socket_reject(connector->socket);
	}
	return code;
}

uint64_t proc_connector_overruns(const struct proc_connector *connector)
{
	return netlink_socket_overruns(connector->socket);
}

struct netlink_counts proc_connector_counts(struct proc_connector *connector)
{
	struct netlink_counts counts = netlink_socket_counts(connector->socket);

	/* A message that the kernel had no memory for was not dropped by any socket. */
	if (counts.dropped < connector->missing)
		counts.dropped = connector->missing;
	return counts;
}
