/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What several unit tests need: files, memory that ends at a guard page, and hand-made records.
 * Tests run from the top of the tree; whatever goes wrong in here fails the running test.
 */
#ifndef PXT_TESTS_SUPPORT_H
#define PXT_TESTS_SUPPORT_H

/* cmocka.h needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/perf_event.h>
#include <stdbool.h>

#include "base/text.h"
#include "decode/format.h"
#include "perf/record.h"

/* ---- files ------------------------------------------------------------------------------------
 */

/* The file at PATH with a NUL behind it, *LENGTH bytes without that. The caller frees. */
char *load_file(const char *path, size_t *length);

/* Make PATH a file of these LENGTH bytes. */
void save_file(const char *path, const char *bytes, size_t length);

/* Whether TEXT is the C string EXPECTED. */
bool text_is(struct text text, const char *expected);

/* Fail unless TEXT is the C string EXPECTED. */
void assert_text(struct text text, const char *expected);

/* ---- random numbers, the same ones in every run ---- */

struct random {
	uint64_t state; /* the seed, not 0 */
};

/* One of 0 … BELOW - 1. */
uint64_t random_below(struct random *random, uint64_t below);

/* ---- memory that ends at a guard page ---------------------------------------------------------
 */

struct guarded {
	unsigned char *start;
	unsigned char *end; /* reading here crashes */
	size_t map_size;
};

/* CAPACITY readable bytes at least. */
void guarded_new(struct guarded *guarded, size_t capacity);
void guarded_free(struct guarded *guarded);

/*
 * Copy LENGTH bytes to where they end at the guard page, or up to ALIGNMENT - 1 bytes before it, so
 * that the copy, which is returned, is aligned. Replaces what was put there before.
 */
void *guarded_put(struct guarded *guarded, const void *bytes, size_t length, size_t alignment);

/* ---- perf records -------------------------------------------------------------------------------
 */

/* What a hand-made record carries, as far as its sample_type asks for it. */
struct sample {
	uint64_t id, time_ns;
	int32_t pid, tid;
	uint32_t cpu;
	const void *raw;
	uint32_t raw_size;
};

/*
 * Write a PERF_RECORD_SAMPLE to OUT and return its size. SAMPLE_TYPE: any of IDENTIFIER, TID, TIME,
 * ID, CPU and RAW. The raw data is padded as the kernel does it.
 */
uint16_t make_sample(void *out, uint64_t sample_type, const struct sample *sample);

/* The same for another type: BODY (padded to 8 bytes), then the sample_id trailer. */
uint16_t make_record(void *out, uint32_t type, uint16_t misc, const void *body, size_t body_size,
		     uint64_t sample_type, const struct sample *trailer);

/* ---- a ring as the kernel writes it ---- */

struct fake_ring {
	struct perf_event_mmap_page *control;
	unsigned char *data; /* ends at a guard page */
	uint64_t size;
	struct guarded memory;
};

/* An empty ring whose head and tail are at START. */
void fake_ring_new(struct fake_ring *fake, uint64_t size, uint64_t start);
void fake_ring_free(struct fake_ring *fake);

/* Append LENGTH bytes and move data_head; false where what was not released leaves no room. */
bool fake_ring_write(struct fake_ring *fake, const void *bytes, uint64_t length);

/* ---- the kernels under formats/ ---- */

#define KERNEL_EVENTS 3 /* fork, exec, exit: the order of tracepoint_types */

struct kernel {
	char name[128];
	struct machine machine;
	char *text[KERNEL_EVENTS];
	size_t length[KERNEL_EVENTS];
	struct format *format[KERNEL_EVENTS];
};

struct kernels {
	struct kernel *items;
	size_t count;
};

/* All of them, sorted by name, their formats resolved if RESOLVE. Free with kernels_free(). */
void kernels_load(struct kernels *kernels, bool resolve);
void kernels_free(struct kernels *kernels);

/* ---- raw tracepoint records ---- */

struct raw {
	const struct format *format;
	uint32_t size;
	unsigned char bytes[8192];
};

/* All fields 0, but for common_type. */
void raw_begin(struct raw *raw, const struct format *format);

/* Set the number NAME, in the byte order of FORMAT's machine. */
void raw_number(struct raw *raw, const char *name, int64_t value);

/* Set the array NAME; a dynamic one is appended to the record. */
void raw_bytes(struct raw *raw, const char *name, const void *bytes, size_t length);

/* The same for a C string, its NUL included where the field has room for it. */
void raw_string(struct raw *raw, const char *name, const char *string);

/* Where NAME lies in RAW, and how a u32 is stored there: for records that lie. */
void raw_store(struct raw *raw, uint32_t offset, uint32_t size, uint64_t value, bool big_endian);

/* What the source makes of a sample with RAW. */
struct record raw_record(const struct raw *raw);

#endif
