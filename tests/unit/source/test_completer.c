/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as they are seen in a ring: what /proc has for an exec is told, if it is that very one.
 * The process is this test's own, and its stack is where it says.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "decode/decoder.h"
#include "exec/addresses.h"
#include "perf/perf_event.h"
#include "probe/argv_definition.h"
#include "source/completer.h"
#include "support.h"
#include "support_probe.h"

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

/* So many allocations succeed; negative: all. */
static int allocations_left = -1;

void *__wrap_calloc(size_t count, size_t size)
{
	if (allocations_left > 0)
		allocations_left--;
	return allocations_left != 0 ? __real_calloc(count, size) : NULL;
}

static struct kernels kernels;
static const struct kernel *kernel;
static struct decoder *decoder;
static int proc_fd;

static const struct sample_extra_layout layout = {
	.sample_type = PERF_EVENT_SAMPLE_TYPE | PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER,
	.regs_user = 1 << 7,
};

static int load(void **state)
{
	const struct format *formats[TRACEPOINT_COUNT] = {NULL};
	struct error err;

	(void)state;
	kernels_load(&kernels, true);
	for (size_t i = 0; i < kernels.count; i++) {
		if (strcmp(kernels.items[i].name, "amd64-6.1.0-50") == 0)
			kernel = &kernels.items[i];
	}
	assert_non_null(kernel);
	formats[TRACEPOINT_EXEC] = kernel->format[EVENT_EXEC];
	formats[TRACEPOINT_EXIT] = kernel->format[EVENT_EXIT];
	assert_int_equal(decoder_new(formats, &decoder, &err), 0);
	decoder_set_extra(decoder, TRACEPOINT_EXEC, &layout, registers_of_machine("x86_64"));
	proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return proc_fd < 0 ? -1 : 0;
}

static int unload(void **state)
{
	(void)state;
	close(proc_fd);
	decoder_free(decoder);
	kernels_free(&kernels);
	return 0;
}

/* What was told. */
static struct {
	int calls;
	uint64_t time_ns, pointer;
	enum argv_source source;
	int32_t pid;
	uint32_t arguments, variables; /* how many */
	bool has_environment;
	char first[256];
} told;

static void tell(void *context, const struct completion *completion)
{
	assert_ptr_equal(context, &told);
	told.calls++;
	told.time_ns = completion->time_ns;
	told.pointer = completion->pointer;
	told.pid = completion->pid;
	told.source = completion->source;
	assert_non_null(completion->arguments);
	told.arguments = completion->arguments->count;
	snprintf(told.first, sizeof(told.first), "%s", completion->arguments->bytes.bytes);
	told.has_environment = completion->environment != NULL;
	told.variables = completion->environment ? completion->environment->count : 0;
}

/* The record of our own exec, as the kernel wrote it: the tables of our stack, not the strings. */
static void *own_exec(size_t *stack_size)
{
	char text[4096];
	struct addresses addresses;
	int fd = openat(proc_fd, "self/stat", O_RDONLY);
	ssize_t got = read(fd, text, sizeof(text));

	close(fd);
	assert_true(got > 0);
	assert_int_equal(addresses_parse(text, (size_t)got, &addresses), 0);
	/* As long as there are strings, the tables are untouched. */
	*stack_size = (size_t)(addresses.arg_start - addresses.start_stack) & ~(size_t)7;
	if (*stack_size > 16384)
		*stack_size = 16384;

	struct raw raw;
	raw_begin(&raw, kernel->format[EVENT_EXEC]);
	raw_string(&raw, "filename", "/bin/test");
	raw_number(&raw, "pid", getpid());
	const struct sample sample = {
		.id = 1,
		.time_ns = 1234,
		.pid = getpid(),
		.tid = getpid(),
		.raw = raw.bytes,
		.raw_size = raw.size,
	};
	unsigned char *record = calloc(1, 65536);
	assert_non_null(record);
	size_t size = make_sample(record, PERF_EVENT_SAMPLE_TYPE, &sample);
	const uint64_t head[] = {PERF_SAMPLE_REGS_ABI_64, addresses.start_stack, *stack_size};
	const uint64_t filled = *stack_size;

	memcpy(record + size, head, sizeof(head));
	size += sizeof(head);
	memcpy(record + size, (const void *)(uintptr_t)addresses.start_stack, *stack_size);
	size += *stack_size;
	memcpy(record + size, &filled, sizeof(filled));
	((struct perf_event_header *)(void *)record)->size = (uint16_t)(size + sizeof(filled));
	return record;
}

static struct completer *new_completer(const struct env_selection *selection)
{
	struct completer *completer = completer_new(decoder, proc_fd, selection, tell, &told);

	assert_non_null(completer);
	memset(&told, 0, sizeof(told));
	return completer;
}

static void test_our_own_exec(void **state)
{
	static const struct env_selection all = {.all = true};
	const struct env_selection *selections[] = {NULL, &all};
	size_t stack_size;

	(void)state;
	if (sizeof(void *) != 8 || __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		skip(); /* the records are of x86-64 */
	void *record = own_exec(&stack_size);
	/* A sanitizer's build may have changed the environment, which is not told then. */
	for (size_t i = 0; i < ARRAY_SIZE(selections); i++) {
		struct completer *completer = new_completer(selections[i]);

		completer_look(completer, record);
		assert_int_equal(told.calls, 1);
		assert_int_equal(told.time_ns, 1234);
		assert_int_equal(told.pid, getpid());
		assert_true(told.arguments >= 1);
		assert_non_null(strstr(told.first, "test_completer"));
		assert_true(selections[i] || !told.has_environment);
		completer_free(completer);
	}
	free(record);
	completer_free(NULL);
}

static void test_the_exec_of_somebody_else(void **state)
{
	struct completer *completer = new_completer(NULL);
	size_t stack_size;
	unsigned char *record = own_exec(&stack_size);
	size_t pointer_at = 0;

	(void)state;
	/* The stack pointer is behind the ABI. */
	const struct perf_event_header *header = (const void *)record;
	pointer_at = header->size - stack_size - 3 * sizeof(uint64_t);
	record[pointer_at + 1] ^= 0x10;
	completer_look(completer, header);
	assert_int_equal(told.calls, 0);
	free(record);
	completer_free(completer);
}

static void test_other_records(void **state)
{
	struct completer *completer = new_completer(NULL);
	_Alignas(8) unsigned char record[4096] = {0};
	struct raw raw;

	(void)state;
	raw_begin(&raw, kernel->format[EVENT_EXIT]);
	const struct sample sample = {.raw = raw.bytes, .raw_size = raw.size};
	make_sample(record, PERF_EVENT_SAMPLE_TYPE, &sample);
	completer_look(completer, (const void *)record);
	make_record(record, PERF_RECORD_COMM, 0, "12345678name", 12, PERF_EVENT_SAMPLE_TYPE,
		    &sample);
	completer_look(completer, (const void *)record);
	/* Cut, and without what execs carry. */
	raw_begin(&raw, kernel->format[EVENT_EXEC]);
	raw_string(&raw, "filename", "/bin/x");
	const struct sample exec = {.raw = raw.bytes, .raw_size = raw.size};
	uint16_t size = make_sample(record, PERF_EVENT_SAMPLE_TYPE, &exec);
	for (uint16_t cut = sizeof(struct perf_event_header); cut <= size; cut++) {
		((struct perf_event_header *)(void *)record)->size = cut;
		completer_look(completer, (const void *)record);
	}
	assert_int_equal(told.calls, 0);
	completer_free(completer);
}

/* ---- the probe ---- */

/* The probe's sample of our own exec. */
static void own_sample(struct probe_record *sample)
{
	char text[4096];
	struct addresses addresses;
	int fd = openat(proc_fd, "self/stat", O_RDONLY);
	ssize_t got = read(fd, text, sizeof(text));

	close(fd);
	assert_true(got > 0);
	assert_int_equal(addresses_parse(text, (size_t)got, &addresses), 0);
	size_t size = (size_t)(addresses.arg_end - addresses.arg_start);
	assert_true(size <= ARGV_CHUNK_BYTES);
	probe_record_load(sample, "true");
	probe_record_set(sample, getpid(), 0, addresses.arg_start, addresses.arg_end);
	memcpy(probe_record_bytes(sample), (const void *)(uintptr_t)addresses.arg_start, size);
}

static const struct perf_event_header *header_of(const struct probe_record *sample)
{
	return (const void *)sample->bytes;
}

/* A completer with a probe that copies one chunk, our exec and its sample. */
struct probed {
	struct completer *completer;
	struct perf_event_header *exec;
	struct probe_record sample;
	struct argv_layout layout;
};

static void begin_probed(struct probed *probed)
{
	size_t stack_size;

	if (sizeof(void *) != 8 || __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		skip(); /* the records are of x86-64 */
	probed->completer = new_completer(NULL);
	probed->exec = own_exec(&stack_size);
	probed->layout = probe_layout();
	own_sample(&probed->sample);
	assert_int_equal(completer_set_probe(probed->completer, &probed->layout, 1), 0);
}

static void end_probed(struct probed *probed)
{
	completer_free(probed->completer);
	free(probed->exec);
}

static void assert_told(enum argv_source source)
{
	assert_int_equal(told.calls, 1);
	assert_int_equal(told.source, source);
	assert_int_equal(told.time_ns, 1234);
	assert_int_equal(told.pid, getpid());
	assert_non_null(strstr(told.first, "test_completer"));
}

static void test_a_sample_of_the_probe(void **state)
{
	struct probed probed;

	(void)state;
	begin_probed(&probed);
	completer_look(probed.completer, probed.exec);
	assert_int_equal(told.calls, 0);
	assert_true(completer_awaits_any(probed.completer));
	assert_true(completer_awaits(probed.completer, getpid()));
	assert_false(completer_awaits(probed.completer, getpid() + 1));
	completer_look(probed.completer, header_of(&probed.sample));
	assert_told(ARGV_PROBE);
	assert_false(completer_awaits_any(probed.completer));
	/* Once is enough. */
	completer_look(probed.completer, header_of(&probed.sample));
	completer_end_round(probed.completer);
	assert_int_equal(told.calls, 1);
	end_probed(&probed);
}

static void test_a_sample_that_is_early(void **state)
{
	struct probed probed;

	(void)state;
	begin_probed(&probed);
	completer_look(probed.completer, header_of(&probed.sample));
	assert_int_equal(told.calls, 0);
	completer_look(probed.completer, probed.exec);
	assert_told(ARGV_PROBE);
	end_probed(&probed);
}

/* Zeros of the last pass, and chunks that were not asked for, are passed over. */
static void test_other_samples_of_the_probe(void **state)
{
	struct probed probed;
	struct probe_record zeros;

	(void)state;
	begin_probed(&probed);
	probe_record_load(&zeros, "zeros");
	probe_record_set(&zeros, getpid(), ARGV_ZEROS, 0, 0);
	completer_look(probed.completer, probed.exec);
	completer_look(probed.completer, header_of(&zeros));
	assert_int_equal(told.calls, 0);
	assert_true(completer_awaits(probed.completer, getpid()));
	completer_look(probed.completer, header_of(&probed.sample));
	assert_told(ARGV_PROBE);
	end_probed(&probed);
}

/* What the probe could not read, /proc has. */
static void test_a_hole_in_a_sample(void **state)
{
	struct probed probed;

	(void)state;
	begin_probed(&probed);
	memset(probe_record_bytes(&probed.sample) + 2, 0, 8);
	completer_look(probed.completer, probed.exec);
	completer_look(probed.completer, header_of(&probed.sample));
	assert_told(ARGV_PROC);
	assert_false(completer_awaits_any(probed.completer));
	end_probed(&probed);
}

static void test_a_sample_that_does_not_come(void **state)
{
	struct probed probed;

	(void)state;
	begin_probed(&probed);
	completer_look(probed.completer, probed.exec);
	completer_end_round(probed.completer);
	assert_int_equal(told.calls, 0);
	completer_end_round(probed.completer);
	assert_told(ARGV_PROC);
	assert_false(completer_awaits_any(probed.completer));
	/* Or nobody wants to wait. */
	memset(&told, 0, sizeof(told));
	completer_look(probed.completer, probed.exec);
	completer_give_up(probed.completer, getpid());
	assert_told(ARGV_PROC);
	completer_give_up(probed.completer, getpid());
	assert_int_equal(told.calls, 1);
	end_probed(&probed);
}

/* Its process is nobody's: /proc has nothing, and a later record of it says that all is past. */
static void test_a_sample_that_is_lost(void **state)
{
	struct probed probed;
	_Alignas(8) unsigned char exit[4096] = {0};
	struct raw raw;

	(void)state;
	begin_probed(&probed);
	/* Behind IDENTIFIER: pid and tid. */
	((int32_t *)(void *)probed.exec)[4] = ((int32_t *)(void *)probed.exec)[5] = INT32_MAX;
	completer_look(probed.completer, probed.exec);
	completer_end_round(probed.completer);
	completer_end_round(probed.completer);
	completer_end_round(probed.completer);
	assert_true(completer_awaits(probed.completer, INT32_MAX));
	raw_begin(&raw, kernel->format[EVENT_EXIT]);
	struct sample sample = {
		.time_ns = 1233, .tid = INT32_MAX, .raw = raw.bytes, .raw_size = raw.size};
	make_sample(exit, PERF_EVENT_SAMPLE_TYPE, &sample);
	completer_look(probed.completer, (const void *)exit);
	completer_end_round(probed.completer);
	assert_true(completer_awaits(probed.completer, INT32_MAX));
	sample.time_ns = 1235;
	make_sample(exit, PERF_EVENT_SAMPLE_TYPE, &sample);
	completer_look(probed.completer, (const void *)exit);
	completer_end_round(probed.completer);
	assert_false(completer_awaits_any(probed.completer));
	assert_int_equal(told.calls, 0);
	/* Without one, it does not wait for ever. */
	completer_look(probed.completer, probed.exec);
	for (int i = 0; i < 100; i++)
		completer_end_round(probed.completer);
	assert_false(completer_awaits_any(probed.completer));
	end_probed(&probed);
}

static void test_no_probe(void **state)
{
	struct completer *completer = new_completer(NULL);

	(void)state;
	completer_end_round(completer);
	completer_give_up(completer, 5);
	assert_false(completer_awaits_any(completer));
	assert_false(completer_awaits(completer, 5));
	allocations_left = 1;
	assert_int_equal(completer_set_probe(completer, NULL, 1), -ENOMEM);
	allocations_left = -1;
	completer_free(completer);
}

static void test_no_memory(void **state)
{
	(void)state;
	for (int count = 1; count <= 2; count++) {
		allocations_left = count;
		struct completer *completer = completer_new(decoder, proc_fd, NULL, tell, &told);
		allocations_left = -1;
		assert_null(completer);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_our_own_exec),
		cmocka_unit_test(test_the_exec_of_somebody_else),
		cmocka_unit_test(test_other_records),
		cmocka_unit_test(test_a_sample_of_the_probe),
		cmocka_unit_test(test_a_sample_that_is_early),
		cmocka_unit_test(test_other_samples_of_the_probe),
		cmocka_unit_test(test_a_hole_in_a_sample),
		cmocka_unit_test(test_a_sample_that_does_not_come),
		cmocka_unit_test(test_a_sample_that_is_lost),
		cmocka_unit_test(test_no_probe),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
