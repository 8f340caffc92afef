/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netlink/socket.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Datagrams that one system call reads at most. */
#define BATCH 32

struct netlink_socket {
	int fd;
	uint32_t port;
	uint32_t drops; /* the kernel's count when it was last read */
	struct netlink_counts counts;
	unsigned int count, next; /* datagrams in the batch, and the next of them */
	struct mmsghdr headers[BATCH];
	struct iovec rooms[BATCH];
	struct sockaddr_nl senders[BATCH];
	_Alignas(8) unsigned char bytes[BATCH][NETLINK_DATAGRAM_MAX];
};

/* Beyond net.core.rmem_max where we may, else up to it. */
static void want_buffer(int fd, size_t size)
{
	/* The kernel doubles what is asked for, and tells the double. */
	int wanted = size < INT32_MAX ? (int)(size / 2) : INT32_MAX / 2;

	if (size == 0)
		return;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof(wanted)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted));
}

int netlink_socket_open(int protocol, size_t buffer_size, struct netlink_socket **opened)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	if (fd < 0)
		return -errno;
	struct netlink_socket *made = malloc(sizeof(*made));
	if (!made) {
		close(fd);
		return -ENOMEM;
	}
	want_buffer(fd, buffer_size);
	made->fd = fd;
	made->port = 0;
	made->drops = 0;
	made->counts = (struct netlink_counts){0};
	made->count = made->next = 0;
	*opened = made;
	return 0;
}

void netlink_socket_close(struct netlink_socket *socket)
{
	if (!socket)
		return;
	close(socket->fd);
	free(socket);
}

int netlink_socket_bind(struct netlink_socket *socket, uint32_t groups)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
	socklen_t size = sizeof(address);

	if (bind(socket->fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    getsockname(socket->fd, (struct sockaddr *)&address, &size) < 0)
		return -errno;
	socket->port = address.nl_pid;
	return 0;
}

int netlink_socket_fd(const struct netlink_socket *socket)
{
	return socket->fd;
}

uint32_t netlink_socket_port(const struct netlink_socket *socket)
{
	return socket->port;
}

size_t netlink_socket_buffer_size(const struct netlink_socket *socket)
{
	int size = 0;
	socklen_t length = sizeof(size);

	getsockopt(socket->fd, SOL_SOCKET, SO_RCVBUF, &size, &length);
	return size > 0 ? (size_t)size : 0;
}

int netlink_socket_send(struct netlink_socket *socket, const void *bytes, size_t size)
{
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	ssize_t sent = sendto(socket->fd, bytes, size, 0, (const struct sockaddr *)&kernel,
			      sizeof(kernel));

	return sent < 0 ? -errno : 0;
}

static void clear_batch(struct netlink_socket *socket)
{
	for (size_t i = 0; i < BATCH; i++) {
		socket->rooms[i] = (struct iovec){socket->bytes[i], NETLINK_DATAGRAM_MAX};
		socket->senders[i] = (struct sockaddr_nl){0};
		socket->headers[i] =
			(struct mmsghdr){.msg_hdr = {.msg_name = &socket->senders[i],
						     .msg_namelen = sizeof(socket->senders[i]),
						     .msg_iov = &socket->rooms[i],
						     .msg_iovlen = 1}};
	}
	socket->count = socket->next = 0;
}

/* Returns how many came, 0 for none, or a negative errno. */
static int read_batch(struct netlink_socket *socket)
{
	clear_batch(socket);
	for (;;) {
		int count = recvmmsg(socket->fd, socket->headers, BATCH, MSG_DONTWAIT, NULL);

		if (count >= 0) {
			socket->count = (unsigned int)count;
			return count;
		}
		if (errno == EAGAIN)
			return 0;
		/* Said once of a full buffer; what is in it is still there. */
		if (errno == ENOBUFS)
			socket->counts.overruns++;
		else if (errno != EINTR)
			return -errno;
	}
}

static bool is_of_the_kernel(const struct netlink_socket *socket, unsigned int i)
{
	return socket->headers[i].msg_hdr.msg_namelen == sizeof(struct sockaddr_nl) &&
	       socket->senders[i].nl_family == AF_NETLINK && socket->senders[i].nl_pid == 0;
}

int netlink_socket_next(struct netlink_socket *socket, const void **bytes, size_t *size)
{
	for (;;) {
		int code = socket->next < socket->count ? 1 : read_batch(socket);

		if (code <= 0)
			return code;
		unsigned int i = socket->next++;
		if (is_of_the_kernel(socket, i)) {
			*bytes = socket->bytes[i];
			*size = socket->headers[i].msg_len;
			return 1;
		}
		socket->counts.foreign++;
	}
}

void netlink_socket_reject(struct netlink_socket *socket)
{
	socket->counts.malformed++;
}

uint64_t netlink_socket_overruns(const struct netlink_socket *socket)
{
	return socket->counts.overruns;
}

struct netlink_counts netlink_socket_counts(struct netlink_socket *socket)
{
	uint32_t memory[SK_MEMINFO_VARS] = {0};
	socklen_t size = sizeof(memory);

	if (getsockopt(socket->fd, SOL_SOCKET, SO_MEMINFO, memory, &size) == 0) {
		/* It goes round. */
		socket->counts.dropped += (uint32_t)(memory[SK_MEMINFO_DROPS] - socket->drops);
		socket->drops = memory[SK_MEMINFO_DROPS];
	}
	return socket->counts;
}
