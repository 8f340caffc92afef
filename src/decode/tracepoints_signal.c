/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * signal:signal_generate, signal:signal_deliver and oom:mark_victim: what ends processes.
 */
#include <errno.h>
#include <signal.h>

#include "decode/tracepoint.h"
#include "event/event.h"
#include "event/facts.h"

/*
 * TRACE_SIGNAL_DELIVERED and TRACE_SIGNAL_LOSE_INFO, include/trace/events/signal.h: neither ignored
 * nor merged into another. The second loses only what the handler would have been told.
 */
#define SIGNAL_QUEUED 0
#define SIGNAL_QUEUED_BARE 4

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

/* TRACE_FLAG_HARDIRQ, _SOFTIRQ and _NMI of include/linux/trace_events.h. */
#define FLAGS_OF_INTERRUPTS 0x58

/* SA_RESETHAND of asm-generic/signal.h, which x86, arm64 and s390 share. */
#define FLAG_RESETHAND 0x80000000U

enum { SENT_COMMON_PID, SENT_SIG, SENT_CODE, SENT_PID, SENT_GROUP, SENT_RESULT, SENT_FLAGS };

static int decode_signal_sent(const struct field *fields, const struct record *record,
			      struct event *event)
{
	int32_t group = 0, result = 0, flags = 0;

	if (tracepoint_int(&fields[SENT_COMMON_PID], record, &event->current_tid) < 0 ||
	    tracepoint_int(&fields[SENT_SIG], record, &event->signal_sent.signal) < 0 ||
	    tracepoint_int(&fields[SENT_CODE], record, &event->signal_sent.code) < 0 ||
	    tracepoint_int(&fields[SENT_PID], record, &event->signal_sent.pid) < 0 ||
	    tracepoint_int(&fields[SENT_GROUP], record, &group) < 0 ||
	    tracepoint_int(&fields[SENT_RESULT], record, &result) < 0 ||
	    (fields[SENT_FLAGS].size > 0 &&
	     tracepoint_int(&fields[SENT_FLAGS], record, &flags) < 0))
		return -EBADMSG;
	event->type = EVENT_SIGNAL_SENT;
	event->signal_sent.is_group = group != 0;
	event->signal_sent.in_interrupt = (flags & FLAGS_OF_INTERRUPTS) != 0;
	return result == SIGNAL_QUEUED || result == SIGNAL_QUEUED_BARE;
}

/* SIGCHLD, which every exit sends, is the most frequent of all, and ends nobody. */
const struct tracepoint_type tracepoint_signal_sent = {
	.system = "signal",
	.name = "signal_generate",
	.fields = {[SENT_COMMON_PID] = {"common_pid", TRACEPOINT_NUMBER, false},
		   [SENT_SIG] = {"sig", TRACEPOINT_NUMBER, false},
		   [SENT_CODE] = {"code", TRACEPOINT_NUMBER, false},
		   [SENT_PID] = {"pid", TRACEPOINT_NUMBER, false},
		   [SENT_GROUP] = {"group", TRACEPOINT_NUMBER, false},
		   [SENT_RESULT] = {"result", TRACEPOINT_NUMBER, false},
		   [SENT_FLAGS] = {"common_flags", TRACEPOINT_NUMBER, true}},
	.decode = decode_signal_sent,
	.needs = NEED_STATUS,
	.filter = "(result == " TEXT(SIGNAL_QUEUED) " || result == " TEXT(
		SIGNAL_QUEUED_BARE) ") && sig != " TEXT(SIGCHLD),
};

enum { TAKEN_COMMON_PID, TAKEN_SIG, TAKEN_HANDLER, TAKEN_FLAGS };

static int decode_signal_taken(const struct field *fields, const struct record *record,
			       struct event *event)
{
	int64_t handler, flags;

	if (tracepoint_int(&fields[TAKEN_COMMON_PID], record, &event->current_tid) < 0 ||
	    tracepoint_int(&fields[TAKEN_SIG], record, &event->signal_taken.signal) < 0 ||
	    tracepoint_number(&fields[TAKEN_HANDLER], record, &handler) < 0 ||
	    tracepoint_number(&fields[TAKEN_FLAGS], record, &flags) < 0)
		return -EBADMSG;
	event->type = EVENT_SIGNAL_TAKEN;
	/* SIG_DFL, SIG_IGN (1), or a handler. */
	event->signal_taken.is_default = handler == 0;
	event->signal_taken.is_handled = handler != 0 && handler != 1;
	event->signal_taken.is_reset = ((uint64_t)flags & FLAG_RESETHAND) != 0;
	return 1;
}

const struct tracepoint_type tracepoint_signal_taken = {
	.system = "signal",
	.name = "signal_deliver",
	.fields = {[TAKEN_COMMON_PID] = {"common_pid", TRACEPOINT_NUMBER, false},
		   [TAKEN_SIG] = {"sig", TRACEPOINT_NUMBER, false},
		   [TAKEN_HANDLER] = {"sa_handler", TRACEPOINT_NUMBER, false},
		   [TAKEN_FLAGS] = {"sa_flags", TRACEPOINT_NUMBER, false}},
	.decode = decode_signal_taken,
	.needs = NEED_STATUS,
	.filter = "sig != " TEXT(SIGCHLD),
};

static int decode_oom_victim(const struct field *fields, const struct record *record,
			     struct event *event)
{
	event->type = EVENT_OOM_VICTIM;
	return tracepoint_int(fields, record, &event->oom_victim.pid) < 0 ? -EBADMSG : 1;
}

const struct tracepoint_type tracepoint_oom_victim = {
	.system = "oom",
	.name = "mark_victim",
	.fields = {{"pid", TRACEPOINT_NUMBER, false}},
	.decode = decode_oom_victim,
	.needs = NEED_STATUS,
};
