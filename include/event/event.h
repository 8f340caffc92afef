/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A decoded event: what the decoder makes of a record, and all that task table, filter and sinks
 * see of it. It borrows its texts from the record: valid until the source is asked for the next.
 */
#ifndef PXT_EVENT_EVENT_H
#define PXT_EVENT_EVENT_H

#include <stdint.h>

#include "base/text.h"
#include "event/facts.h"

struct record;

enum event_type {
	EVENT_FORK,
	EVENT_EXEC,
	EVENT_EXIT,
	EVENT_LOST,      /* the kernel had no room for some events */
	EVENT_TRUNCATED, /* the event cap ended the trace */
	EVENT_SHOWN_TYPES,

	/* What follows feeds the task table; no sink shows it. */
	EVENT_COMM = EVENT_SHOWN_TYPES, /* a task's new name; feeds EXEC's comm */
	EVENT_CHILD,                    /* PERF_RECORD_FORK: process or thread, before its FORK */
	EVENT_NEW_TASK,
	EVENT_SIGNAL_SENT,
	EVENT_SIGNAL_TAKEN,
	EVENT_OOM_VICTIM,
	EVENT_EXIT_CALL,
	EVENT_CGROUP, /* a cgroup's path */
	EVENT_NOTE,   /* what our own recorder wrote into the capture: capture/note.h */
	EVENT_TYPES
};

/* The events that a user can ask for with -e, as bits. */
#define EVENT_BIT(type) (1U << (type))
#define EVENT_SHOWABLE (EVENT_BIT(EVENT_FORK) | EVENT_BIT(EVENT_EXEC) | EVENT_BIT(EVENT_EXIT))

/* Captures without PERF_SAMPLE_CPU or PERF_SAMPLE_TIME. */
#define EVENT_NO_CPU UINT32_MAX
#define EVENT_NO_TIME 0U

/* Of exits that a source tells without their priority. */
#define EVENT_NO_PRIO INT32_MIN

/* The user stack as an exec left it, from the stack pointer up: argc, argv, envp, auxv, strings. */
struct user_stack {
	const unsigned char *bytes; /* NULL: not recorded */
	uint32_t size;              /* bytes */
	uint8_t word_size;          /* 4 or 8 bytes */
	bool swap;                  /* words are in the byte order that is not ours */
	uint64_t pointer;           /* the stack pointer */
};

/* How a task left by itself. */
struct exit_call {
	bool known; /* it was in exit(2) or exit_group(2); else nobody knows, or a signal ended it
		     */
	bool is_group; /* exit_group(2): of the whole process */
	int32_t code;  /* 0 to 255 */
};

/*
 * Task ids in the payloads are the tracepoints' own: of the initial pid namespace. `sample_pid`,
 * `sample_tid` and COMM's tid are tgid and tid in the pid namespace of whoever opened the event, 0
 * where the task is not in it. Compare the two kinds only where that is the initial namespace too.
 */
struct event {
	enum event_type type;
	uint32_t cpu;     /* EVENT_NO_CPU: not known */
	uint64_t time_ns; /* CLOCK_MONOTONIC; EVENT_NO_TIME: not known */
	int32_t sample_pid, sample_tid;
	int32_t current_tid; /* who sends or takes a signal, or exits, as the payloads have ids */
	uint64_t cgroup_id;  /* of the task whose doing it is; 0: not known */
	const struct facts *facts;   /* NULL: nobody asked for any */
	const struct record *record; /* it was decoded from (perf/record.h); NULL: none */
	union {
		struct {
			int32_t parent_pid, child_pid;
			struct text parent_comm, child_comm;
		} fork;
		struct {
			int32_t pid;
			int32_t old_pid; /* the thread's id before it became leader; 0: not known */
			struct text comm; /* the new name; NULL: the task table has it from COMM */
			struct text filename;
			struct user_stack stack;
			const struct exec_image *image; /* made of `stack`; NULL: not looked at */
		} exec;
		struct {
			int32_t pid;  /* the task's own id, thread or leader */
			int32_t prio; /* EVENT_NO_PRIO: not known */
			struct text comm;
			enum known last; /* of its process, where the kernel tells (6.16+) */
			struct exit_call call;
		} exit;
		struct {
			uint64_t count;
		} lost;
		struct {
			const char *reason;
			uint64_t limit;
		} truncated;
		struct {
			int32_t tid;
			bool is_exec; /* the next EXEC's; else prctl(PR_SET_NAME) or the like */
			struct text comm;
		} comm;
		struct {
			int32_t pid, tid; /* the child's tgid and tid, as sample ids */
		} child;
		struct {
			int32_t pid; /* the child's own id */
			uint64_t clone_flags;
			bool flags_complete; /* else those above bit 31 are not known */
		} new_task;
		struct {
			int32_t pid; /* the task's own id */
			int32_t signal;
			int32_t code;      /* si_code */
			bool is_group;     /* to the process, not to that thread alone */
			bool in_interrupt; /* current_tid is not who sends it */
		} signal_sent;             /* one that was not ignored */
		struct {
			int32_t signal;  /* taken by current_tid */
			bool is_default; /* with its default action */
			bool is_handled; /* by a handler; neither: it is ignored by now */
			bool is_reset;   /* SA_RESETHAND: from here on the default action */
		} signal_taken;
		struct {
			int32_t pid;
		} oom_victim;
		struct {
			bool is_group; /* exit_group(2), not exit(2) */
			int32_t code;
		} exit_call;
		struct {
			uint64_t id;
			struct text path;
		} cgroup;
		struct {
			uint16_t kind;  /* enum capture_note_kind */
			uint32_t count; /* of what there is in it */
			uint32_t size;  /* bytes */
			const void *body;
		} note;
	};
};

/*
 * Returns the id of the task that EVENT happened to, as its payload has it: of a FORK, the one that
 * forks. 0 where the payload does not say.
 */
static inline int32_t event_task(const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		return event->fork.parent_pid;
	case EVENT_EXEC:
		return event->exec.pid;
	case EVENT_EXIT:
		return event->exit.pid;
	default:
		return 0;
	}
}

/* Returns the name of that task, an EXEC's new one. Only for FORK, EXEC and EXIT. */
static inline struct text event_comm(const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		return event->fork.parent_comm;
	case EVENT_EXEC:
		return event->exec.comm;
	default:
		return event->exit.comm;
	}
}

/*
 * The kind of EVENT, a FORK, for those to whom a vfork is a process like any other: without clone
 * flags the two are not told apart.
 */
static inline enum fork_kind event_fork_kind(const struct event *event)
{
	const struct facts *facts = event->facts;

	if (!facts)
		return FORK_KIND_UNKNOWN;
	if (facts->kind == FORK_KIND_UNKNOWN && facts->child_tgid == event->fork.child_pid)
		return FORK_KIND_PROCESS;
	return facts->kind;
}

#endif
