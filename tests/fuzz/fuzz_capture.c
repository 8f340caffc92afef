/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/perf_file.h"
#include "capture/read/capture.h"
#include "decode/decoder.h"
#include "fuzz.h"
#include "sink/raw.h"
#include "sink/sink.h"

/* More than fit into an input: a reader that gives out more does not get on. */
#define RECORDS_MAX (1U << 22)

/* What fits into a pipe that nobody reads yet (pipe(7)). */
#define PIPE_SIZE 65536U

struct reading {
	struct capture *source;
	struct format *formats[TRACEPOINT_COUNT];
	struct decoder *decoder; /* NULL: the formats do not allow for one */
	struct out_buffer *buffer;
	struct sink *sink;
	struct raw *raw;
};

static void check_reason(int code, const struct error *err)
{
	must_hold(code < 0 && err->what[0], "a reason is given");
}

static void begin(struct reading *reading)
{
	const struct format *formats[TRACEPOINT_COUNT] = {NULL};
	struct error err = {0};

	for (size_t i = 0; i < TRACEPOINTS_SHOWN; i++) {
		int code = capture_format(reading->source, tracepoint_types[i]->system,
					  tracepoint_types[i]->name, &reading->formats[i], &err);

		must_hold(code <= 0 && (code < 0) == !reading->formats[i], "a format or none");
		formats[i] = reading->formats[i];
	}
	int code = decoder_new(formats, &reading->decoder, &err);
	if (code < 0)
		check_reason(code, &err);
	reading->sink = sink_pipe_new(&(struct sink_context){.output = reading->buffer});
	reading->raw = raw_new(reading->buffer, formats, TRACEPOINT_COUNT);
	must_hold(reading->sink && reading->raw, "there is memory");
}

/* All of it can be read. */
static void look(const unsigned char *bytes, size_t size)
{
	static volatile unsigned char last;

	for (size_t i = 0; i < size; i++)
		last = bytes[i];
	(void)last;
}

static void take(struct reading *reading, const struct record *record)
{
	struct event event;

	look(record->body, record->body_size);
	look(record->raw, record->raw_size);
	look(record_extra(record), record->extra_size);
	if (!reading->decoder)
		return;
	int code = decoder_decode(reading->decoder, record, &event);
	must_hold(code == 0 || code == 1 || code == -EBADMSG, "it is an event or it is not");
	if (code == 1)
		must_hold(sink_event(reading->sink, &event) == 0, "it can be shown");
	must_hold(raw_show(reading->raw, record) == 0, "it can be shown");
}

static void drain(struct reading *reading)
{
	struct record record;
	struct error err = {0};
	int code = 0;

	for (size_t count = 0; code >= 0; count++) {
		must_hold(count < RECORDS_MAX, "an input comes to its end");
		code = capture_next(reading->source, &record, &err);
		if (code > 0)
			take(reading, &record);
		if (code == 0)
			code = capture_wait(reading->source, -1, 0, &err);
	}
	if (code != -ENODATA)
		check_reason(code, &err);
}

static void ask(const struct capture *source)
{
	struct capture_stats stats;
	char text[64];
	size_t count;

	capture_event_names(source, text, sizeof(text));
	must_hold(strlen(text) < sizeof(text), "names fit");
	capture_tasks(source, &count);
	must_hold(!capture_origin(source)->boot_id || strlen(capture_origin(source)->boot_id) == 36,
		  "a UUID");
	must_hold(!capture_origin(source)->hostname || capture_origin(source)->hostname[0],
		  "a name");
	must_hold(!capture_origin(source)->arch || capture_origin(source)->arch[0], "a name");
	capture_stats(source, &stats);
}

static void end(struct reading *reading)
{
	raw_free(reading->raw);
	sink_free(reading->sink);
	decoder_free(reading->decoder);
	for (size_t i = 0; i < TRACEPOINTS_SHOWN; i++)
		format_free(reading->formats[i]);
	capture_free(reading->source);
}

static struct out_buffer *buffer_to_nowhere(void)
{
	static struct out_buffer *buffer;

	if (!buffer)
		buffer = out_buffer_new(open("/dev/null", O_WRONLY | O_CLOEXEC));
	must_hold(buffer != NULL, "there is memory");
	return buffer;
}

static void read_capture(int fd)
{
	struct reading reading = {.buffer = buffer_to_nowhere()};
	struct error err = {0};
	int code = capture_open(fd, -1, &reading.source, &err);

	if (code < 0) {
		check_reason(code, &err);
		return;
	}
	capture_want(reading.source, PERF_RECORD_FORK);
	capture_want(reading.source, RECORD_CGROUP);
	capture_want(reading.source, PERF_FILE_RECORD_EVENT_TYPE);
	begin(&reading);
	drain(&reading);
	ask(reading.source);
	end(&reading);
}

static void read_file(const uint8_t *bytes, size_t size)
{
	int fd = memfd_create("capture", MFD_CLOEXEC);

	must_hold(fd >= 0 && write(fd, bytes, size) == (ssize_t)size, "a memfd can be written");
	must_hold(lseek(fd, 0, SEEK_SET) == 0, "a memfd can be read");
	read_capture(fd);
	close(fd);
}

static void read_stream(const uint8_t *bytes, size_t size)
{
	int ends[2];

	must_hold(pipe(ends) == 0, "a pipe can be made");
	must_hold(write(ends[1], bytes, size) == (ssize_t)size, "a pipe can be written");
	close(ends[1]);
	read_capture(ends[0]);
	close(ends[0]);
}

void fuzz_capture(const uint8_t *bytes, size_t size)
{
	if (size > PIPE_SIZE)
		return;
	read_file(bytes, size);
	read_stream(bytes, size);
}
