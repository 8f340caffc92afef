/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/input.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct input {
	int fd;
	bool patient;
	uint64_t position;
	uint64_t to_skip; /* bytes that nobody wants and that have not come yet, or never will */

	/* A file. */
	unsigned char *map; /* NULL: a stream */
	uint64_t map_size;
	uint64_t end; /* of the section that is read */

	/* A stream. */
	struct block_pool *pool;
	struct window window;
	bool ended;
	unsigned char *payload;
};

static int map_file(struct input *input, uint64_t size)
{
	void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, input->fd, 0);

	if (map == MAP_FAILED)
		return -errno;
	/* Advice: without it everything works too. */
	(void)madvise(map, size, MADV_SEQUENTIAL);
	input->map = map;
	input->map_size = size;
	input->end = size;
	return 0;
}

int input_open(int fd, struct block_pool *pool, struct input **input)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	struct input *made = malloc(sizeof(*made));
	if (!made)
		return -ENOMEM;
	*made = (struct input){.fd = fd, .pool = pool, .patient = true};
	int code = S_ISDIR(status.st_mode) ? -EISDIR : 0;
	if (S_ISREG(status.st_mode) && status.st_size > 0)
		code = map_file(made, (uint64_t)status.st_size);
	if (code < 0) {
		input_free(made);
		return code;
	}
	*input = made;
	return 0;
}

void input_free(struct input *input)
{
	if (!input)
		return;
	if (input->map)
		munmap(input->map, input->map_size);
	window_done(&input->window, input->pool);
	free(input->payload);
	free(input);
}

void input_set_patient(struct input *input, bool patient)
{
	input->patient = patient;
}

/* ---- streams ---- */

/* 0 where something can be read, the end too. */
static int await_bytes(const struct input *input)
{
	struct pollfd poller = {.fd = input->fd, .events = POLLIN};
	int ready = poll(&poller, 1, input->patient ? -1 : 0);

	if (ready < 0)
		return -errno;
	return ready > 0 ? 0 : -EAGAIN;
}

static int read_more(struct input *input)
{
	unsigned char *room;
	size_t size;
	int code = window_room(&input->window, input->pool, &room, &size);

	if (code == 0)
		code = await_bytes(input);
	if (code < 0)
		return code;
	ssize_t got = read(input->fd, room, size);
	if (got < 0)
		return -errno;
	input->ended = got == 0;
	input->window.block->used += (size_t)got;
	return 0;
}

static void drop_unwanted(struct input *input)
{
	size_t unread;

	window_bytes(&input->window, &unread);
	if (unread > input->to_skip)
		unread = (size_t)input->to_skip;
	input->window.at += unread;
	input->to_skip -= unread;
}

static int peek_stream(struct input *input, size_t wanted, const unsigned char **bytes,
		       size_t *available)
{
	drop_unwanted(input);
	while (*bytes = window_bytes(&input->window, available),
	       (*available < wanted || input->to_skip > 0) && !input->ended) {
		int code = read_more(input);

		if (code < 0)
			return code;
		drop_unwanted(input);
	}
	return 0;
}

/* In steps, so that no more memory is taken than bytes really come. */
static int stream_payload(struct input *input, uint64_t size, const unsigned char **bytes,
			  size_t *available)
{
	unsigned char *payload = NULL;
	size_t got = 0, chunk = 0;
	int code = 0;

	do {
		const unsigned char *more;
		size_t wanted = size - got < INPUT_PEEK_MAX ? size - got : INPUT_PEEK_MAX;

		code = input_peek(input, wanted, &more, &chunk);
		if (code < 0)
			break;
		chunk = chunk < wanted ? chunk : wanted;
		unsigned char *grown = realloc(payload, got + chunk + 1);
		if (!grown) {
			code = -ENOMEM;
			break;
		}
		payload = grown;
		if (chunk > 0)
			memcpy(payload + got, more, chunk);
		got += chunk;
		input_skip(input, chunk);
	} while (chunk > 0 && got < size);
	if (code < 0) {
		free(payload);
		return code;
	}
	free(input->payload);
	input->payload = payload;
	*bytes = payload;
	*available = got;
	return 0;
}

/* ---- both ---- */

static uint64_t left_in_map(const struct input *input)
{
	return input->end - input->position;
}

int input_peek(struct input *input, size_t wanted, const unsigned char **bytes, size_t *available)
{
	if (!input->map)
		return peek_stream(input, wanted, bytes, available);
	*bytes = input->map + input->position;
	*available = left_in_map(input);
	return 0;
}

void input_skip(struct input *input, uint64_t bytes)
{
	input->to_skip += bytes;
	if (!input->map) {
		drop_unwanted(input);
		input->position += bytes;
		return;
	}
	if (bytes > left_in_map(input))
		bytes = left_in_map(input);
	input->to_skip -= bytes;
	input->position += bytes;
}

uint64_t input_missing(const struct input *input)
{
	return input->to_skip;
}

int input_payload(struct input *input, uint64_t size, const unsigned char **bytes,
		  size_t *available)
{
	if (!input->map)
		return stream_payload(input, size, bytes, available);
	*bytes = input->map + input->position;
	*available = size < left_in_map(input) ? size : left_in_map(input);
	input_skip(input, *available);
	return 0;
}

struct block *input_block(const struct input *input)
{
	return input->window.block;
}

const unsigned char *input_map(const struct input *input, uint64_t *size)
{
	*size = input->map_size;
	return input->map;
}

void input_set_section(struct input *input, uint64_t offset, uint64_t end)
{
	input->position = offset;
	input->end = end;
}

uint64_t input_position(const struct input *input)
{
	return input->position;
}

void input_forget(const struct input *input)
{
	if (input->map)
		(void)madvise(input->map, input->map_size, MADV_DONTNEED);
}

int input_wait(const struct input *input, int wake_fd, int timeout_ms)
{
	struct pollfd polls[] = {
		{.fd = input->fd, .events = POLLIN},
		{.fd = wake_fd, .events = POLLIN},
	};

	/* A file has all its bytes already. */
	if (input->map)
		return 0;
	if (poll(polls, 2, timeout_ms) < 0 && errno != EINTR)
		return -errno;
	return 0;
}
