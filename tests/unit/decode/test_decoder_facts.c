/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What facts are made of, decoded: the feeding tracepoints of every kernel under formats/ that has
 * them, what samples carry behind their raw data, and sideband records; whole and cut.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decoder.h"
#include "decode/format_dir.h"
#include "support.h"

static struct kernels kernels;
static struct guarded guarded;

static int load(void **state)
{
	(void)state;
	kernels_load(&kernels, true);
	guarded_new(&guarded, 65536);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	kernels_free(&kernels);
	guarded_free(&guarded);
	return 0;
}

/* No kernel's under formats/. */
static const char mark_victim[] =
	"name: mark_victim\nID: 4711\nformat:\n"
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
	"\tfield:int pid;\toffset:8;\tsize:4;\tsigned:1;\n\nprint fmt: \"\"\n";

static const struct kernel *kernel_named(const char *name)
{
	for (size_t i = 0; i < kernels.count; i++) {
		if (strcmp(kernels.items[i].name, name) == 0)
			return &kernels.items[i];
	}
	fail_msg("no kernel %s", name);
	return NULL;
}

/* All that one kernel has: those that are shown, and those that feed. */
struct all {
	struct format *formats[TRACEPOINT_COUNT];
	struct decoder *decoder;
};

/* As if it were of KERNEL. */
static void load_probed_path(const struct kernel *kernel, struct all *all)
{
	struct error err;
	size_t length;
	char *text = load_file("fixtures/probe/path-format", &length);

	assert_int_equal(format_parse("perf_exec_trace_12_34", text, length, &kernel->machine,
				      &all->formats[TRACEPOINT_PROBED_PATH], &err),
			 0);
	free(text);
}

static void load_feeding(const struct kernel *kernel, struct all *all)
{
	struct format_dir dir;
	struct error err;
	char path[256];

	snprintf(path, sizeof(path), "formats/%s", kernel->name);
	assert_int_equal(format_dir_open(&dir, path, &err), 0);
	for (size_t i = TRACEPOINTS_SHOWN; i < TRACEPOINT_COUNT; i++) {
		int code = format_dir_read(&dir, tracepoint_types[i]->system,
					   tracepoint_types[i]->name, &kernel->machine,
					   &all->formats[i], &err);

		assert_true(code == 0 || code == -ENOENT);
	}
	format_dir_close(&dir);
	assert_int_equal(format_parse("oom", mark_victim, strlen(mark_victim), &kernel->machine,
				      &all->formats[TRACEPOINT_OOM_VICTIM], &err),
			 0);
	load_probed_path(kernel, all);
}

static void all_new(const struct kernel *kernel, struct all *all)
{
	const struct format *borrowed[TRACEPOINT_COUNT];
	struct error err;

	*all = (struct all){.formats = {kernel->format[0], kernel->format[1], kernel->format[2]}};
	load_feeding(kernel, all);
	memcpy(borrowed, all->formats, sizeof(borrowed));
	if (decoder_new(borrowed, &all->decoder, &err) < 0)
		fail_msg("%s: %s", kernel->name, err.what);
}

static void all_free(struct all *all)
{
	for (size_t i = TRACEPOINTS_SHOWN; i < TRACEPOINT_COUNT; i++)
		format_free(all->formats[i]);
	decoder_free(all->decoder);
}

/* The first LENGTH bytes of RAW. */
static int decode(const struct all *all, const struct raw *raw, uint32_t length,
		  struct event *event)
{
	struct record record = raw_record(raw);

	memset(event, 0x5a, sizeof(*event));
	record.raw_size = length;
	record.raw = guarded_put(&guarded, raw->bytes, length, 1);
	return decoder_decode(all->decoder, &record, event);
}

/* ---- the feeding tracepoints ---- */

static void make_new_task(struct raw *raw)
{
	raw_number(raw, "pid", 4194304);
	raw_number(raw, "clone_flags", 0x7f120f00);
}

static void check_new_task(const struct event *event)
{
	assert_int_equal(event->type, EVENT_NEW_TASK);
	assert_int_equal(event->new_task.pid, 4194304);
	assert_int_equal(event->new_task.clone_flags, 0x7f120f00);
}

static void make_signal_sent(struct raw *raw)
{
	raw_number(raw, "sig", 15);
	raw_number(raw, "code", -6);
	raw_number(raw, "common_flags", 0x08);
	raw_number(raw, "pid", 0x01020304);
	raw_number(raw, "group", 1);
}

static void check_signal_sent(const struct event *event)
{
	assert_int_equal(event->type, EVENT_SIGNAL_SENT);
	assert_int_equal(event->signal_sent.signal, 15);
	assert_int_equal(event->signal_sent.code, -6);
	assert_int_equal(event->signal_sent.pid, 0x01020304);
	assert_true(event->signal_sent.is_group);
	assert_true(event->signal_sent.in_interrupt);
}

static void make_signal_taken(struct raw *raw)
{
	raw_number(raw, "sig", 9);
	raw_number(raw, "sa_flags", 0x80000000);
}

static void check_signal_taken(const struct event *event)
{
	assert_int_equal(event->type, EVENT_SIGNAL_TAKEN);
	assert_int_equal(event->signal_taken.signal, 9);
	assert_true(event->signal_taken.is_default);
	assert_false(event->signal_taken.is_handled);
	assert_true(event->signal_taken.is_reset);
}

static void make_oom_victim(struct raw *raw)
{
	raw_number(raw, "pid", 321);
}

static void check_oom_victim(const struct event *event)
{
	assert_int_equal(event->type, EVENT_OOM_VICTIM);
	assert_int_equal(event->oom_victim.pid, 321);
}

static void make_exit_call(struct raw *raw)
{
	raw_number(raw, "error_code", 0x1fe);
}

static void check_exit_group(const struct event *event)
{
	assert_int_equal(event->type, EVENT_EXIT_CALL);
	assert_true(event->exit_call.is_group);
	assert_int_equal(event->exit_call.code, 0xfe);
}

static void check_exit_thread(const struct event *event)
{
	assert_int_equal(event->type, EVENT_EXIT_CALL);
	assert_false(event->exit_call.is_group);
	assert_int_equal(event->exit_call.code, 0xfe);
}

/* Linux 6.19 and newer tell the path. */
static void make_exec_call(struct raw *raw)
{
	raw_number(raw, "filename", 0x7ffc5744);
	if (format_find(raw->format, TRACEPOINT_EXEC_PATH))
		raw_string(raw, TRACEPOINT_EXEC_PATH, "/nonexistent/foo");
}

static void check_exec_call(const struct event *event)
{
	assert_int_equal(event->type, EVENT_EXEC_CALL);
	assert_int_equal(event->exec_call.pointer, 0x7ffc5744);
	if (!event->exec_call.path.bytes)
		return;
	assert_int_equal(event->exec_call.path.length, strlen("/nonexistent/foo"));
	assert_memory_equal(event->exec_call.path.bytes, "/nonexistent/foo",
			    event->exec_call.path.length);
}

static void make_probed_path(struct raw *raw)
{
	raw_number(raw, "pointer", 0x7ffc57451fd4);
	raw_string(raw, "path", "/nonexistent/foo\n\xff");
}

static void check_probed_path(const struct event *event)
{
	assert_int_equal(event->type, EVENT_EXEC_PATH);
	assert_int_equal(event->exec_call.pointer, 0x7ffc57451fd4);
	assert_true(text_equals(event->exec_call.path, "/nonexistent/foo\n\xff"));
}

static void make_exec_end(struct raw *raw)
{
	raw_number(raw, "ret", -2);
}

static void check_exec_end(const struct event *event)
{
	assert_int_equal(event->type, EVENT_EXEC_FAILED);
	assert_int_equal(event->exec_failed.pid, 77);
	assert_int_equal(event->exec_failed.error, 2);
	assert_null(event->exec_failed.comm.bytes);
	assert_null(event->exec_failed.path.bytes);
}

static const struct {
	void (*make)(struct raw *raw);
	void (*check)(const struct event *event);
	bool has_current;
} feeding[TRACEPOINT_COUNT] = {
	[TRACEPOINT_NEW_TASK] = {make_new_task, check_new_task, true},
	[TRACEPOINT_SIGNAL_SENT] = {make_signal_sent, check_signal_sent, true},
	[TRACEPOINT_SIGNAL_TAKEN] = {make_signal_taken, check_signal_taken, true},
	[TRACEPOINT_OOM_VICTIM] = {make_oom_victim, check_oom_victim, false},
	[TRACEPOINT_EXIT_GROUP] = {make_exit_call, check_exit_group, true},
	[TRACEPOINT_EXIT_THREAD] = {make_exit_call, check_exit_thread, true},
	[TRACEPOINT_EXECVE] = {make_exec_call, check_exec_call, true},
	[TRACEPOINT_EXECVEAT] = {make_exec_call, check_exec_call, true},
	[TRACEPOINT_EXECVE_END] = {make_exec_end, check_exec_end, false},
	[TRACEPOINT_EXECVEAT_END] = {make_exec_end, check_exec_end, false},
	[TRACEPOINT_PROBED_PATH] = {make_probed_path, check_probed_path, true},
};

static void make(struct raw *raw, const struct all *all, size_t tracepoint)
{
	raw_begin(raw, all->formats[tracepoint]);
	raw_number(raw, "common_pid", 77);
	feeding[tracepoint].make(raw);
}

/* What is cut is refused, or all that it needs is there still. */
static void check_lengths(const struct all *all, size_t tracepoint)
{
	struct event event;
	struct raw raw;

	make(&raw, all, tracepoint);
	assert_int_equal(decode(all, &raw, raw.size, &event), 1);
	for (uint32_t length = 0; length <= raw.size; length++) {
		int code = decode(all, &raw, length, &event);

		if (code != 1) {
			assert_int_equal(code, -EBADMSG);
			continue;
		}
		feeding[tracepoint].check(&event);
		if (feeding[tracepoint].has_current)
			assert_int_equal(event.current_tid, 77);
		assert_null(event.facts);
		assert_int_equal(event.cgroup_id, 0);
	}
}

static void test_every_feeding_tracepoint_of_every_kernel(void **state)
{
	size_t decoded = 0;

	(void)state;
	for (size_t i = 0; i < kernels.count; i++) {
		struct all all;

		all_new(&kernels.items[i], &all);
		decoder_want_facts(all.decoder);
		for (size_t j = TRACEPOINTS_SHOWN; j < TRACEPOINT_COUNT; j++) {
			if (!all.formats[j])
				continue;
			check_lengths(&all, j);
			decoded++;
		}
		all_free(&all);
	}
	/* Four on each kernel, and the system calls on most. */
	assert_true(decoded >= kernels.count * 4 + 30);
}

static void test_nothing_feeds_unless_it_is_wanted(void **state)
{
	struct event event;
	struct raw raw;
	struct all all;

	(void)state;
	all_new(&kernels.items[0], &all);
	for (size_t i = TRACEPOINTS_SHOWN; i < TRACEPOINT_COUNT; i++) {
		if (!all.formats[i])
			continue;
		make(&raw, &all, i);
		assert_int_equal(decode(&all, &raw, raw.size, &event), 0);
	}
	all_free(&all);
}

static void test_the_path_of_an_exec(void **state)
{
	size_t told = 0;

	(void)state;
	for (size_t i = 0; i < kernels.count; i++) {
		struct event event;
		struct raw raw;
		struct all all;

		all_new(&kernels.items[i], &all);
		decoder_want_facts(all.decoder);
		for (size_t j = TRACEPOINT_EXECVE; j <= TRACEPOINT_EXECVEAT; j++) {
			if (!all.formats[j])
				continue;
			make(&raw, &all, j);
			assert_int_equal(decode(&all, &raw, raw.size, &event), 1);
			bool has_path = format_find(all.formats[j], TRACEPOINT_EXEC_PATH);
			assert_int_equal(event.exec_call.path.bytes != NULL, has_path);
			told += has_path;
		}
		all_free(&all);
	}
	/* Both calls of Linux 6.19, 7.0, 7.2 and 7.3 on amd64, and of four on other machines. */
	assert_int_equal(told, 2 * 8);
}

/* LENGTH bytes at BYTES in the place of a path are WANTED; NULL: they are no path. */
static void assert_path(const struct all *all, const char *bytes, size_t length, const char *wanted)
{
	struct event event;
	struct raw raw;

	raw_begin(&raw, all->formats[TRACEPOINT_PROBED_PATH]);
	raw_bytes(&raw, "path", bytes, length);
	assert_int_equal(decode(all, &raw, raw.size, &event), 1);
	assert_int_equal(event.exec_call.path.bytes != NULL, wanted != NULL);
	if (wanted)
		assert_true(text_equals(event.exec_call.path, wanted));
}

static void test_probed_paths_that_are_not_whole(void **state)
{
	struct all all;

	(void)state;
	all_new(kernel_named("amd64-6.12.107+deb13"), &all);
	decoder_want_facts(all.decoder);
	assert_path(&all, "/bin/sh", 8, "/bin/sh");
	assert_path(&all, "", 1, "");
	assert_path(&all, "/bin\0/sh", 9, "/bin");
	/* The kernel could not read it. */
	assert_path(&all, "", 0, NULL);
	assert_path(&all, "(fault)", 8, NULL);
	/* Its end is not there. */
	assert_path(&all, "/bin/sh", 7, NULL);
	all_free(&all);
}

static int decode_with(const struct all *all, size_t tracepoint, const char *field, int64_t value)
{
	struct event event;
	struct raw raw;

	make(&raw, all, tracepoint);
	raw_number(&raw, field, value);
	return decode(all, &raw, raw.size, &event);
}

static bool is_taken_by_default(struct all *all, int64_t handler)
{
	struct event event;
	struct raw raw;

	make(&raw, all, TRACEPOINT_SIGNAL_TAKEN);
	raw_number(&raw, "sa_handler", handler);
	assert_int_equal(decode(all, &raw, raw.size, &event), 1);
	return event.signal_taken.is_default;
}

static void test_signals_that_end_nobody_are_none_of_ours(void **state)
{
	static const int expected[] = {1, 0, 0, 0, 1, 0, 0};
	struct all all;

	(void)state;
	for (size_t i = 0; i < kernels.count; i++) {
		all_new(&kernels.items[i], &all);
		decoder_want_facts(all.decoder);
		/* TRACE_SIGNAL_*: delivered, ignored, already pending, overflow, lose info. */
		for (int result = 0; result < (int)ARRAY_SIZE(expected); result++)
			assert_int_equal(
				decode_with(&all, TRACEPOINT_SIGNAL_SENT, "result", result),
				expected[result]);
		/* SIG_DFL, SIG_IGN, a handler. */
		assert_true(is_taken_by_default(&all, 0));
		assert_false(is_taken_by_default(&all, 1));
		assert_false(is_taken_by_default(&all, 0x4000));
		all_free(&all);
	}
}

/* A success, and what the kernel starts again: ERESTARTSYS and its like. */
static void test_execs_that_do_not_fail(void **state)
{
	static const struct {
		int64_t result;
		int code;
	} cases[] = {{0, 0},    {1, 0},    {-1, 1},   {-133, 1},
		     {-511, 1}, {-512, 0}, {-513, 0}, {INT64_MIN, 0}};
	struct all all;

	(void)state;
	all_new(kernel_named("amd64-7.2.13+deb14"), &all);
	decoder_want_facts(all.decoder);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(decode_with(&all, TRACEPOINT_EXECVE_END, "ret", cases[i].result),
				 cases[i].code);
	all_free(&all);
}

/* 32-bit kernels have an unsigned long. */
static void test_clone_flags_that_are_cut(void **state)
{
	size_t cut = 0;

	(void)state;
	for (size_t i = 0; i < kernels.count; i++) {
		struct event event;
		struct raw raw;
		struct all all;

		all_new(&kernels.items[i], &all);
		decoder_want_facts(all.decoder);
		raw_begin(&raw, all.formats[TRACEPOINT_NEW_TASK]);
		make_new_task(&raw);
		assert_int_equal(decode(&all, &raw, raw.size, &event), 1);
		bool complete = kernels.items[i].machine.long_size == 8;
		assert_int_equal(event.new_task.flags_complete, complete);
		cut += !complete;
		all_free(&all);
	}
	assert_true(cut > 0 && cut < kernels.count);
}

static void test_group_dead(void **state)
{
	size_t told = 0;

	(void)state;
	for (size_t i = 0; i < kernels.count; i++) {
		const struct format *format = kernels.items[i].format[EVENT_EXIT];
		bool tells = format_find(format, "group_dead") != NULL;
		struct event event;
		struct raw raw;
		struct all all;

		all_new(&kernels.items[i], &all);
		raw_begin(&raw, format);
		assert_int_equal(decode(&all, &raw, raw.size, &event), 1);
		assert_false(event.exit.call.known);
		assert_int_equal(event.exit.last, tells ? KNOWN_NO : KNOWN_NOT);
		if (tells) {
			raw_number(&raw, "group_dead", 1);
			assert_int_equal(decode(&all, &raw, raw.size, &event), 1);
			assert_int_equal(event.exit.last, KNOWN_YES);
		}
		told += tells;
		all_free(&all);
	}
	assert_true(told > 0 && told < kernels.count);
}

/* ---- behind the raw data ---- */

#define X86_BX_DI (1U << 1 | 1U << 5)

/* A call chain as perf has it, and where in it exit_group(2) shows. */
static const uint64_t chain[] = {PERF_CONTEXT_KERNEL, 0xffffffff81000001, 0xffffffff81000010};
#define IN_EXIT_GROUP UINT64_C(0xffffffff81000010)
#define X86_SP (1U << 7)

/* A record of RAW with EXTRA behind it, cut at LENGTH bytes of that. */
static int decode_extra(const struct all *all, const struct raw *raw, const void *extra,
			uint32_t length, struct event *event)
{
	struct record record = raw_record(raw);
	unsigned char bytes[1024];

	assert_true(raw->size + length <= sizeof(bytes));
	memcpy(bytes, raw->bytes, raw->size);
	memcpy(bytes + raw->size, extra, length);
	record.raw = guarded_put(&guarded, bytes, raw->size + length, 1);
	record.extra_size = length;
	record.body = chain;
	record.body_size = sizeof(chain);
	return decoder_decode(all->decoder, &record, event);
}

static void test_an_exec_that_failed_has_its_cgroup(void **state)
{
	static const struct sample_extra_layout layout = {.sample_type = PERF_SAMPLE_RAW |
									 SAMPLE_EXTRA_CGROUP};
	const uint64_t cgroup = 99;
	struct event event;
	struct raw raw;
	struct all all;

	(void)state;
	all_new(kernel_named("amd64-7.2.13+deb14"), &all);
	decoder_want_facts(all.decoder);
	for (enum tracepoint end = TRACEPOINT_EXECVE_END; end <= TRACEPOINT_EXECVEAT_END; end++) {
		decoder_set_extra(all.decoder, end, &layout, NULL);
		make(&raw, &all, end);
		assert_int_equal(decode_extra(&all, &raw, &cgroup, sizeof(cgroup), &event), 1);
		assert_int_equal(event.cgroup_id, 99);
	}
	all_free(&all);
}

static void test_an_exec_has_its_stack(void **state)
{
	static const struct sample_extra_layout layout = {
		.sample_type = PERF_SAMPLE_RAW | PERF_SAMPLE_REGS_USER | PERF_SAMPLE_STACK_USER |
			       SAMPLE_EXTRA_CGROUP,
		.regs_user = X86_SP,
	};
	/* abi, sp; size, 16 bytes of stack, 8 of them filled; cgroup */
	const uint64_t extra[] = {PERF_SAMPLE_REGS_ABI_64, 0x7ffc0000, 16, 0x1122, 0, 8, 99};
	struct event event;
	struct raw raw;
	struct all all;

	(void)state;
	all_new(kernel_named("amd64-6.1.0-50"), &all);
	decoder_want_facts(all.decoder);
	decoder_set_extra(all.decoder, TRACEPOINT_EXEC, &layout, registers_of_machine("x86_64"));
	/* Of those that are not shown nothing of the kind is opened. */
	decoder_set_extra(all.decoder, TRACEPOINT_NEW_TASK, &layout, NULL);
	raw_begin(&raw, all.formats[TRACEPOINT_EXEC]);
	raw_string(&raw, "filename", "/bin/sh");
	for (uint32_t length = 0; length < sizeof(extra); length++)
		assert_int_equal(decode_extra(&all, &raw, extra, length, &event), -EBADMSG);
	assert_int_equal(decode_extra(&all, &raw, extra, sizeof(extra), &event), 1);
	assert_int_equal(event.cgroup_id, 99);
	assert_int_equal(event.exec.stack.pointer, 0x7ffc0000);
	assert_int_equal(event.exec.stack.size, 8);
	assert_int_equal(event.exec.stack.word_size, 8);
	assert_int_equal(event.exec.stack.bytes[0], 0x22);
	assert_null(event.exec.image);
	all_free(&all);
}

static void test_an_exit_has_its_code(void **state)
{
	static const struct sample_extra_layout layout = {
		.sample_type = PERF_SAMPLE_RAW | PERF_SAMPLE_REGS_USER,
		.regs_user = X86_BX_DI,
	};
	static const struct exit_paths paths = {
		.known = true,
		.marks[EXIT_PATH_GROUP] = {{IN_EXIT_GROUP}, 1},
	};
	const uint64_t extra[] = {PERF_SAMPLE_REGS_ABI_64, 1, 0x103};
	struct event event;
	struct raw raw;
	struct all all;

	(void)state;
	all_new(kernel_named("amd64-6.1.0-50"), &all);
	decoder_want_facts(all.decoder);
	raw_begin(&raw, all.formats[TRACEPOINT_EXIT]);
	assert_int_equal(decode_extra(&all, &raw, extra, sizeof(extra), &event), 1);
	assert_false(event.exit.call.known);
	decoder_set_extra(all.decoder, TRACEPOINT_EXIT, &layout, registers_of_machine("x86_64"));
	for (uint32_t length = 0; length < sizeof(extra); length++)
		assert_int_equal(decode_extra(&all, &raw, extra, length, &event), -EBADMSG);
	assert_int_equal(decode_extra(&all, &raw, extra, sizeof(extra), &event), 1);
	assert_false(event.exit.call.known);
	decoder_set_exit_paths(all.decoder, &paths);
	assert_int_equal(decode_extra(&all, &raw, extra, sizeof(extra), &event), 1);
	assert_true(event.exit.call.known);
	assert_true(event.exit.call.is_group);
	assert_int_equal(event.exit.call.code, 3);
	assert_int_equal(event.cgroup_id, 0);
	all_free(&all);
}

/* ---- sideband ---- */

static int decode_body(const struct all *all, uint32_t type, const void *body, uint32_t size,
		       struct event *event)
{
	struct record record = {
		.type = type,
		.body = guarded_put(&guarded, body, size, 1),
		.body_size = size,
	};

	return decoder_decode(all->decoder, &record, event);
}

static void test_sideband_is_only_for_facts(void **state)
{
	static const uint32_t types[] = {PERF_RECORD_FORK, PERF_RECORD_COMM, RECORD_CGROUP,
					 RECORD_NOTE};
	static const unsigned char body[64];
	struct event event;
	struct all all;

	(void)state;
	all_new(&kernels.items[0], &all);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		assert_int_equal(decode_body(&all, types[i], body, sizeof(body), &event), 0);
	decoder_want_facts(all.decoder);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		assert_int_equal(decode_body(&all, types[i], body, sizeof(body), &event), 1);
	assert_int_equal(decode_body(&all, PERF_RECORD_EXIT, body, sizeof(body), &event), 0);
	all_free(&all);
}

static void test_sideband_cut_at_every_length(void **state)
{
	const struct {
		int32_t pid, ppid, tid, ptid;
		uint64_t time;
	} child = {100, 1, 101, 1, 5};
	const struct {
		uint64_t id;
		char path[8];
	} cgroup = {.id = 77, .path = {'/', 'a', '/', 'b', 'c', 'd', 'e', 'f'}};
	struct event event;
	struct all all;

	(void)state;
	all_new(&kernels.items[0], &all);
	decoder_want_facts(all.decoder);
	for (uint32_t length = 0; length <= sizeof(child); length++) {
		int code = decode_body(&all, PERF_RECORD_FORK, &child, length, &event);

		assert_int_equal(code, length < 16 ? -EBADMSG : 1);
		if (code == 1) {
			assert_int_equal(event.type, EVENT_CHILD);
			assert_int_equal(event.child.pid, 100);
			assert_int_equal(event.child.tid, 101);
		}
	}
	for (uint32_t length = 0; length <= sizeof(cgroup); length++) {
		int code = decode_body(&all, RECORD_CGROUP, &cgroup, length, &event);

		assert_int_equal(code, length < 8 ? -EBADMSG : 1);
		if (code == 1) {
			assert_int_equal(event.type, EVENT_CGROUP);
			assert_int_equal(event.cgroup.id, 77);
			assert_int_equal(event.cgroup.path.length, length - 8);
		}
	}
	all_free(&all);
}

static void test_renames(void **state)
{
	const struct {
		int32_t pid, tid;
		char comm[8];
	} comm = {100, 101, "renamed"};
	struct event event;
	struct all all;

	(void)state;
	all_new(&kernels.items[0], &all);
	decoder_want_facts(all.decoder);
	assert_int_equal(decode_body(&all, PERF_RECORD_COMM, &comm, sizeof(comm), &event), 1);
	assert_int_equal(event.type, EVENT_COMM);
	assert_false(event.comm.is_exec);
	assert_int_equal(event.comm.tid, 101);
	assert_text(event.comm.comm, "renamed");
	all_free(&all);
}

static void test_notes_are_passed_on(void **state)
{
	struct event event;
	struct all all;

	(void)state;
	all_new(&kernels.items[0], &all);
	decoder_want_facts(all.decoder);
	assert_int_equal(decode_body(&all, RECORD_NOTE, "note", 4, &event), 1);
	assert_int_equal(event.type, EVENT_NOTE);
	assert_int_equal(event.note.size, 4);
	assert_memory_equal(event.note.body, "note", 4);
	all_free(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_feeding_tracepoint_of_every_kernel),
		cmocka_unit_test(test_nothing_feeds_unless_it_is_wanted),
		cmocka_unit_test(test_the_path_of_an_exec),
		cmocka_unit_test(test_probed_paths_that_are_not_whole),
		cmocka_unit_test(test_execs_that_do_not_fail),
		cmocka_unit_test(test_signals_that_end_nobody_are_none_of_ours),
		cmocka_unit_test(test_clone_flags_that_are_cut),
		cmocka_unit_test(test_group_dead),
		cmocka_unit_test(test_an_exec_that_failed_has_its_cgroup),
		cmocka_unit_test(test_an_exec_has_its_stack),
		cmocka_unit_test(test_an_exit_has_its_code),
		cmocka_unit_test(test_sideband_is_only_for_facts),
		cmocka_unit_test(test_sideband_cut_at_every_length),
		cmocka_unit_test(test_renames),
		cmocka_unit_test(test_notes_are_passed_on),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
