/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "decode/decoder.h"

/* ---- files ------------------------------------------------------------------------------------
 */

char *load_file(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	size_t capacity = 256 * 1024;
	char *bytes = calloc(1, capacity);

	if (!file)
		fail_msg("cannot open %s: tests run from the top of the tree", path);
	assert_non_null(bytes);
	*length = fread(bytes, 1, capacity - 1, file);
	assert_true(feof(file));
	fclose(file);
	return bytes;
}

void save_file(const char *path, const char *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

bool text_is(struct text text, const char *expected)
{
	return text.length == strlen(expected) &&
	       (text.length == 0 || !memcmp(text.bytes, expected, text.length));
}

void assert_text(struct text text, const char *expected)
{
	if (!text_is(text, expected))
		fail_msg("\"%.*s\" instead of \"%s\"", (int)text.length, text.bytes, expected);
}

/* ---- random numbers -----------------------------------------------------------------------------
 */

uint64_t random_below(struct random *random, uint64_t below)
{
	/* xorshift64* (Vigna): good enough, and the same on every host. */
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return (random->state * UINT64_C(2685821657736338717) >> 16) % below;
}

/* ---- memory that ends at a guard page ---------------------------------------------------------
 */

void guarded_new(struct guarded *guarded, size_t capacity)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t usable = (capacity + page - 1) / page * page;
	void *map = mmap(NULL, usable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);

	assert_ptr_not_equal(map, MAP_FAILED);
	guarded->start = map;
	guarded->end = guarded->start + usable;
	guarded->map_size = usable + page;
	assert_int_equal(mprotect(guarded->end, page, PROT_NONE), 0);
}

void guarded_free(struct guarded *guarded)
{
	munmap(guarded->start, guarded->map_size);
}

void *guarded_put(struct guarded *guarded, const void *bytes, size_t length, size_t alignment)
{
	size_t room = (length + alignment - 1) / alignment * alignment;
	unsigned char *at = guarded->end - room;

	assert_true(room <= (size_t)(guarded->end - guarded->start));
	memmove(at, bytes, length);
	memset(at + length, 0xee, room - length);
	return at;
}

/* ---- perf records -------------------------------------------------------------------------------
 */

static unsigned char *put(unsigned char *at, const void *bytes, size_t length)
{
	if (length > 0)
		memcpy(at, bytes, length);
	return at + length;
}

static unsigned char *put_tid(unsigned char *at, const struct sample *sample)
{
	at = put(at, &sample->pid, sizeof(sample->pid));
	return put(at, &sample->tid, sizeof(sample->tid));
}

static unsigned char *put_cpu(unsigned char *at, const struct sample *sample)
{
	uint32_t reserved = 0;

	at = put(at, &sample->cpu, sizeof(sample->cpu));
	return put(at, &reserved, sizeof(reserved));
}

static unsigned char *put_raw(unsigned char *at, const struct sample *sample)
{
	static const unsigned char zeros[8];
	uint32_t padded = (sample->raw_size + 4 + 7) / 8 * 8 - 4;

	at = put(at, &padded, sizeof(padded));
	at = put(at, sample->raw, sample->raw_size);
	return put(at, zeros, padded - sample->raw_size);
}

static uint16_t put_header(void *out, const unsigned char *end, uint32_t type, uint16_t misc)
{
	size_t size = (size_t)(end - (unsigned char *)out);
	struct perf_event_header header = {
		.type = type,
		.misc = misc,
		.size = (uint16_t)size,
	};

	assert_true(size <= UINT16_MAX);
	memcpy(out, &header, sizeof(header));
	return header.size;
}

uint16_t make_sample(void *out, uint64_t sample_type, const struct sample *sample)
{
	unsigned char *at = (unsigned char *)out + sizeof(struct perf_event_header);

	if (sample_type & PERF_SAMPLE_IDENTIFIER)
		at = put(at, &sample->id, sizeof(sample->id));
	if (sample_type & PERF_SAMPLE_TID)
		at = put_tid(at, sample);
	if (sample_type & PERF_SAMPLE_TIME)
		at = put(at, &sample->time_ns, sizeof(sample->time_ns));
	if (sample_type & PERF_SAMPLE_ID)
		at = put(at, &sample->id, sizeof(sample->id));
	if (sample_type & PERF_SAMPLE_CPU)
		at = put_cpu(at, sample);
	if (sample_type & PERF_SAMPLE_RAW)
		at = put_raw(at, sample);
	return put_header(out, at, PERF_RECORD_SAMPLE, 0);
}

uint16_t make_record(void *out, uint32_t type, uint16_t misc, const void *body, size_t body_size,
		     uint64_t sample_type, const struct sample *trailer)
{
	static const unsigned char zeros[8];
	unsigned char *at = (unsigned char *)out + sizeof(struct perf_event_header);

	at = put(at, body, body_size);
	at = put(at, zeros, (8 - body_size % 8) % 8);
	if (sample_type & PERF_SAMPLE_TID)
		at = put_tid(at, trailer);
	if (sample_type & PERF_SAMPLE_TIME)
		at = put(at, &trailer->time_ns, sizeof(trailer->time_ns));
	if (sample_type & PERF_SAMPLE_ID)
		at = put(at, &trailer->id, sizeof(trailer->id));
	if (sample_type & PERF_SAMPLE_CPU)
		at = put_cpu(at, trailer);
	if (sample_type & PERF_SAMPLE_IDENTIFIER)
		at = put(at, &trailer->id, sizeof(trailer->id));
	return put_header(out, at, type, misc);
}

/* ---- a ring as the kernel writes it ---- */

void fake_ring_new(struct fake_ring *fake, uint64_t size, uint64_t start)
{
	guarded_new(&fake->memory, size);
	fake->size = size;
	fake->data = fake->memory.end - size;
	fake->control = calloc(1, sizeof(*fake->control));
	assert_non_null(fake->control);
	fake->control->data_head = start;
	fake->control->data_tail = start;
}

void fake_ring_free(struct fake_ring *fake)
{
	guarded_free(&fake->memory);
	free(fake->control);
}

bool fake_ring_write(struct fake_ring *fake, const void *bytes, uint64_t length)
{
	uint64_t head = fake->control->data_head;
	uint64_t at = head % fake->size;
	uint64_t first = length < fake->size - at ? length : fake->size - at;

	if (head - fake->control->data_tail + length > fake->size)
		return false;
	memcpy(fake->data + at, bytes, first);
	memcpy(fake->data, (const unsigned char *)bytes + first, length - first);
	fake->control->data_head = head + length;
	return true;
}

/* ---- the kernels under formats/ ---- */

#define FORMATS "formats"

static int is_kernel(const struct dirent *entry)
{
	return entry->d_type != DT_REG && entry->d_name[0] != '.';
}

/* header_page's `commit` is a local_t: a long. */
static uint8_t load_long_size(const char *kernel)
{
	char path[512];
	size_t length;
	unsigned int size = 0;

	snprintf(path, sizeof(path), FORMATS "/%s/events/header_page", kernel);
	char *text = load_file(path, &length);
	const char *commit = strstr(text, "local_t commit;");

	assert_non_null(commit);
	assert_int_equal(sscanf(commit, "local_t commit; offset:%*u; size:%u;", &size), 1);
	free(text);
	return (uint8_t)size;
}

static void resolve_kernel(struct kernel *kernel)
{
	struct error err;

	for (size_t i = 0; i < KERNEL_EVENTS; i++) {
		if (format_parse("sched", kernel->text[i], kernel->length[i], &kernel->machine,
				 &kernel->format[i], &err))
			fail_msg("%s, %s: %s", kernel->name, tracepoint_types[i]->name, err.what);
	}
}

static void load_kernel(struct kernel *kernel, const char *name)
{
	char path[512];

	snprintf(kernel->name, sizeof(kernel->name), "%s", name);
	kernel->machine.big_endian = !strncmp(name, "s390x-", 6);
	kernel->machine.long_size = load_long_size(name);
	for (size_t i = 0; i < KERNEL_EVENTS; i++) {
		snprintf(path, sizeof(path), FORMATS "/%s/events/sched/%s/format", name,
			 tracepoint_types[i]->name);
		kernel->text[i] = load_file(path, &kernel->length[i]);
	}
}

void kernels_load(struct kernels *kernels, bool resolve)
{
	struct dirent **entries;
	int count = scandir(FORMATS, &entries, is_kernel, alphasort);

	if (count <= 0)
		fail_msg("no kernels under " FORMATS ": tests run from the top of the tree");
	kernels->count = (size_t)count;
	kernels->items = calloc(kernels->count, sizeof(*kernels->items));
	assert_non_null(kernels->items);
	for (size_t i = 0; i < kernels->count; i++) {
		load_kernel(&kernels->items[i], entries[i]->d_name);
		if (resolve)
			resolve_kernel(&kernels->items[i]);
		free(entries[i]);
	}
	free(entries);
}

void kernels_free(struct kernels *kernels)
{
	for (size_t i = 0; i < kernels->count; i++) {
		for (size_t j = 0; j < KERNEL_EVENTS; j++) {
			format_free(kernels->items[i].format[j]);
			free(kernels->items[i].text[j]);
		}
	}
	free(kernels->items);
}

/* ---- raw tracepoint records ---- */

static const struct format_field *raw_field(const struct raw *raw, const char *name)
{
	const struct format_field *field = format_find(raw->format, name);

	if (!field)
		fail_msg("%s has no field %s", raw->format->name, name);
	return field;
}

void raw_store(struct raw *raw, uint32_t offset, uint32_t size, uint64_t value, bool big_endian)
{
	assert_true(offset + size <= sizeof(raw->bytes));
	for (uint32_t i = 0; i < size; i++) {
		uint32_t shift = 8 * (big_endian ? size - 1 - i : i);

		raw->bytes[offset + i] = (unsigned char)(value >> shift);
	}
}

void raw_begin(struct raw *raw, const struct format *format)
{
	memset(raw, 0, sizeof(*raw));
	raw->format = format;
	for (size_t i = 0; i < format->field_count; i++) {
		const struct field *at = &format->fields[i].at;

		if (at->offset + at->size > raw->size)
			raw->size = at->offset + at->size;
	}
	raw->size = (raw->size + 3) / 4 * 4;
	raw_number(raw, "common_type", format->id);
}

void raw_number(struct raw *raw, const char *name, int64_t value)
{
	const struct field *at = &raw_field(raw, name)->at;

	raw_store(raw, at->offset, at->size, (uint64_t)value, at->big_endian);
}

void raw_bytes(struct raw *raw, const char *name, const void *bytes, size_t length)
{
	const struct field *at = &raw_field(raw, name)->at;
	uint32_t from = raw->size;

	if (at->kind == FIELD_ARRAY) {
		assert_true(length <= at->size);
		memcpy(raw->bytes + at->offset, bytes, length);
		return;
	}
	if (at->kind == FIELD_REL_LOC)
		from -= at->offset + 4;
	raw_store(raw, at->offset, 4, length << 16 | from, at->big_endian);
	assert_true(raw->size + length <= sizeof(raw->bytes));
	memcpy(raw->bytes + raw->size, bytes, length);
	raw->size += (uint32_t)length;
}

void raw_string(struct raw *raw, const char *name, const char *string)
{
	const struct field *at = &raw_field(raw, name)->at;
	size_t length = strlen(string);

	raw_bytes(raw, name, string, length + (at->kind != FIELD_ARRAY || length < at->size));
}

struct record raw_record(const struct raw *raw)
{
	return (struct record){
		.type = PERF_RECORD_SAMPLE,
		.cpu = 3,
		.pid = 1001,
		.tid = 1002,
		.time_ns = 123456789,
		.raw = raw->bytes,
		.raw_size = raw->size,
	};
}
