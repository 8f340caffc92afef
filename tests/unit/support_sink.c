/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support_sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct output output_to(int fd, sink_maker *new, const struct sink_context *context)
{
	struct sink_context with_output = *context;
	struct output output = {.fd = fd};

	assert_true(fd >= 0);
	output.buffer = out_buffer_new(fd);
	assert_non_null(output.buffer);
	with_output.output = output.buffer;
	output.sink = new (&with_output);
	assert_non_null(output.sink);
	return output;
}

struct output output_to_memory(sink_maker *new, const struct sink_context *context)
{
	return output_to(memfd_create("lines", MFD_CLOEXEC), new, context);
}

void output_close(struct output *output)
{
	sink_free(output->sink);
	out_buffer_free(output->buffer);
	close(output->fd);
}

char *output_flushed(struct output *output, size_t *length)
{
	assert_int_equal(sink_finish(output->sink), 0);
	assert_int_equal(out_buffer_flush(output->buffer), 0);
	*length = (size_t)lseek(output->fd, 0, SEEK_END);
	char *bytes = calloc(1, *length + 1);

	assert_non_null(bytes);
	assert_int_equal(pread(output->fd, bytes, *length, 0), *length);
	return bytes;
}

void assert_golden(sink_maker *new, const struct sink_context *context, const struct event *events,
		   size_t count, const char *path)
{
	struct output output = output_to_memory(new, context);
	size_t expected_length, length;

	for (size_t i = 0; i < count; i++)
		assert_int_equal(sink_event(output.sink, &events[i]), 0);
	char *lines = output_flushed(&output, &length);
	if (getenv("UPDATE_GOLDEN"))
		save_file(path, lines, length);
	char *expected = load_file(path, &expected_length);
	assert_string_equal(lines, expected);
	assert_int_equal(length, expected_length);
	free(lines);
	free(expected);
	output_close(&output);
}

char *line_of(sink_maker *new, const struct sink_context *context, const struct event *event)
{
	struct output output = output_to_memory(new, context);
	size_t length;

	assert_int_equal(sink_event(output.sink, event), 0);
	char *line = output_flushed(&output, &length);
	assert_int_equal(strlen(line), length);
	output_close(&output);
	return line;
}

void assert_full_disk_reported(sink_maker *new, const struct event *event)
{
	const struct sink_context context = {0};
	struct output output = output_to(open("/dev/full", O_WRONLY | O_CLOEXEC), new, &context);
	int code = 0;

	for (int i = 0; i < 1000000 && code == 0; i++)
		code = sink_event(output.sink, event);
	assert_int_equal(code, -ENOSPC);
	assert_int_equal(sink_event(output.sink, event), -ENOSPC);
	output_close(&output);
}
