/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes before the records of a capture, read back field by field.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "capture/notes/kinds.h"
#include "capture/notes/note.h"
#include "capture/read/tracing_data.h"
#include "capture/write/write_head.h"
#include "capture/write/write_records.h"
#include "host/hardware.h"
#include "host/kernel_build_id.h"
#include "perf/perf_event.h"
#include "support.h"

#define FORMATS "formats/amd64-6.1.0-50"

static const uint64_t ids[] = {11, 12, 21, 22, 31, 32};
static const char *const argv[] = {"perf_exec_trace", "record", "-o", "x", "--", "a b", NULL};
static const struct recorded_event events[] = {
	{.attr = {.type = PERF_TYPE_TRACEPOINT, .size = PERF_ATTR_SIZE_VER3, .use_clockid = 1},
	 .name = "sched:sched_process_fork",
	 .ids = ids,
	 .id_count = 2},
	{.attr = {.type = PERF_TYPE_TRACEPOINT, .size = PERF_ATTR_SIZE_VER3, .use_clockid = 1},
	 .name = "sched:sched_process_exit",
	 .ids = ids + 2,
	 .id_count = 2},
	{.attr = {.type = PERF_TYPE_SOFTWARE, .size = PERF_ATTR_SIZE_VER3, .use_clockid = 1},
	 .name = "dummy",
	 .ids = ids + 4,
	 .id_count = 2},
};

static struct format_dir dir;

static int open_formats(void **state)
{
	struct error err;

	(void)state;
	return format_dir_open(&dir, FORMATS, &err);
}

static struct capture_description describe(void)
{
	return (struct capture_description){
		.events = events,
		.event_count = ARRAY_SIZE(events),
		.formats = &dir,
		.argv = argv,
		.cpus_online = 2,
		.cpus_configured = 4,
	};
}

/* ---- reading ------------------------------------------------------------------------------------
 */

struct reader {
	const char *at, *end;
};

static const char *take(struct reader *reader, size_t size)
{
	const char *taken = reader->at;

	assert_true((size_t)(reader->end - reader->at) >= size);
	reader->at += size;
	return taken;
}

static uint32_t take_u32(struct reader *reader)
{
	uint32_t value;

	memcpy(&value, take(reader, sizeof(value)), sizeof(value));
	return value;
}

static uint64_t take_u64(struct reader *reader)
{
	uint64_t value;

	memcpy(&value, take(reader, sizeof(value)), sizeof(value));
	return value;
}

static void take_exactly(struct reader *reader, const char *expected, size_t size)
{
	assert_memory_equal(take(reader, size), expected, size);
}

/* A padded text of a feature. */
static void take_text(struct reader *reader, const char *expected)
{
	uint32_t size = take_u32(reader);

	assert_int_equal(size % PERF_FILE_TEXT_ALIGNMENT, 0);
	const char *text = take(reader, size);
	assert_int_equal(text[size - 1], '\0');
	assert_string_equal(text, expected);
}

static void take_file(struct reader *reader, const char *path)
{
	size_t size;
	char *expected = load_file(path, &size);

	assert_int_equal(take_u64(reader), size);
	take_exactly(reader, expected, size);
	free(expected);
}

static struct reader read_feature(const struct capture_features *features,
				  enum perf_file_feature bit)
{
	for (size_t i = 0; i < features->count; i++) {
		const struct capture_feature *feature = &features->list[i];

		if (feature->bit == bit)
			return (struct reader){feature->body.bytes,
					       feature->body.bytes + feature->body.size};
	}
	fail();
	return (struct reader){0};
}

static void make(const struct capture_description *description, struct capture_features *features)
{
	struct error err = {0};

	assert_int_equal(capture_features_make(description, features, &err), 0);
	for (size_t i = 1; i < features->count; i++)
		assert_true(features->list[i - 1].bit < features->list[i].bit);
}

/* ---- tests ---- */

static void test_tracing_data(void **state)
{
	const struct machine machine = machine_native();
	const struct capture_description description = describe();
	struct capture_features features;

	(void)state;
	make(&description, &features);
	struct reader reader = read_feature(&features, PERF_FILE_TRACING_DATA);
	take_exactly(&reader, "\x17\x08\x44tracing", 10);
	take_exactly(&reader, "0.6", 4);
	assert_int_equal(*take(&reader, 1), machine.big_endian);
	assert_int_equal(*take(&reader, 1), machine.long_size);
	assert_int_equal(take_u32(&reader), sysconf(_SC_PAGESIZE));
	take_exactly(&reader, "header_page", 12);
	take_file(&reader, FORMATS "/events/header_page");
	take_exactly(&reader, "header_event", 13);
	assert_true(take_u64(&reader) > 0);
	/* The fixtures have no header_event: there is one all the same. */
	const char *end = memmem(reader.at, (size_t)(reader.end - reader.at), "32 bits\n", 8);
	assert_non_null(end);
	reader.at = end + 8;
	assert_int_equal(take_u32(&reader), 0);
	assert_int_equal(take_u32(&reader), 1);
	take_exactly(&reader, "sched", 6);
	assert_int_equal(take_u32(&reader), 2);
	take_file(&reader, FORMATS "/events/sched/sched_process_fork/format");
	take_file(&reader, FORMATS "/events/sched/sched_process_exit/format");
	assert_int_equal(take_u32(&reader), 0);
	assert_int_equal(take_u32(&reader), 0);
	assert_int_equal(take_u64(&reader), 0);
	assert_ptr_equal(reader.at, reader.end);
	capture_features_done(&features);
}

static void test_formats_of_several_systems(void **state)
{
	static const char *const names[] = {"sched:sched_process_fork", "task:task_newtask",
					    "sched:sched_process_exit", "dummy",
					    "signal:signal_generate"};
	struct recorded_event mixed[ARRAY_SIZE(names)];
	struct tracing_data *data;
	struct error err;
	struct buffer bytes = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		mixed[i] = (struct recorded_event){
			.attr.type =
				strchr(names[i], ':') ? PERF_TYPE_TRACEPOINT : PERF_TYPE_SOFTWARE,
			.name = names[i],
		};
	assert_int_equal(tracing_data_make(&dir, mixed, ARRAY_SIZE(mixed), &bytes, &err), 0);
	assert_int_equal(tracing_data_parse(bytes.bytes, bytes.size, &data, &err), 0);
	assert_int_equal(data->event_count, 4);
	assert_ptr_equal(tracing_data_find(data, "sched", "sched_process_fork"), &data->events[0]);
	assert_ptr_equal(tracing_data_find(data, "sched", "sched_process_exit"), &data->events[1]);
	assert_ptr_equal(tracing_data_find(data, "task", "task_newtask"), &data->events[2]);
	assert_ptr_equal(tracing_data_find(data, "signal", "signal_generate"), &data->events[3]);
	/* Nothing is left out behind them. */
	assert_ptr_equal(data->events[3].format.bytes + data->events[3].format.length + 16,
			 bytes.bytes + bytes.size);
	tracing_data_free(data);
	buffer_done(&bytes);
}

/* ---- attributes of different sizes ---- */

static const struct recorded_event sizes[] = {
	{.attr = {.type = PERF_TYPE_TRACEPOINT,
		  .size = PERF_ATTR_SIZE_VER1,
		  .config2 = 5,
		  .sample_regs_user = 77}, /* beyond its size */
	 .name = "sched:sched_process_fork",
	 .ids = ids,
	 .id_count = 2},
	{.attr = {.type = PERF_TYPE_TRACEPOINT,
		  .size = PERF_ATTR_SIZE_VER5,
		  .sample_regs_user = 6,
		  .sample_stack_user = 16384,
		  .sample_max_stack = 7},
	 .name = "sched:sched_process_exec",
	 .ids = ids + 2,
	 .id_count = 2},
};

static void assert_sizes(const void *at, size_t index)
{
	struct perf_event_attr attr = {0};

	memcpy(&attr, at, PERF_ATTR_SIZE_VER5);
	assert_int_equal(attr.size, PERF_ATTR_SIZE_VER5);
	assert_int_equal(attr.config2, index == 0 ? 5 : 0);
	assert_int_equal(attr.sample_regs_user, index == 0 ? 0 : 6);
	assert_int_equal(attr.sample_stack_user, index == 0 ? 0 : 16384);
	assert_int_equal(attr.sample_max_stack, index == 0 ? 0 : 7);
}

static void test_attributes_are_padded_to_the_largest(void **state)
{
	const size_t entry = PERF_ATTR_SIZE_VER5 + sizeof(struct perf_file_section);
	struct capture_description description = describe();
	struct capture_features features = {0};
	struct perf_file_section section;
	struct perf_file_header header;
	struct buffer head = {0};

	(void)state;
	description.events = sizes;
	description.event_count = ARRAY_SIZE(sizes);
	assert_int_equal(capture_file_head(&description, &features, &header, &section, &head), 0);
	assert_int_equal(header.attr_size, entry);
	assert_int_equal(header.attrs.size, 2 * entry);
	assert_int_equal(header.data.offset, head.size);
	for (size_t i = 0; i < 2; i++) {
		const char *at = head.bytes + header.attrs.offset + i * entry;

		assert_sizes(at, i);
		memcpy(&section, at + PERF_ATTR_SIZE_VER5, sizeof(section));
		assert_memory_equal(head.bytes + section.offset, sizes[i].ids, section.size);
	}
	buffer_done(&head);
}

static void test_attributes_of_a_stream_are_padded_too(void **state)
{
	struct capture_description description = describe();
	struct capture_features features = {0};
	struct buffer head = {0};

	(void)state;
	description.events = sizes;
	description.event_count = ARRAY_SIZE(sizes);
	assert_int_equal(capture_pipe_head(&description, &features, &head), 0);
	struct reader reader = {head.bytes + 16, head.bytes + head.size};
	for (size_t i = 0; i < 2; i++) {
		struct perf_event_header record;

		memcpy(&record, take(&reader, sizeof(record)), sizeof(record));
		assert_int_equal(record.type, PERF_FILE_RECORD_ATTR);
		assert_int_equal(record.size, sizeof(record) + PERF_ATTR_SIZE_VER5 + 16);
		assert_sizes(take(&reader, PERF_ATTR_SIZE_VER5), i);
		take_exactly(&reader, (const char *)sizes[i].ids, 16);
	}
	buffer_done(&head);
}

static void test_sizes_in_the_description_of_events(void **state)
{
	struct capture_description description = describe();
	struct capture_features features;

	(void)state;
	description.events = sizes;
	description.event_count = ARRAY_SIZE(sizes);
	make(&description, &features);
	struct reader reader = read_feature(&features, PERF_FILE_EVENT_DESC);
	assert_int_equal(take_u32(&reader), 2);
	assert_int_equal(take_u32(&reader), PERF_ATTR_SIZE_VER5);
	for (size_t i = 0; i < 2; i++) {
		assert_sizes(take(&reader, PERF_ATTR_SIZE_VER5), i);
		assert_int_equal(take_u32(&reader), 2);
		take_text(&reader, sizes[i].name);
		take_exactly(&reader, (const char *)sizes[i].ids, 16);
	}
	assert_ptr_equal(reader.at, reader.end);
	capture_features_done(&features);
}

static void test_host_and_command_line(void **state)
{
	const struct capture_description description = describe();
	struct capture_features features;
	struct utsname host;

	(void)state;
	assert_int_equal(uname(&host), 0);
	make(&description, &features);
	struct reader reader = read_feature(&features, PERF_FILE_HOSTNAME);
	take_text(&reader, host.nodename);
	reader = read_feature(&features, PERF_FILE_OSRELEASE);
	take_text(&reader, host.release);
	reader = read_feature(&features, PERF_FILE_ARCH);
	take_text(&reader, host.machine);
	reader = read_feature(&features, PERF_FILE_VERSION);
	take_text(&reader, "perf_exec_trace " PXT_VERSION);
	reader = read_feature(&features, PERF_FILE_NRCPUS);
	assert_int_equal(take_u32(&reader), 4);
	assert_int_equal(take_u32(&reader), 2);
	/* perf 6.1 crashes in `data convert --to-json` without it. */
	reader = read_feature(&features, PERF_FILE_CPUDESC);
	assert_int_equal(take_u32(&reader) % PERF_FILE_TEXT_ALIGNMENT, 0);
	assert_int_not_equal(*take(&reader, 1), '\0');
	reader = read_feature(&features, PERF_FILE_TOTAL_MEM);
	assert_true(take_u64(&reader) > 0);
	assert_ptr_equal(reader.at, reader.end);
	reader = read_feature(&features, PERF_FILE_CMDLINE);
	assert_int_equal(take_u32(&reader), 6);
	for (size_t i = 0; argv[i]; i++)
		take_text(&reader, argv[i]);
	assert_ptr_equal(reader.at, reader.end);
	capture_features_done(&features);
}

static const struct capture_feature *find_feature(const struct capture_features *features,
						  enum perf_file_feature bit)
{
	for (size_t i = 0; i < features->count; i++) {
		if (features->list[i].bit == bit)
			return &features->list[i];
	}
	return NULL;
}

/* Which kernel the addresses are of; left out where the host does not tell it. */
static void test_kernel(void **state)
{
	const struct capture_description description = describe();
	struct capture_features features;
	unsigned char id[KERNEL_BUILD_ID_MAX];
	size_t size = kernel_build_id(KERNEL_BUILD_ID_NOTES, id);

	(void)state;
	make(&description, &features);
	assert_int_equal(find_feature(&features, PERF_FILE_BUILD_ID) != NULL, size > 0);
	if (size > 0) {
		struct reader reader = read_feature(&features, PERF_FILE_BUILD_ID);

		assert_int_equal(take_u32(&reader), PERF_FILE_RECORD_BUILD_ID);
		take(&reader, 2); /* misc */
		take(&reader, 2); /* size */
		assert_int_equal((reader.end - reader.at) % 8, 0);
		assert_int_equal(take_u32(&reader), UINT32_MAX);
		take_exactly(&reader, (const char *)id, size);
		reader.at += sizeof(id) - size;
		assert_int_equal(*take(&reader, 4), size);
		take_exactly(&reader, "[kernel.kallsyms]\0\0\0", 20);
		assert_ptr_equal(reader.at, reader.end);
	}
	capture_features_done(&features);
}

static void test_cpu(void **state)
{
	const struct capture_description description = describe();
	struct capture_features features;
	char cpuid[256];
	bool known = hardware_cpuid(HARDWARE_CPUINFO, cpuid, sizeof(cpuid));

	(void)state;
	make(&description, &features);
	assert_int_equal(find_feature(&features, PERF_FILE_CPUID) != NULL, known);
	if (known) {
		struct reader reader = read_feature(&features, PERF_FILE_CPUID);

		take_text(&reader, cpuid);
	}
	capture_features_done(&features);
}

static void test_event_names_and_ids(void **state)
{
	const struct capture_description description = describe();
	struct capture_features features;

	(void)state;
	make(&description, &features);
	struct reader reader = read_feature(&features, PERF_FILE_EVENT_DESC);
	assert_int_equal(take_u32(&reader), 3);
	assert_int_equal(take_u32(&reader), PERF_ATTR_SIZE_VER3);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		take_exactly(&reader, (const char *)&events[i].attr, PERF_ATTR_SIZE_VER3);
		assert_int_equal(take_u32(&reader), 2);
		take_text(&reader, events[i].name);
		assert_int_equal(take_u64(&reader), events[i].ids[0]);
		assert_int_equal(take_u64(&reader), events[i].ids[1]);
	}
	assert_ptr_equal(reader.at, reader.end);
	capture_features_done(&features);
}

static void test_clocks(void **state)
{
	const struct capture_description description = describe();
	struct capture_features features;
	struct timespec now;

	(void)state;
	make(&description, &features);
	struct reader reader = read_feature(&features, PERF_FILE_CLOCK_DATA);
	assert_int_equal(take_u32(&reader), 1);
	assert_int_equal(take_u32(&reader), CLOCK_MONOTONIC);
	assert_true(take_u64(&reader) > 0);
	clock_gettime(CLOCK_MONOTONIC, &now);
	assert_true(take_u64(&reader) <=
		    (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec);
	capture_features_done(&features);
}

/* A kernel before 4.1: times are of perf's own clock, of which nothing is known. */
static void test_no_clock_without_clockid(void **state)
{
	struct recorded_event old = events[0];
	struct capture_description description = describe();
	struct capture_features features;

	(void)state;
	old.attr.use_clockid = 0;
	description.events = &old;
	description.event_count = 1;
	make(&description, &features);
	for (size_t i = 0; i < features.count; i++) {
		assert_int_not_equal(features.list[i].bit, PERF_FILE_CLOCKID);
		assert_int_not_equal(features.list[i].bit, PERF_FILE_CLOCK_DATA);
	}
	capture_features_done(&features);
}

static void test_a_format_that_is_not_there_is_an_error(void **state)
{
	struct recorded_event unknown = events[0];
	struct capture_description description = describe();
	struct capture_features features = {.count = 77};
	struct error err = {0};

	(void)state;
	unknown.name = "sched:nothing";
	description.events = &unknown;
	description.event_count = 1;
	assert_int_equal(capture_features_make(&description, &features, &err), -ENOENT);
	assert_non_null(strstr(err.what, "sched/nothing/format"));
	assert_int_equal(features.count, 77);
}

/* One record after the other, the tracing data's payload behind its record. */
static void test_stream_head(void **state)
{
	const struct capture_description description = describe();
	struct capture_features features;
	unsigned int seen[128] = {0};
	struct buffer head = {0};

	(void)state;
	make(&description, &features);
	assert_int_equal(capture_pipe_head(&description, &features, &head), 0);
	assert_int_equal(head.size % 8, 4); /* the record of the tracing data has 12 bytes */
	struct reader reader = {head.bytes, head.bytes + head.size};
	take_exactly(&reader, "PERFILE2", 8);
	assert_int_equal(take_u64(&reader), 16);
	while (reader.at < reader.end) {
		struct perf_event_header record;

		memcpy(&record, reader.at, sizeof(record));
		assert_true(record.type < ARRAY_SIZE(seen));
		seen[record.type]++;
		const char *body = take(&reader, record.size) + sizeof(record);
		if (record.type == PERF_FILE_RECORD_TRACING_DATA) {
			uint32_t payload;

			memcpy(&payload, body, sizeof(payload));
			assert_memory_equal(take(&reader, payload), "\x17\x08\x44tracing", 10);
		}
	}
	assert_int_equal(seen[PERF_FILE_RECORD_ATTR], 3);
	assert_int_equal(seen[PERF_FILE_RECORD_EVENT_UPDATE], 3);
	assert_int_equal(seen[PERF_FILE_RECORD_TRACING_DATA], 1);
	/* perf reads no feature section of it from a stream. */
	const unsigned int builds = find_feature(&features, PERF_FILE_BUILD_ID) != NULL;
	assert_int_equal(seen[PERF_FILE_RECORD_BUILD_ID], builds);
	assert_int_equal(seen[PERF_FILE_RECORD_FEATURE], features.count - 3 - builds);
	buffer_done(&head);
	capture_features_done(&features);
}

/* ---- the first records ---- */

struct found {
	size_t forks, comms, kernels, maps, cgroups, boot_ids;
	bool us;
	uint64_t mapped;
	char cgroup_path[16]; /* of the last one */
};

static void look(const struct record *record, struct found *found)
{
	const uint32_t *task = record->body;

	switch (record->type) {
	case PERF_RECORD_FORK:
		found->forks++;
		break;
	case PERF_RECORD_COMM:
		found->comms++;
		found->us |= task[1] == (uint32_t)getpid() &&
			     strncmp((const char *)(task + 2), "test_write_head", 15) == 0;
		break;
	case PERF_RECORD_MMAP:
		found->kernels++;
		assert_int_equal(task[0], UINT32_MAX);
		assert_int_equal(load64(task + 2, false), 0xffffffff81000000);
		assert_int_equal(load64(task + 4, false), 0x1000);
		assert_string_equal((const char *)(task + 8), "[kernel.kallsyms]_text");
		break;
	case RECORD_CGROUP:
		found->cgroups++;
		assert_int_not_equal(load64(record->body, false), 0);
		snprintf(found->cgroup_path, sizeof(found->cgroup_path), "%s",
			 (const char *)record->body + sizeof(uint64_t));
		break;
	default:
		fail();
	}
	assert_int_equal(record->time_ns, 0);
	assert_int_equal(record->id, 0);
}

static struct found walk(const char *records, size_t size)
{
	struct reader reader = {records, records + size};
	struct record_layout layout;
	struct found found = {0};

	record_layout_init(&layout, PERF_EVENT_SAMPLE_TYPE, 0, true, false);
	while (reader.at < reader.end) {
		struct perf_event_header header;
		struct record record;

		memcpy(&header, reader.at, sizeof(header));
		assert_int_equal(header.size % 8, 0);
		const char *bytes = take(&reader, header.size);
		/* perf 5.10 refuses FINISHED_INIT, and all that it does not know. */
		assert_true(header.type < 82);
		if (header.type == PERF_FILE_RECORD_THREAD_MAP) {
			found.maps++;
			memcpy(&found.mapped, bytes + 16, sizeof(found.mapped));
		} else if (header.type == PERF_FILE_RECORD_EVENT_TYPE) {
			struct capture_note_part part;

			assert_true(capture_note_parse(bytes, &header, false, &part));
			assert_int_equal(part.note.kind, CAPTURE_NOTE_BOOT_ID);
			assert_int_equal(part.note.size, 36);
			found.boot_ids++;
		} else {
			assert_int_equal(record_parse(bytes, &layout, &record), 0);
			look(&record, &found);
		}
	}
	return found;
}

static struct found records_of(const char *proc, struct capture_beginning beginning)
{
	struct buffer records = {0};

	beginning.proc_fd = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(beginning.proc_fd >= 0);
	assert_int_equal(capture_initial_records(&beginning, &records), 0);
	close(beginning.proc_fd);
	struct found found = walk(records.bytes, records.size);
	buffer_done(&records);
	return found;
}

static struct found initial_records(bool descent, const int32_t *pids, size_t count)
{
	return records_of("/proc", (struct capture_beginning){
					   .descent = descent,
					   .cgroup_fd = -1,
					   .pids = pids,
					   .pid_count = count,
				   });
}

static void test_tasks_that_are_there(void **state)
{
	const int32_t pid = 1234;
	struct found found = initial_records(true, &pid, 1);

	(void)state;
	assert_true(found.us);
	assert_int_equal(found.forks, found.comms);
	assert_int_equal(found.maps, 1);
	assert_int_equal(found.mapped, 1234);
	assert_int_equal(found.cgroups, 0);
	assert_int_equal(found.boot_ids, 1);
}

static void test_a_proc_without_a_boot_id(void **state)
{
	(void)state;
	assert_int_equal(
		records_of("fixtures/proc/host", (struct capture_beginning){.cgroup_fd = -1})
			.boot_ids,
		0);
}

/* Any directory will do. */
static void test_cgroups_that_are_there(void **state)
{
	int fd = open("fixtures/proc/host/30", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct found found =
		records_of("fixtures/proc/host", (struct capture_beginning){.cgroup_fd = fd});

	(void)state;
	assert_int_equal(found.cgroups, 3);
	assert_string_equal(found.cgroup_path, "/task/30");
	close(fd);
}

static void test_names_only(void **state)
{
	struct found found = initial_records(false, NULL, 0);

	(void)state;
	assert_true(found.us);
	assert_int_equal(found.forks, 0);
	assert_true(found.mapped == UINT64_MAX);
}

static size_t kernels_told(const char *symbols)
{
	char directory[] = "/tmp/test_write_head.XXXXXX", path[64];

	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/kallsyms", directory);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(symbols, file);
	fclose(file);
	struct found found =
		records_of(directory, (struct capture_beginning){.kernel = true, .cgroup_fd = -1});
	unlink(path);
	rmdir(directory);
	return found.kernels;
}

/* kptr_restrict shows addresses of 0. */
static void test_where_the_kernel_is(void **state)
{
	(void)state;
	assert_int_equal(kernels_told("0000000000000000 A fixed\n"
				      "ffffffff81000000 T _text\n"
				      "ffffffff81001000 T _etext\n"),
			 1);
	assert_int_equal(kernels_told("0000000000000000 T _text\n0000000000000000 T _etext\n"), 0);
	assert_int_equal(kernels_told(""), 0);
}

/* More pids than a record can name. */
static void test_very_many_pids(void **state)
{
	static int32_t pids[5000];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(pids); i++)
		pids[i] = (int32_t)i + 1;
	assert_int_equal(initial_records(false, pids, ARRAY_SIZE(pids)).mapped, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tracing_data),
		cmocka_unit_test(test_formats_of_several_systems),
		cmocka_unit_test(test_attributes_are_padded_to_the_largest),
		cmocka_unit_test(test_attributes_of_a_stream_are_padded_too),
		cmocka_unit_test(test_sizes_in_the_description_of_events),
		cmocka_unit_test(test_host_and_command_line),
		cmocka_unit_test(test_kernel),
		cmocka_unit_test(test_cpu),
		cmocka_unit_test(test_event_names_and_ids),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_no_clock_without_clockid),
		cmocka_unit_test(test_a_format_that_is_not_there_is_an_error),
		cmocka_unit_test(test_stream_head),
		cmocka_unit_test(test_tasks_that_are_there),
		cmocka_unit_test(test_a_proc_without_a_boot_id),
		cmocka_unit_test(test_cgroups_that_are_there),
		cmocka_unit_test(test_names_only),
		cmocka_unit_test(test_where_the_kernel_is),
		cmocka_unit_test(test_very_many_pids),
	};

	return cmocka_run_group_tests(tests, open_formats, NULL);
}
