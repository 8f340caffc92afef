/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "decode/decoder.h"
#include "decode/format_dir.h"
#include "fuzz.h"
#include "sink/raw.h"
#include "sink/sink.h"

/* In the order of the byte that chooses: append only, the corpus goes by it. */
static const struct {
	const char *name;
	struct machine machine;
} kernels[] = {
	{"amd64-6.1.0-50", {.big_endian = false, .long_size = 8}},
	{"amd64-7.3.4+deb13", {.big_endian = false, .long_size = 8}},
	{"s390x-6.1.0-50", {.big_endian = true, .long_size = 8}},
	{"s390x-7.2.13+deb14", {.big_endian = true, .long_size = 8}},
	{"i386-5.10.0-32", {.big_endian = false, .long_size = 4}},
	{"android-hammerhead_MRA59G_3.4.0", {.big_endian = false, .long_size = 4}},
	{"android-walleye_OPM5.171019.017.A1_4.4.88", {.big_endian = false, .long_size = 8}},
};

struct parts {
	struct format *formats[TRACEPOINT_COUNT];
	struct decoder *decoder;
	struct raw *raw;
	struct sink *sink;
};

struct output {
	int fd;
	struct writer *writer;
};

static void load_formats(const char *name, const struct machine *machine, struct parts *parts)
{
	char path[256];
	struct format_dir dir;
	struct error err = {0};

	snprintf(path, sizeof(path), "formats/%s", name);
	must_hold(format_dir_open(&dir, path, &err) == 0, "this is the top of the tree");
	for (size_t i = 0; i < TRACEPOINTS_SHOWN; i++)
		must_hold(format_dir_read(&dir, tracepoint_names[i].system,
					  tracepoint_names[i].name, machine, &parts->formats[i],
					  &err) == 0,
			  "a shipped format is a good one");
	format_dir_close(&dir);
}

static void make_parts(size_t kernel, struct writer *writer, struct parts *parts)
{
	const struct format *formats[TRACEPOINT_COUNT] = {NULL};
	struct error err = {0};

	load_formats(kernels[kernel].name, &kernels[kernel].machine, parts);
	for (size_t i = 0; i < TRACEPOINTS_SHOWN; i++)
		formats[i] = parts->formats[i];
	must_hold(decoder_new(formats, &parts->decoder, &err) == 0, "a shipped kernel is decoded");
	parts->raw = raw_new(writer, formats, TRACEPOINT_COUNT);
	parts->sink = sink_pipe_new(&(struct sink_context){.writer = writer});
	must_hold(parts->raw && parts->sink, "there is memory");
}

/* Made once a process, and reachable from here until its end. */
static const struct parts *parts_of(size_t kernel, struct output **output)
{
	static struct parts made[ARRAY_SIZE(kernels)];
	static struct output out;

	if (!out.writer) {
		out.fd = memfd_create("lines", MFD_CLOEXEC);
		out.writer = writer_new(out.fd);
		must_hold(out.fd >= 0 && out.writer, "there is memory");
	}
	if (!made[kernel].decoder)
		make_parts(kernel, out.writer, &made[kernel]);
	*output = &out;
	return &made[kernel];
}

/* Bytes that escape_text() lets through are valid UTF-8: only control bytes are looked for. */
static void check_lines(const char *text, size_t size, size_t events)
{
	bool at_start = true;

	for (size_t i = 0; i < size; i++) {
		bool ends = text[i] == '\n';

		must_hold(ends || ((unsigned char)text[i] >= ' ' && text[i] != '\177'),
			  "no line has a control byte");
		if (at_start && text[i] != ' ') {
			must_hold(events > 0, "only an event's own line begins otherwise");
			events--;
		}
		at_start = ends;
	}
	must_hold(at_start && events == 0, "all lines are whole");
}

static void check_output(const struct output *output, size_t events)
{
	must_hold(writer_flush(output->writer) == 0, "a memfd can be written");
	off_t size = lseek(output->fd, 0, SEEK_CUR);
	void *text = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, output->fd, 0);

	must_hold(text != MAP_FAILED, "a memfd can be mapped");
	check_lines(text, (size_t)size, events);
	munmap(text, (size_t)size);
	must_hold(lseek(output->fd, 0, SEEK_SET) == 0, "a memfd can be written anew");
}

void fuzz_decoder(const uint8_t *bytes, size_t size)
{
	struct output *output;
	struct event event;

	if (size == 0 || bytes[0] >= ARRAY_SIZE(kernels))
		return;
	const struct parts *parts = parts_of(bytes[0], &output);
	const struct record record = {
		.type = PERF_RECORD_SAMPLE,
		.raw = bytes + 1,
		.raw_size = (uint32_t)(size - 1),
	};
	int code = decoder_decode(parts->decoder, &record, &event);
	must_hold(code == 0 || code == 1 || code == -EBADMSG, "it is an event or it is not");
	if (code == 1)
		must_hold(sink_event(parts->sink, &event) == 0, "it can be shown");
	must_hold(raw_show(parts->raw, &record) == 0, "it can be shown");
	check_output(output, code == 1);
}
