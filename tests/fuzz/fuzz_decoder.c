/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/files.h"
#include "base/load.h"
#include "decode/decoder.h"
#include "decode/format_dir.h"
#include "exec/image.h"
#include "fuzz.h"
#include "sink/raw.h"
#include "sink/sink.h"
#include "task/task_table.h"

/* In the order of the byte that chooses: append only, the corpus goes by it. */
static const struct {
	const char *name;
	struct machine machine;
	const char *registers; /* of this machine */
} kernels[] = {
	{"amd64-6.1.0-50", {.big_endian = false, .long_size = 8}, "x86_64"},
	{"amd64-7.3.4+deb13", {.big_endian = false, .long_size = 8}, "x86_64"},
	{"s390x-6.1.0-50", {.big_endian = true, .long_size = 8}, "s390x"},
	{"s390x-7.2.13+deb14", {.big_endian = true, .long_size = 8}, "s390x"},
	{"i386-5.10.0-32", {.big_endian = false, .long_size = 4}, "i686"},
	{"android-hammerhead_MRA59G_3.4.0", {.big_endian = false, .long_size = 4}, ""},
	{"android-walleye_OPM5.171019.017.A1_4.4.88",
	 {.big_endian = false, .long_size = 8},
	 "aarch64"},
};

/* What is kept from one input to the next. */
struct parts {
	struct format *formats[TRACEPOINT_COUNT];
	struct decoder *decoder; /* of samples with nothing behind their raw data */
	struct decoder *extra_decoder;
	struct raw *raw;
};

struct output {
	int fd;
	struct out_buffer *buffer;
};

/* What comes before each record of an input. */
struct frame {
	uint8_t kind; /* of `kinds` */
	uint8_t time; /* since the one before, in us */
	uint8_t pid, tid;
	uint16_t size;       /* bytes of raw data or body; little-endian */
	uint16_t extra_size; /* bytes behind the raw data */
};

static const struct {
	uint32_t type;
	uint16_t misc;
} kinds[] = {
	{PERF_RECORD_SAMPLE, 0},
	{PERF_RECORD_COMM, 0},
	{PERF_RECORD_COMM, PERF_RECORD_MISC_COMM_EXEC},
	{PERF_RECORD_FORK, 0},
	{RECORD_CGROUP, 0},
	{PERF_RECORD_LOST, 0},
	{RECORD_NOTE, 0},
};

static struct sink *(*const new_sinks[])(const struct sink_context *context) = {
	sink_pipe_new,  sink_extended_new, sink_json_new,
	sink_table_new, sink_tree_new,     sink_summary_new,
};

/* Made anew for each input, which must not depend on those before. */
struct run {
	const struct parts *parts;
	struct task_table *tasks;
	struct image_maker images;
	struct sink *sinks[ARRAY_SIZE(new_sinks)];
	uint64_t time_ns;
};

/* Of an event of ours, which is no kernel's: as it is on amd64. */
static void load_probed_path(const struct machine *machine, struct parts *parts)
{
	struct buffer text = {0};
	struct error err = {0};

	must_hold(file_read_all(AT_FDCWD, "fixtures/probe/path-format", SIZE_MAX, &text) == 0,
		  "this is the top of the tree");
	must_hold(format_parse("perf_exec_trace_12_34", text.bytes, text.size, machine,
			       &parts->formats[TRACEPOINT_PROBED_PATH], &err) == 0,
		  "a fixture is a good one");
	buffer_done(&text);
}

static void load_formats(const char *name, const struct machine *machine, struct parts *parts)
{
	char path[256];
	struct format_dir dir;
	struct error err = {0};

	snprintf(path, sizeof(path), "formats/%s", name);
	must_hold(format_dir_open(&dir, path, &err) == 0, "this is the top of the tree");
	for (size_t i = 0; i < TRACEPOINT_COUNT; i++) {
		int code = format_dir_read(&dir, tracepoint_types[i]->system,
					   tracepoint_types[i]->name, machine, &parts->formats[i],
					   &err);

		must_hold(code == 0 || (code == -ENOENT && i >= TRACEPOINTS_SHOWN),
			  "a shipped format is a good one");
	}
	format_dir_close(&dir);
	load_probed_path(machine, parts);
}

static struct decoder *make_decoder(const struct format *const formats[TRACEPOINT_COUNT])
{
	struct decoder *decoder = NULL;
	struct error err = {0};

	must_hold(decoder_new(formats, &decoder, &err) == 0, "a shipped kernel is decoded");
	decoder_want_facts(decoder);
	return decoder;
}

static void make_parts(size_t kernel, struct out_buffer *buffer, struct parts *parts)
{
	const struct format *formats[TRACEPOINT_COUNT];
	const struct registers *registers = registers_of_machine(kernels[kernel].registers);
	const struct sample_extra_layout layout = {
		.sample_type = PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER | SAMPLE_EXTRA_CGROUP,
		.regs_user = registers_at_exec(registers) | registers_at_exit(registers),
		.swap = kernels[kernel].machine.big_endian != machine_native().big_endian,
	};

	load_formats(kernels[kernel].name, &kernels[kernel].machine, parts);
	memcpy(formats, parts->formats, sizeof(formats));
	parts->decoder = make_decoder(formats);
	parts->extra_decoder = make_decoder(formats);
	for (unsigned int i = 0; i < TRACEPOINTS_SHOWN; i++)
		decoder_set_extra(parts->extra_decoder, (enum tracepoint)i, &layout, registers);
	parts->raw = raw_new(buffer, formats, TRACEPOINT_COUNT);
	must_hold(parts->raw != NULL, "there is memory");
}

static struct output *open_output(void)
{
	static struct output output;

	if (!output.buffer) {
		output.fd = memfd_create("lines", MFD_CLOEXEC);
		output.buffer = out_buffer_new(output.fd);
		must_hold(output.fd >= 0 && output.buffer, "there is memory");
	}
	return &output;
}

/* Made once a process, and reachable from here until its end. */
static const struct parts *parts_of(size_t kernel, struct output *output)
{
	static struct parts made[ARRAY_SIZE(kernels)];

	if (!made[kernel].decoder)
		make_parts(kernel, output->buffer, &made[kernel]);
	return &made[kernel];
}

static void run_begin(struct run *run, const struct parts *parts, struct out_buffer *buffer)
{
	static const struct env_selection all = {.all = true};
	const struct sink_context context = {.output = buffer, .environment = true};

	*run = (struct run){.parts = parts, .images = {.selection = &all}};
	run->tasks = task_table_new();
	must_hold(run->tasks && task_table_keep_facts(run->tasks) == 0, "there is memory");
	for (size_t i = 0; i < ARRAY_SIZE(new_sinks); i++) {
		run->sinks[i] = new_sinks[i](&context);
		must_hold(run->sinks[i] != NULL, "there is memory");
	}
}

static void run_end(struct run *run)
{
	for (size_t i = 0; i < ARRAY_SIZE(new_sinks); i++) {
		must_hold(sink_finish(run->sinks[i]) == 0, "it can be shown");
		sink_free(run->sinks[i]);
	}
	image_maker_done(&run->images);
	task_table_free(run->tasks);
}

/* Bytes that escape_text() lets through are valid UTF-8: only control bytes are looked for. */
static void check_lines(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		must_hold(text[i] == '\n' || ((unsigned char)text[i] >= ' ' && text[i] != '\177'),
			  "no line has a control byte");
	must_hold(size == 0 || text[size - 1] == '\n', "all lines are whole");
}

/* What was written since the last time. Returns how many lines that do not begin with a blank. */
static size_t check_output(const struct output *output)
{
	size_t lines = 0;

	must_hold(out_buffer_flush(output->buffer) == 0, "a memfd can be written");
	off_t size = lseek(output->fd, 0, SEEK_CUR);
	if (size == 0)
		return 0;
	char *text = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, output->fd, 0);
	must_hold(text != MAP_FAILED, "a memfd can be mapped");
	check_lines(text, (size_t)size);
	for (off_t i = 0; i < size; i++)
		lines += (i == 0 || text[i - 1] == '\n') && text[i] != ' ';
	munmap(text, (size_t)size);
	must_hold(lseek(output->fd, 0, SEEK_SET) == 0, "a memfd can be written anew");
	return lines;
}

static void check_facts(const struct facts *facts)
{
	const struct exit_status *status = &facts->status;

	must_hold(!status->known || facts->last == KNOWN_YES, "only a process has a status");
	must_hold(!status->known || status->signal > 0 || (status->code >= 0 && status->code < 256),
		  "a status is a signal or a code");
}

static void show(struct run *run, struct event *event, const struct output *output)
{
	for (size_t i = 0; i < ARRAY_SIZE(new_sinks); i++) {
		must_hold(sink_event(run->sinks[i], event) == 0, "it can be shown");
		size_t lines = check_output(output);
		must_hold(new_sinks[i] != sink_pipe_new || lines == 1, "an event is a line");
	}
}

/* As the pipeline does it. */
static void feed(struct run *run, const struct record *record, const struct output *output)
{
	const struct decoder *decoder =
		record->extra_size > 0 ? run->parts->extra_decoder : run->parts->decoder;
	const struct task *task;
	struct event event;
	struct facts facts;
	int code = decoder_decode(decoder, record, &event);

	must_hold(code == 0 || code == 1 || code == -EBADMSG, "it is an event or it is not");
	if (code != 1)
		return;
	if (event.type == EVENT_EXEC)
		must_hold(image_make(&run->images, &event) == 0, "there is memory");
	must_hold(task_table_apply(run->tasks, &event, &task) == 0, "there is memory");
	if (task) {
		task_table_describe(run->tasks, &event, &facts);
		check_facts(&facts);
		event.facts = &facts;
	}
	if (event.type < EVENT_SHOWN_TYPES)
		show(run, &event, output);
}

/* The next record of an input, or false. */
static bool take_record(const uint8_t **at, const uint8_t *end, struct run *run,
			struct record *record)
{
	const bool swap = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	struct frame frame;

	if ((size_t)(end - *at) < sizeof(frame))
		return false;
	memcpy(&frame, *at, sizeof(frame));
	*at += sizeof(frame);
	const size_t kind = frame.kind % ARRAY_SIZE(kinds), left = (size_t)(end - *at);
	uint32_t size = load16(&frame.size, swap), extra_size = load16(&frame.extra_size, swap);

	if (size + extra_size > left)
		return false;
	run->time_ns += frame.time * UINT64_C(1000);
	*record = (struct record){
		.type = kinds[kind].type,
		.misc = kinds[kind].misc,
		.pid = frame.pid,
		.tid = frame.tid,
		.time_ns = run->time_ns,
		.lost = size,
	};
	if (record->type == PERF_RECORD_SAMPLE) {
		record->raw = *at;
		record->raw_size = size;
		record->extra_size = extra_size;
	} else {
		record->body = *at;
		record->body_size = size;
	}
	*at += size + extra_size;
	return true;
}

void fuzz_decoder(const uint8_t *bytes, size_t size)
{
	const uint8_t *at = bytes + 1;
	struct output *output = open_output();
	struct record record;
	struct run run;

	if (size == 0 || bytes[0] >= ARRAY_SIZE(kernels))
		return;
	run_begin(&run, parts_of(bytes[0], output), output->buffer);
	while (take_record(&at, bytes + size, &run, &record)) {
		feed(&run, &record, output);
		if (record.type != PERF_RECORD_SAMPLE)
			continue;
		must_hold(raw_show(run.parts->raw, &record) == 0, "it can be shown");
		must_hold(check_output(output) == 0, "below a line all is indented");
	}
	run_end(&run);
	check_output(output);
}
