/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/load.h"
#include "capture/perf_file.h"
#include "host/identity.h"

/* The one that there is. */
#define CLOCK_DATA_VERSION 1U

static void free_words(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

/* The text at BYTES, which moves behind it. -EBADMSG where it is not whole, -ENOMEM. */
static int take_word(const unsigned char **bytes, const unsigned char *end, bool swap, char **word)
{
	size_t left = (size_t)(end - *bytes);

	if (left < sizeof(uint32_t))
		return -EBADMSG;
	size_t size = load32(*bytes, swap);
	if (size > left - sizeof(uint32_t))
		return -EBADMSG;
	*word = strndup((const char *)*bytes + sizeof(uint32_t), size);
	*bytes += sizeof(uint32_t) + size;
	return *word ? 0 : -ENOMEM;
}

/* CMDLINE: u32 count; each: u32 size, a text padded with NUL. */
static int read_command_line(struct origin *origin, const void *bytes, size_t size, bool swap)
{
	const unsigned char *at = bytes, *end = at + size;

	if (origin->command_line || size < sizeof(uint32_t))
		return 0;
	size_t count = load32(at, swap);
	at += sizeof(uint32_t);
	/* Each takes four bytes at least. */
	if (count > (size - sizeof(uint32_t)) / sizeof(uint32_t))
		return 0;
	char **words = calloc(count + 1, sizeof(*words));
	int code = words ? 0 : -ENOMEM;
	for (size_t i = 0; code == 0 && i < count; i++)
		code = take_word(&at, end, swap, &words[i]);
	if (code == 0) {
		origin->command_line = words;
		return 0;
	}
	free_words(words);
	return code == -ENOMEM ? code : 0;
}

/* HOSTNAME, ARCH: u32 size, a text padded with NUL. */
static int read_word(char **word, const void *bytes, size_t size, bool swap)
{
	const unsigned char *at = bytes;
	char *read = NULL;

	if (*word)
		return 0;
	int code = take_word(&at, at + size, swap, &read);
	if (code == 0 && read[0] != '\0')
		*word = read;
	else
		free(read);
	return code == -ENOMEM ? code : 0;
}

static void read_clock_data(struct origin *origin, const unsigned char *bytes, size_t size,
			    bool swap)
{
	struct perf_file_clock_data raw;

	if (origin->has_wall_offset || size < sizeof(raw))
		return;
	memcpy(&raw, bytes, sizeof(raw));
	if (load32(&raw.version, swap) != CLOCK_DATA_VERSION)
		return;
	origin->has_wall_offset = !__builtin_sub_overflow(
		load64(&raw.wall_ns, swap), load64(&raw.clock_ns, swap), &origin->wall_offset_ns);
}

int origin_read_feature(struct origin *origin, uint64_t feature, const void *bytes, size_t size,
			bool swap)
{
	switch (feature) {
	case PERF_FILE_HOSTNAME:
		return read_word(&origin->hostname, bytes, size, swap);
	case PERF_FILE_ARCH:
		return read_word(&origin->arch, bytes, size, swap);
	case PERF_FILE_VERSION:
		return read_word(&origin->recorder, bytes, size, swap);
	case PERF_FILE_CMDLINE:
		return read_command_line(origin, bytes, size, swap);
	case PERF_FILE_CLOCK_DATA:
		read_clock_data(origin, bytes, size, swap);
		return 0;
	default:
		return 0;
	}
}

int origin_read_boot_id(struct origin *origin, const void *text, size_t size)
{
	if (origin->boot_id || size != BOOT_ID_SIZE - 1)
		return 0;
	char *read = strndup(text, size);
	if (!read)
		return -ENOMEM;
	if (strspn(read, "0123456789abcdef-") == size)
		origin->boot_id = read;
	else
		free(read);
	return 0;
}

int origin_read_selection(struct origin *origin, const void *bytes, size_t size)
{
	if (origin->selection)
		return 0;
	/* One byte at least: a note without strings is a note. */
	origin->selection = malloc(size + 1);
	if (!origin->selection)
		return -ENOMEM;
	memcpy(origin->selection, bytes, size);
	origin->selection_size = size;
	return 0;
}

void origin_read_thread_map(struct origin *origin, const void *body, size_t size, bool swap)
{
	const unsigned char *bytes = body;
	const size_t pid_at = offsetof(struct perf_file_thread_map, threads[0].pid);

	if (size < pid_at + sizeof(uint64_t) || load64(bytes, swap) == 0)
		return;
	uint64_t pid = load64(bytes + pid_at, swap);
	/* All ones stand for the whole host. */
	origin->first_pid = pid <= INT32_MAX ? (int32_t)pid : 0;
}

void origin_done(struct origin *origin)
{
	free_words(origin->command_line);
	free(origin->hostname);
	free(origin->arch);
	free(origin->boot_id);
	free(origin->recorder);
	free(origin->selection);
	*origin = (struct origin){0};
}
