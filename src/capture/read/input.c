/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/read/input.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/read/parts.h"

struct input {
	int fd, wake_fd;
	bool is_file;
	bool patient;
	bool ended;
	uint64_t position;
	uint64_t to_skip; /* bytes that nobody wants and that have not come yet, or never will */
	struct block_pool *pool;
	struct window window;

	struct parts parts;

	/* A file. */
	size_t part;  /* that is read */
	uint64_t end; /* of the section that is read */
};

int input_open(int fd, int wake_fd, struct block_pool *pool, struct input **input)
{
	struct input *made = malloc(sizeof(*made));

	if (!made)
		return -ENOMEM;
	*made = (struct input){.wake_fd = wake_fd, .pool = pool, .patient = true};
	int code = parts_open(&made->parts, fd);
	if (code < 0) {
		free(made);
		return code;
	}
	made->fd = made->parts.list[0].fd;
	made->end = made->parts.list[0].end;
	made->is_file = made->end > 0;
	*input = made;
	return 0;
}

void input_free(struct input *input)
{
	if (!input)
		return;
	window_done(&input->window, input->pool);
	parts_done(&input->parts);
	free(input);
}

void input_set_patient(struct input *input, bool patient)
{
	input->patient = patient;
}

/* ---- reading ---- */

static size_t unread_bytes(const struct input *input)
{
	size_t unread;

	window_bytes(&input->window, &unread);
	return unread;
}

/* 0 where something can be read, the end too. */
static int await_bytes(const struct input *input)
{
	struct pollfd polls[] = {
		{.fd = input->fd, .events = POLLIN},
		{.fd = input->patient ? input->wake_fd : -1, .events = POLLIN},
	};
	int ready = poll(polls, ARRAY_SIZE(polls), input->patient ? -1 : 0);

	if (ready < 0)
		return -errno;
	if (polls[1].revents != 0)
		return -EINTR;
	return ready > 0 ? 0 : -EAGAIN;
}

static int read_more(struct input *input)
{
	uint64_t offset = input->position + unread_bytes(input);
	unsigned char *room;
	size_t size;
	int code = window_room(&input->window, input->pool, &room, &size);

	if (code == 0)
		code = await_bytes(input);
	if (code < 0)
		return code;
	ssize_t got = input->is_file ? parts_read(&input->parts, offset, input->end, room, size)
				     : read(input->fd, room, size);
	if (got < 0)
		return -errno;
	input->ended = got == 0;
	input->window.block->used += (size_t)got;
	if (input->is_file)
		input->window.block->position = input->position - input->window.at;
	return 0;
}

static void drop_unwanted(struct input *input)
{
	size_t unread = unread_bytes(input);

	if (unread > input->to_skip)
		unread = (size_t)input->to_skip;
	input->window.at += unread;
	input->to_skip -= unread;
}

int input_peek(struct input *input, size_t wanted, const unsigned char **bytes, size_t *available)
{
	while (*bytes = window_bytes(&input->window, available),
	       (*available < wanted || input->to_skip > 0) && !input->ended) {
		int code = read_more(input);

		if (code < 0)
			return code;
		drop_unwanted(input);
		/* There may be no end of what is to be skipped. */
		if (input->to_skip > 0 && !input->patient && !input->ended)
			return -EAGAIN;
	}
	return 0;
}

/* Over what a file has beyond the window nothing need be read. */
static void jump(struct input *input)
{
	uint64_t left = input->end > input->position ? input->end - input->position : 0;
	uint64_t bytes = input->to_skip < left ? input->to_skip : left;

	if (bytes == 0)
		return;
	window_done(&input->window, input->pool);
	input->position += bytes;
	input->to_skip -= bytes;
}

void input_skip(struct input *input, uint64_t bytes)
{
	uint64_t before;

	if (__builtin_add_overflow(input->to_skip, bytes, &before))
		before = UINT64_MAX;
	input->to_skip = before;
	drop_unwanted(input);
	if (!input->is_file) {
		input->position += bytes;
		return;
	}
	input->position += before - input->to_skip;
	jump(input);
}

uint64_t input_missing(const struct input *input)
{
	return input->to_skip;
}

int input_payload(struct input *input, size_t size, unsigned char **bytes, size_t *available)
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
	*bytes = payload;
	*available = got;
	return 0;
}

struct block *input_block(const struct input *input)
{
	return input->window.block;
}

uint64_t input_position(const struct input *input)
{
	return input->position;
}

/* ---- files ---- */

uint64_t input_size(const struct input *input)
{
	return input->parts.list[0].end;
}

int input_copy(const struct input *input, uint64_t offset, void *to, size_t size)
{
	unsigned char *bytes = to;

	while (size > 0) {
		ssize_t got = parts_read(&input->parts, offset, input_size(input), bytes, size);

		if (got <= 0)
			return got < 0 ? -errno : -EBADMSG;
		bytes += got;
		offset += (uint64_t)got;
		size -= (size_t)got;
	}
	return 0;
}

int input_read_block(const struct input *input, uint64_t offset, uint64_t end, struct block **block)
{
	struct block *made = block_take(input->pool);

	if (!made)
		return -ENOMEM;
	ssize_t got = parts_read(&input->parts, offset, end, made->bytes, sizeof(made->bytes));
	if (got < 0) {
		int code = -errno;

		block_release(input->pool, made);
		return code;
	}
	made->used = (size_t)got;
	made->position = offset;
	*block = made;
	return 0;
}

void input_set_section(struct input *input, uint64_t offset, uint64_t end)
{
	window_done(&input->window, input->pool);
	input->ended = false;
	input->position = offset;
	input->end = end;
}

bool input_has_more_parts(const struct input *input)
{
	return input->parts.count > 1;
}

bool input_next_part(struct input *input)
{
	if (input->part + 1 >= input->parts.count)
		return false;
	const struct part *part = &input->parts.list[++input->part];
	input->to_skip = 0;
	input_set_section(input, part->start, part->end);
	return true;
}

uint64_t input_total(const struct input *input)
{
	return input->parts.list[input->parts.count - 1].end;
}

bool input_reads(const struct input *input, const struct stat *file)
{
	return parts_have(&input->parts, file);
}

bool input_has_changed(const struct input *input)
{
	return input->is_file && parts_have_changed(&input->parts);
}

int input_wait(const struct input *input, int wake_fd, int timeout_ms)
{
	struct pollfd polls[] = {
		{.fd = input->fd, .events = POLLIN},
		{.fd = wake_fd, .events = POLLIN},
	};

	/* A file has all its bytes already. */
	if (input->is_file)
		return 0;
	if (poll(polls, ARRAY_SIZE(polls), timeout_ms) < 0 && errno != EINTR)
		return -errno;
	return 0;
}
