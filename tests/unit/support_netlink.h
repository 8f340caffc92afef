/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel that says over netlink what a test wants, for a test whose WRAP_ line in the Makefile
 * has $(NETLINK_CALLS). All in a header: only such a program has the real ones under these names.
 */
#ifndef PXT_TESTS_SUPPORT_NETLINK_H
#define PXT_TESTS_SUPPORT_NETLINK_H

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/compiler.h"
#include "support.h"

#define FAKE_PORT 22312U /* that of fixtures/netlink */

/* Recorded datagrams, by their names; of a little-endian machine. */
static void *load_datagram(const char *name, size_t *size)
{
	char path[128];

	if (__BYTE_ORDER != __LITTLE_ENDIAN)
		skip();
	snprintf(path, sizeof(path), "fixtures/netlink/%s.bin", name);
	return load_file(path, size);
}

/* Copies of what waits to be read, or an error that reading gives. */
struct fake_datagram {
	unsigned char bytes[8192];
	size_t size;
	uint32_t sender; /* 0: the kernel */
	int error;
};

static struct fake_kernel {
	int socket_error, bind_error, send_error; /* positive; 0: it succeeds */
	int no_connector_error;                   /* of what is sent to the connector alone */
	int no_memory;
	bool is_unprivileged; /* SO_RCVBUFFORCE is refused */
	uint32_t drops;
	bool has_no_meminfo;
	int buffer; /* as it was asked for */
	/* Called with each request; queues its answer. */
	void (*answer)(const void *bytes, size_t size);
	struct fake_datagram queue[80];
	unsigned int count, next;
	unsigned int reads, requests, sockets, groups;
	int protocols[4];
} kernel;

static void kernel_reset(void)
{
	memset(&kernel, 0, sizeof(kernel));
}

static struct fake_datagram *kernel_queue(const void *bytes, size_t size)
{
	assert_true(kernel.count < ARRAY_SIZE(kernel.queue) && size <= 8192);
	struct fake_datagram *datagram = &kernel.queue[kernel.count++];

	memcpy(datagram->bytes, bytes, size);
	datagram->size = size;
	return datagram;
}

static struct fake_datagram *kernel_queue_file(const char *name)
{
	size_t size;
	void *bytes = load_datagram(name, &size);
	struct fake_datagram *datagram = kernel_queue(bytes, size);

	free(bytes);
	return datagram;
}

static void kernel_queue_error(int error)
{
	kernel_queue("", 0)->error = error;
}

static int answer_with(int error)
{
	errno = error;
	return error ? -1 : 0;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
int __wrap_socket(int domain, int type, int protocol);
int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size);
int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *size);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t size);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *size);
ssize_t __wrap_sendto(int fd, const void *bytes, size_t size, int flags,
		      const struct sockaddr *address, socklen_t address_size);
int __wrap_recvmmsg(int fd, struct mmsghdr *headers, unsigned int count, int flags,
		    struct timespec *timeout);

void *__wrap_malloc(size_t size)
{
	return kernel.no_memory ? NULL : __real_malloc(size);
}

int __wrap_socket(int domain, int type, int protocol)
{
	assert_int_equal(domain, AF_NETLINK);
	assert_int_equal(type, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (kernel.socket_error)
		return answer_with(kernel.socket_error);
	assert_true(kernel.sockets < ARRAY_SIZE(kernel.protocols));
	kernel.protocols[kernel.sockets++] = protocol;
	return open("/dev/null", O_RDWR | O_CLOEXEC);
}

int __wrap_bind(int fd, const struct sockaddr *address, socklen_t size)
{
	struct sockaddr_nl asked;

	(void)fd;
	assert_int_equal(size, sizeof(asked));
	memcpy(&asked, address, sizeof(asked));
	assert_int_equal(asked.nl_family, AF_NETLINK);
	kernel.groups = asked.nl_groups;
	return answer_with(kernel.bind_error);
}

int __wrap_getsockname(int fd, struct sockaddr *address, socklen_t *size)
{
	const struct sockaddr_nl own = {.nl_family = AF_NETLINK, .nl_pid = FAKE_PORT};

	(void)fd;
	assert_int_equal(*size, sizeof(own));
	memcpy(address, &own, sizeof(own));
	return 0;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	(void)fd;
	assert_int_equal(level, SOL_SOCKET);
	assert_int_equal(size, sizeof(kernel.buffer));
	if (name == SO_RCVBUFFORCE && kernel.is_unprivileged)
		return answer_with(EPERM);
	assert_int_equal(name, kernel.is_unprivileged ? SO_RCVBUF : SO_RCVBUFFORCE);
	memcpy(&kernel.buffer, value, sizeof(kernel.buffer));
	return 0;
}

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
	int doubled = 2 * kernel.buffer;

	(void)fd;
	assert_int_equal(level, SOL_SOCKET);
	if (name == SO_RCVBUF) {
		assert_int_equal(*size, sizeof(doubled));
		memcpy(value, &doubled, sizeof(doubled));
		return 0;
	}
	assert_int_equal(name, SO_MEMINFO);
	assert_true(*size >= (SK_MEMINFO_DROPS + 1) * sizeof(kernel.drops));
	if (kernel.has_no_meminfo)
		return answer_with(ENOPROTOOPT);
	memcpy((uint32_t *)value + SK_MEMINFO_DROPS, &kernel.drops, sizeof(kernel.drops));
	return 0;
}

ssize_t __wrap_sendto(int fd, const void *bytes, size_t size, int flags,
		      const struct sockaddr *address, socklen_t address_size)
{
	struct sockaddr_nl to;

	(void)fd, (void)flags;
	assert_int_equal(address_size, sizeof(to));
	memcpy(&to, address, sizeof(to));
	assert_int_equal(to.nl_pid, 0);
	assert_int_equal(to.nl_groups, 0);
	if (kernel.protocols[kernel.sockets - 1] == NETLINK_CONNECTOR && kernel.no_connector_error)
		return answer_with(kernel.no_connector_error);
	if (kernel.send_error)
		return answer_with(kernel.send_error);
	kernel.requests++;
	if (kernel.answer)
		kernel.answer(bytes, size);
	return (ssize_t)size;
}

/* One into HEADER, as the kernel does it. */
static void hand_over(const struct fake_datagram *datagram, struct mmsghdr *header)
{
	struct iovec *room = header->msg_hdr.msg_iov;
	const struct sockaddr_nl sender = {.nl_family = AF_NETLINK, .nl_pid = datagram->sender};
	size_t size = datagram->size < room->iov_len ? datagram->size : room->iov_len;

	assert_int_equal(header->msg_hdr.msg_namelen, sizeof(sender));
	memcpy(header->msg_hdr.msg_name, &sender, sizeof(sender));
	memcpy(room->iov_base, datagram->bytes, size);
	header->msg_hdr.msg_flags = size < datagram->size ? MSG_TRUNC : 0;
	header->msg_len = (unsigned int)size;
}

int __wrap_recvmmsg(int fd, struct mmsghdr *headers, unsigned int count, int flags,
		    struct timespec *timeout)
{
	unsigned int taken = 0;

	(void)fd;
	assert_int_equal(flags, MSG_DONTWAIT);
	assert_null(timeout);
	kernel.reads++;
	while (taken < count && kernel.next < kernel.count && !kernel.queue[kernel.next].error)
		hand_over(&kernel.queue[kernel.next++], &headers[taken++]);
	if (taken > 0)
		return (int)taken;
	return answer_with(kernel.next < kernel.count ? kernel.queue[kernel.next++].error : EAGAIN);
}

#endif
