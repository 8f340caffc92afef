/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
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

/* A text of a feature: u32 size, bytes padded with NUL. -EBADMSG where it is not whole, -ENOMEM. */
static int take_word(struct cursor *cursor, char **word)
{
	uint32_t size;

	if (!cursor_take32(cursor, &size))
		return -EBADMSG;
	const char *text = (const char *)cursor_take(cursor, size);
	if (!text)
		return -EBADMSG;
	*word = strndup(text, size);
	return *word ? 0 : -ENOMEM;
}

/* CMDLINE: u32 count, texts. */
static int read_command_line(struct origin *origin, struct cursor *cursor)
{
	uint32_t count;

	if (origin->command_line || !cursor_take32(cursor, &count))
		return 0;
	/* Each takes four bytes at least. */
	if (count > cursor_left(cursor) / sizeof(uint32_t))
		return 0;
	char **words = calloc((size_t)count + 1, sizeof(*words));
	int code = words ? 0 : -ENOMEM;
	for (size_t i = 0; code == 0 && i < count; i++)
		code = take_word(cursor, &words[i]);
	if (code == 0) {
		origin->command_line = words;
		return 0;
	}
	free_words(words);
	return code == -ENOMEM ? code : 0;
}

/* HOSTNAME, ARCH, VERSION: a text. */
static int read_word(char **word, struct cursor *cursor)
{
	char *read = NULL;

	if (*word)
		return 0;
	int code = take_word(cursor, &read);
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
	struct cursor cursor = {
		.at = bytes, .end = (const unsigned char *)bytes + size, .swap = swap};

	switch (feature) {
	case PERF_FILE_HOSTNAME:
		return read_word(&origin->hostname, &cursor);
	case PERF_FILE_ARCH:
		return read_word(&origin->arch, &cursor);
	case PERF_FILE_VERSION:
		return read_word(&origin->recorder, &cursor);
	case PERF_FILE_CMDLINE:
		return read_command_line(origin, &cursor);
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
