/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/cpu_watch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The multicast group on which the kernel itself speaks; udev repeats events on another. */
#define KERNEL_GROUP 1U

int cpu_watch_open(void)
{
	const struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP};
	int fd =
		socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int code = -errno;

		close(fd);
		return code;
	}
	return fd;
}

int cpu_watch_parse(const char *message, size_t length)
{
	char header[64];
	size_t header_length = strnlen(message, length);
	int cpu, end = 0;

	if (header_length >= sizeof(header))
		return -1;
	memcpy(header, message, header_length);
	header[header_length] = '\0';
	if (sscanf(header, "offline@/devices/system/cpu/cpu%9d%n", &cpu, &end) != 1 || cpu < 0)
		return -1;
	return (size_t)end == header_length ? cpu : -1;
}

int cpu_watch_next_offline(int fd)
{
	/* Larger than any uevent: UEVENT_BUFFER_SIZE of include/linux/kobject.h and the header. */
	char message[4096];
	struct sockaddr_nl sender;
	socklen_t sender_size = sizeof(sender);

	for (;;) {
		ssize_t got = recvfrom(fd, message, sizeof(message), MSG_DONTWAIT,
				       (struct sockaddr *)&sender, &sender_size);

		/* ENOBUFS: some were dropped; those that follow still count. */
		if (got < 0 && (errno == EINTR || errno == ENOBUFS))
			continue;
		if (got < 0)
			return -1;
		int cpu = sender.nl_pid == 0 ? cpu_watch_parse(message, (size_t)got) : -1;
		if (cpu >= 0)
			return cpu;
	}
}
