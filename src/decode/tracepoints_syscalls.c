/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * syscalls:sys_enter_exit_group and sys_enter_exit: exit codes, where the exit's registers do not
 * tell them. syscalls:sys_enter_execve, sys_exit_execve and those of execveat, and the path by a
 * probe of ours: execs that fail.
 */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "decode/field.h"
#include "decode/tracepoint.h"
#include "event/event.h"

enum { COMMON_PID, ERROR_CODE };

static int decode_exit_call(const struct field *fields, const struct record *record,
			    struct event *event)
{
	if (tracepoint_int(&fields[COMMON_PID], record, &event->current_tid) < 0 ||
	    tracepoint_int(&fields[ERROR_CODE], record, &event->exit_call.code) < 0)
		return -EBADMSG;
	event->type = EVENT_EXIT_CALL;
	event->exit_call.code &= 0xff;
	return 1;
}

static int decode_exit_group(const struct field *fields, const struct record *record,
			     struct event *event)
{
	event->exit_call.is_group = true;
	return decode_exit_call(fields, record, event);
}

static int decode_exit_thread(const struct field *fields, const struct record *record,
			      struct event *event)
{
	event->exit_call.is_group = false;
	return decode_exit_call(fields, record, event);
}

#define EXIT_CALL_FIELDS                                                                  \
	{                                                                                 \
		[COMMON_PID] = {"common_pid", TRACEPOINT_NUMBER, false}, [ERROR_CODE] = { \
			"error_code",                                                     \
			TRACEPOINT_NUMBER,                                                \
			false                                                             \
		}                                                                         \
	}

const struct tracepoint_type tracepoint_exit_group = {
	.system = "syscalls",
	.name = "sys_enter_exit_group",
	.fields = EXIT_CALL_FIELDS,
	.decode = decode_exit_group,
	.exit_call = true,
};

const struct tracepoint_type tracepoint_exit_thread = {
	.system = "syscalls",
	.name = "sys_enter_exit",
	.fields = EXIT_CALL_FIELDS,
	.decode = decode_exit_thread,
	.exit_call = true,
};

/* ---- execs that fail ---- */

/* The kernel restarts the call (linux/errno.h: ERESTARTSYS and what follows); nobody sees these. */
#define ERRORS_SEEN 512

enum { PATH = COMMON_PID + 1, POINTER, RESULT = PATH };

static int decode_exec_call(const struct field *fields, const struct record *record,
			    struct event *event)
{
	struct text path = {0};
	int64_t pointer = 0;

	if (tracepoint_int(&fields[COMMON_PID], record, &event->current_tid) < 0 ||
	    (fields[PATH].size > 0 && tracepoint_text(&fields[PATH], record, &path) < 0) ||
	    (fields[POINTER].size > 0 && tracepoint_number(&fields[POINTER], record, &pointer) < 0))
		return -EBADMSG;
	event->type = EVENT_EXEC_CALL;
	event->exec_call.pointer = (uint64_t)pointer;
	event->exec_call.path = path;
	return 1;
}

/*
 * Of a string that cannot be read the kernel tells nothing, or these words in its place
 * (kernel/trace/trace_probe_kernel.h, Linux 6.3).
 */
#define UNREADABLE "(fault)"

/* Returns the whole string in BYTES, whose NUL is there as well; NULL: it was not read. */
static struct text whole_string(struct text bytes)
{
	const struct text string = {bytes.bytes, strnlen(bytes.bytes, bytes.length)};

	if (string.length == bytes.length || text_equals(string, UNREADABLE))
		return (struct text){0};
	return string;
}

static int decode_probed_path(const struct field *fields, const struct record *record,
			      struct event *event)
{
	struct text path;
	int64_t pointer;

	if (tracepoint_int(&fields[COMMON_PID], record, &event->current_tid) < 0 ||
	    field_bytes(&fields[PATH], record->raw, record->raw_size, &path) < 0 ||
	    tracepoint_number(&fields[POINTER], record, &pointer) < 0)
		return -EBADMSG;
	event->type = EVENT_EXEC_PATH;
	event->exec_call.pointer = (uint64_t)pointer;
	event->exec_call.path = whole_string(path);
	return 1;
}

/* A success has its EXEC. */
static int decode_exec_end(const struct field *fields, const struct record *record,
			   struct event *event)
{
	int64_t result;

	if (tracepoint_int(&fields[COMMON_PID], record, &event->exec_failed.pid) < 0 ||
	    tracepoint_number(&fields[RESULT], record, &result) < 0)
		return -EBADMSG;
	if (result >= 0 || result <= -ERRORS_SEEN)
		return 0;
	event->type = EVENT_EXEC_FAILED;
	event->exec_failed.error = (int32_t)-result;
	event->exec_failed.comm = event->exec_failed.path = (struct text){0};
	return 1;
}

#define EXEC_CALL(of)                                                               \
	{                                                                           \
		.system = "syscalls", .name = "sys_enter_" of,                      \
		.fields = {[COMMON_PID] = {"common_pid", TRACEPOINT_NUMBER, false}, \
			   [PATH] = {TRACEPOINT_EXEC_PATH, TRACEPOINT_TEXT, true},  \
			   [POINTER] = {"filename", TRACEPOINT_NUMBER, true}},      \
		.decode = decode_exec_call, .exec_call = true,                      \
	}

#define EXEC_END(of)                                                                \
	{                                                                           \
		.system = "syscalls", .name = "sys_exit_" of,                       \
		.fields = {[COMMON_PID] = {"common_pid", TRACEPOINT_NUMBER, false}, \
			   [RESULT] = {"ret", TRACEPOINT_NUMBER, false}},           \
		.decode = decode_exec_end, .exec_call = true, .filter = "ret < 0",  \
	}

const struct tracepoint_type tracepoint_execve = EXEC_CALL("execve");
const struct tracepoint_type tracepoint_execveat = EXEC_CALL("execveat");
const struct tracepoint_type tracepoint_execve_end = EXEC_END("execve");
const struct tracepoint_type tracepoint_execveat_end = EXEC_END("execveat");

const struct tracepoint_type tracepoint_probed_path = {
	.system = "perf_exec_trace_*",
	.name = "exec_path",
	.fields = {[COMMON_PID] = {"common_pid", TRACEPOINT_NUMBER, false},
		   [PATH] = {"path", TRACEPOINT_TEXT, false},
		   [POINTER] = {"pointer", TRACEPOINT_NUMBER, false}},
	.decode = decode_probed_path,
};
