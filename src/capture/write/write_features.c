/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/error.h"
#include "capture/perf_file.h"
#include "capture/write/write_head.h"
#include "host/hardware.h"
#include "host/kernel_build_id.h"
#include "host/perf_clock.h"

static void put_u32(struct buffer *out, uint32_t value)
{
	buffer_put(out, &value, sizeof(value));
}

static void put_text(struct buffer *out, const char *text)
{
	static const char zeros[PERF_FILE_TEXT_ALIGNMENT];
	size_t length = strlen(text) + 1;
	size_t padding = (PERF_FILE_TEXT_ALIGNMENT - length % PERF_FILE_TEXT_ALIGNMENT) %
			 PERF_FILE_TEXT_ALIGNMENT;

	put_u32(out, (uint32_t)(length + padding));
	buffer_put(out, text, length);
	buffer_put(out, zeros, padding);
}

static void put_utsname(struct buffer *out, enum perf_file_feature bit)
{
	struct utsname host;

	if (uname(&host) < 0)
		memset(&host, 0, sizeof(host));
	if (bit == PERF_FILE_HOSTNAME)
		put_text(out, host.nodename);
	else if (bit == PERF_FILE_OSRELEASE)
		put_text(out, host.release);
	else
		put_text(out, host.machine);
}

/* The machine's name, if no CPU has one: perf 6.1 crashes without this feature. */
static void put_cpudesc(struct buffer *out)
{
	char model[256];

	if (hardware_cpu_model(HARDWARE_CPUINFO, model, sizeof(model)))
		put_text(out, model);
	else
		put_utsname(out, PERF_FILE_ARCH);
}

static void put_cpuid(struct buffer *out)
{
	char cpuid[256];

	if (hardware_cpuid(HARDWARE_CPUINFO, cpuid, sizeof(cpuid)))
		put_text(out, cpuid);
}

static void put_total_mem(struct buffer *out)
{
	const uint64_t total = hardware_memory(HARDWARE_MEMINFO);

	buffer_put(out, &total, sizeof(total));
}

/* Of the kernel: without it perf uses the symbols of the kernel that it runs on. */
static void put_build_id(struct buffer *out)
{
	struct {
		struct perf_event_header header;
		int32_t pid;
		unsigned char id[KERNEL_BUILD_ID_MAX];
		uint8_t size, reserved[3];
		char name[20]; /* so that the size, of a record in streams, is a multiple of 8 */
	} record = {
		.header = {PERF_FILE_RECORD_BUILD_ID,
			   PERF_RECORD_MISC_KERNEL | PERF_FILE_MISC_BUILD_ID_SIZE, sizeof(record)},
		.pid = -1,
		.name = "[kernel.kallsyms]",
	};

	record.size = (uint8_t)kernel_build_id(KERNEL_BUILD_ID_NOTES, record.id);
	if (record.size > 0)
		buffer_put(out, &record, sizeof(record));
}

static void put_cmdline(struct buffer *out, const char *const *argv)
{
	uint32_t count = 0;

	while (argv[count])
		count++;
	put_u32(out, count);
	for (uint32_t i = 0; i < count; i++)
		put_text(out, argv[i]);
}

static void put_event_desc(struct buffer *out, const struct capture_description *description)
{
	uint32_t size = capture_attr_size(description);

	put_u32(out, (uint32_t)description->event_count);
	put_u32(out, size);
	for (size_t i = 0; i < description->event_count; i++) {
		const struct recorded_event *event = &description->events[i];
		const struct perf_event_attr attr = capture_attr(event, size);

		buffer_put(out, &attr, size);
		put_u32(out, (uint32_t)event->id_count);
		put_text(out, event->name);
		buffer_put(out, event->ids, event->id_count * sizeof(*event->ids));
	}
}

static void put_clockid(struct buffer *out)
{
	struct timespec smallest = {0};

	clock_getres(CLOCK_MONOTONIC, &smallest);
	const uint64_t resolution = timespec_ns(&smallest);
	buffer_put(out, &resolution, sizeof(resolution));
}

/* One moment by both clocks, to convert events' times to wall time. */
static void put_clock_data(struct buffer *out)
{
	const uint64_t wall = clock_now_ns(CLOCK_REALTIME);
	const uint64_t monotonic = perf_clock_now_ns();

	put_u32(out, 1); /* version */
	put_u32(out, CLOCK_MONOTONIC);
	buffer_put(out, &wall, sizeof(wall));
	buffer_put(out, &monotonic, sizeof(monotonic));
}

/* The times of the first and last sample, filled in at the close. */
static void put_sample_time(struct buffer *out)
{
	const uint64_t unknown[2] = {0, 0};

	buffer_put(out, unknown, sizeof(unknown));
}

static void put_body(struct buffer *out, const struct capture_description *description,
		     enum perf_file_feature bit)
{
	switch (bit) {
	case PERF_FILE_BUILD_ID:
		put_build_id(out);
		break;
	case PERF_FILE_HOSTNAME:
	case PERF_FILE_OSRELEASE:
	case PERF_FILE_ARCH:
		put_utsname(out, bit);
		break;
	case PERF_FILE_VERSION:
		put_text(out, "perf_exec_trace " PXT_VERSION);
		break;
	case PERF_FILE_NRCPUS:
		put_u32(out, description->cpus_configured);
		put_u32(out, description->cpus_online);
		break;
	case PERF_FILE_CPUDESC:
		put_cpudesc(out);
		break;
	case PERF_FILE_CPUID:
		put_cpuid(out);
		break;
	case PERF_FILE_TOTAL_MEM:
		put_total_mem(out);
		break;
	case PERF_FILE_CMDLINE:
		put_cmdline(out, description->argv);
		break;
	case PERF_FILE_EVENT_DESC:
		put_event_desc(out, description);
		break;
	case PERF_FILE_SAMPLE_TIME:
		put_sample_time(out);
		break;
	case PERF_FILE_CLOCKID:
		put_clockid(out);
		break;
	case PERF_FILE_CLOCK_DATA:
		put_clock_data(out);
		break;
	case PERF_FILE_TRACING_DATA:
	case PERF_FILE_DIR_FORMAT:
	case PERF_FILE_RESERVED:
		break;
	}
}

static int make_body(const struct capture_description *description, enum perf_file_feature bit,
		     struct buffer *body, struct error *err)
{
	if (bit == PERF_FILE_TRACING_DATA)
		return tracing_data_make(description->formats, description->events,
					 description->event_count, body, err);
	put_body(body, description, bit);
	return body->failed ? error_no_memory(err) : 0;
}

int capture_features_make(const struct capture_description *description,
			  struct capture_features *features, struct error *err)
{
	static const enum perf_file_feature bits[] = {
		PERF_FILE_TRACING_DATA, PERF_FILE_BUILD_ID, PERF_FILE_HOSTNAME,
		PERF_FILE_OSRELEASE,    PERF_FILE_VERSION,  PERF_FILE_ARCH,
		PERF_FILE_NRCPUS,       PERF_FILE_CPUDESC,  PERF_FILE_CPUID,
		PERF_FILE_TOTAL_MEM,    PERF_FILE_CMDLINE,  PERF_FILE_EVENT_DESC,
		PERF_FILE_SAMPLE_TIME,  PERF_FILE_CLOCKID,  PERF_FILE_CLOCK_DATA,
	};
	struct capture_features made = {0};
	int code = 0;

	for (size_t i = 0; code == 0 && i < ARRAY_SIZE(bits); i++) {
		bool of_clock = bits[i] == PERF_FILE_CLOCKID || bits[i] == PERF_FILE_CLOCK_DATA;

		if (of_clock && !description->events[0].attr.use_clockid)
			continue;
		struct capture_feature *feature = &made.list[made.count];
		feature->bit = bits[i];
		code = make_body(description, bits[i], &feature->body, err);
		/* Features that the host has no data for are left out. */
		made.count += feature->body.size > 0;
	}
	if (code < 0) {
		capture_features_done(&made);
		return code;
	}
	*features = made;
	return 0;
}

void capture_features_done(struct capture_features *features)
{
	for (size_t i = 0; i < features->count; i++)
		buffer_done(&features->list[i].body);
	features->count = 0;
}
