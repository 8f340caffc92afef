/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"

static uint64_t end_of(const struct parts *parts)
{
	return parts->count > 0 ? parts->list[parts->count - 1].end : 0;
}

static int add(struct parts *parts, int fd)
{
	uint64_t start = end_of(parts), end = start;
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	/* Those of /proc have no size, and are read like a stream. */
	if (S_ISREG(status.st_mode) &&
	    __builtin_add_overflow(start, (uint64_t)status.st_size, &end))
		return -EFBIG;
	if (ARRAY_GROW(parts->list, parts->count, parts->capacity) < 0)
		return -ENOMEM;
	parts->list[parts->count++] = (struct part){
		.fd = fd,
		.start = start,
		.end = end,
		.modified = status.st_mtim,
	};
	return 0;
}

/* 1 where NAME of DIRECTORY was added, 0 where there is none, or a negative errno. */
static int add_file(struct parts *parts, int directory, const char *name)
{
	struct stat status;
	/* A FIFO would wait for its writer. */
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	int code = fstat(fd, &status) < 0 ? -errno : 0;
	if (code == 0)
		code = S_ISREG(status.st_mode) ? add(parts, fd) : -EISDIR;
	if (code < 0)
		close(fd);
	return code < 0 ? code : 1;
}

static int add_directory(struct parts *parts, int directory)
{
	int code = add_file(parts, directory, "data");
	char name[32];

	if (code == 0)
		return -EISDIR;
	for (unsigned int i = 0; code > 0; i++) {
		snprintf(name, sizeof(name), "data.%u", i);
		code = add_file(parts, directory, name);
	}
	return code;
}

int parts_open(struct parts *parts, int fd)
{
	struct stat status;

	*parts = (struct parts){0};
	if (fstat(fd, &status) < 0)
		return -errno;
	parts->borrowed = !S_ISDIR(status.st_mode);
	int code = parts->borrowed ? add(parts, fd) : add_directory(parts, fd);
	if (code < 0)
		parts_done(parts);
	return code;
}

void parts_done(struct parts *parts)
{
	for (size_t i = parts->borrowed; i < parts->count; i++)
		close(parts->list[i].fd);
	free(parts->list);
	*parts = (struct parts){0};
}

ssize_t parts_read(const struct parts *parts, uint64_t offset, uint64_t end, void *room,
		   size_t size)
{
	const struct part *part = parts->list;

	while (part < parts->list + parts->count && offset >= part->end)
		part++;
	if (part == parts->list + parts->count || offset >= end)
		return 0;
	if (end > part->end)
		end = part->end;
	if (size > end - offset)
		size = (size_t)(end - offset);
	return pread(part->fd, room, size, (off_t)(offset - part->start));
}

bool parts_have(const struct parts *parts, const struct stat *file)
{
	for (size_t i = 0; i < parts->count; i++) {
		struct stat status;

		if (fstat(parts->list[i].fd, &status) == 0 && status.st_dev == file->st_dev &&
		    status.st_ino == file->st_ino)
			return true;
	}
	return false;
}

bool parts_have_changed(const struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++) {
		const struct part *part = &parts->list[i];
		struct stat status;

		if (fstat(part->fd, &status) == 0 &&
		    ((uint64_t)status.st_size != part->end - part->start ||
		     status.st_mtim.tv_sec != part->modified.tv_sec ||
		     status.st_mtim.tv_nsec != part->modified.tv_nsec))
			return true;
	}
	return false;
}
