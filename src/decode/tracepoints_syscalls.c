/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * syscalls:sys_enter_exit_group and sys_enter_exit: exit codes, where the exit's registers do not
 * tell them.
 */
#include <errno.h>

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
