/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/proc_program.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "clock.h"

#define PATH_SIZE 32U

/* d_path() writes it behind the name of a file that has no name any more (fs/d_path.c). */
#define DELETED " (deleted)"

static struct text read_filename(int proc_fd, int32_t pid, char *path, size_t size)
{
	const size_t mark = strlen(DELETED);
	char link[PATH_SIZE];

	snprintf(link, sizeof(link), "%" PRId32 "/exe", pid);
	ssize_t got = readlinkat(proc_fd, link, path, size);
	/* One as long as the room may be cut. */
	if (got <= 0 || (size_t)got == size)
		return (struct text){0};
	size_t length = (size_t)got;
	if (length >= mark && memcmp(path + length - mark, DELETED, mark) == 0)
		length -= mark;
	return (struct text){length > 0 ? path : NULL, length};
}

static uint32_t count_strings(struct text bytes)
{
	uint32_t count = 0;

	for (size_t i = 0; i < bytes.length; i++)
		count += bytes.bytes[i] == '\0';
	return count;
}

/*
 * What is known of the LENGTH > 0 bytes at BYTES, those of a cmdline file. The last string is left
 * out where the file goes on. Titles are padded with NULs, or end without one.
 */
static struct arguments take_arguments(char *bytes, size_t length)
{
	bool is_cut = length > PROC_ARGUMENTS_MAX;
	bool is_whole = !is_cut && bytes[length - 1] == '\0';
	struct text known = {bytes, length};

	while (is_cut && known.length > 0 && bytes[known.length - 1] != '\0')
		known.length--;
	if (!is_cut && !is_whole)
		bytes[known.length++] = '\0';
	for (; known.length > 1 && bytes[known.length - 2] == '\0'; known.length--)
		is_whole = false;
	return (struct arguments){
		.argc = -1,
		.known = {known, count_strings(known)},
		.complete = is_whole,
		.source = ARGV_PROC_START,
	};
}

int proc_program_read(int proc_fd, int32_t pid, struct proc_program *program)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%" PRId32 "/cmdline", pid);
	ssize_t length = file_read_at(proc_fd, path, program->bytes, sizeof(program->bytes));
	if (length <= 0)
		return length == 0 || length == -ENOENT ? -ESRCH : (int)length;
	program->arguments = take_arguments(program->bytes, (size_t)length);
	program->filename = read_filename(proc_fd, pid, program->path, sizeof(program->path));
	program->time_ns = clock_now_ns(CLOCK_MONOTONIC);
	return 0;
}
