/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A decoded event: what task table, filter and sinks see of a record. Its texts are borrowed from
 * the record, valid until the source is asked for the next one.
 */
#ifndef PXT_EVENT_EVENT_H
#define PXT_EVENT_EVENT_H

#include <stdint.h>

#include "base/text.h"
#include "event/facts.h"
#include "event/usage.h"

struct record;

enum event_type {
	EVENT_FORK,
	EVENT_EXEC,
	EVENT_EXIT,
	EVENT_EXEC_FAILED, /* execve(2) or execveat(2) returned an error */
	EVENT_LOST,        /* the kernel dropped events: the ring was full */
	EVENT_TRUNCATED,   /* the event cap ended the trace */
	EVENT_SHOWN_TYPES,

	/* The rest feeds the task table; no sink shows it. */
	EVENT_COMM = EVENT_SHOWN_TYPES, /* PERF_RECORD_COMM: a task's new name */
	EVENT_CHILD,                    /* PERF_RECORD_FORK: a new process or thread, before FORK */
	EVENT_NEW_TASK,                 /* task:task_newtask, before FORK */
	EVENT_SIGNAL_SENT,              /* signal:signal_generate */
	EVENT_SIGNAL_TAKEN,             /* signal:signal_deliver */
	EVENT_OOM_VICTIM,               /* oom:mark_victim */
	EVENT_EXIT_CALL,                /* exit(2) or exit_group(2) begins */
	EVENT_EXEC_CALL,                /* execve(2) or execveat(2) begins */
	EVENT_EXEC_PATH,                /* its path, by a probe of ours */
	EVENT_CGROUP,                   /* PERF_RECORD_CGROUP: a cgroup's path */
	EVENT_NOTE, /* a note of our recorder in a capture: capture/notes/kinds.h */
	EVENT_TYPES
};

/* The event types as bits; those that are shown unless others are asked for. */
#define EVENT_BIT(type) (1U << (type))
#define EVENT_SHOWABLE (EVENT_BIT(EVENT_FORK) | EVENT_BIT(EVENT_EXEC) | EVENT_BIT(EVENT_EXIT))

/* In captures without PERF_SAMPLE_CPU or PERF_SAMPLE_TIME. */
#define EVENT_NO_CPU UINT32_MAX
#define EVENT_NO_TIME 0U

/* Of exits that a source tells without their priority. */
#define EVENT_NO_PRIO INT32_MIN

/*
 * A dump of the user stack at the end of an exec, from the stack pointer up: argc, argv, envp,
 * auxv, strings.
 */
struct user_stack {
	const unsigned char *bytes; /* NULL: not recorded */
	uint32_t size;              /* bytes */
	uint8_t word_size;          /* 4 or 8 bytes */
	bool swap;                  /* words have to be byte-swapped */
	uint64_t pointer;           /* the stack pointer */
};

/* The system call by which a task exits. */
struct exit_call {
	bool known;    /* exit(2) or exit_group(2); false: not known, or a signal ended the task */
	bool is_group; /* exit_group(2): of the whole process */
	int32_t code;  /* 0 to 255 */
};

/*
 * There are two kinds of task ids. Those in the payloads come from tracepoints and belong to the
 * initial pid namespace. Sample ids (`sample_pid`, `sample_tid`, and those of COMM and CHILD)
 * belong to the pid namespace of the process that opened the perf event; they are 0 for tasks
 * outside of it. They are comparable only where that is the initial namespace, too.
 */
struct event {
	enum event_type type;
	uint32_t cpu;                   /* EVENT_NO_CPU: not known */
	uint64_t time_ns;               /* CLOCK_MONOTONIC; EVENT_NO_TIME: not known */
	int32_t sample_pid, sample_tid; /* tgid and tid of the running task, as sample ids */
	int32_t current_tid;       /* NEW_TASK, signals, *_CALL: the running task, as payload id */
	uint64_t cgroup_id;        /* of the running task; 0: not known */
	const struct facts *facts; /* NULL: not needed */
	const struct record *record; /* decoded from (perf/record.h); NULL: none */
	union {
		struct {
			int32_t parent_tid, child_tid;
			struct text parent_comm, child_comm;
		} fork;
		struct {
			int32_t pid;
			int32_t old_pid; /* the thread's id before it became leader; 0: not known */
			struct text comm; /* the new name; NULL: the task table has it from COMM */
			struct text filename;
			struct user_stack stack;
			const struct exec_image *image; /* made from `stack`; NULL: not needed */
		} exec;
		struct {
			int32_t pid;  /* the task's own id, thread or leader */
			int32_t prio; /* EVENT_NO_PRIO: not known */
			struct text comm;
			enum known last; /* of its process; known on Linux 6.16 and later */
			struct exit_call call;
			bool has_status; /* the kernel itself told `status` */
			bool told_last;  /* the kernel itself told that it is the last one */
			uint32_t status; /* of this task, as wait(2) has it, 0x80 for a core dump */
			const struct task_usage *usage; /* NULL: not told */
		} exit;
		struct {
			int32_t pid;      /* the task's own id, thread or leader */
			int32_t error;    /* errno of Linux, such as 2 for ENOENT */
			struct text comm; /* by the task table; NULL: not known */
			struct text path; /* exec_call's, by the task table; NULL: not known */
		} exec_failed;
		struct {
			uint64_t count;
		} lost;
		struct {
			const char *reason;
			uint64_t limit;
		} truncated;
		struct {
			int32_t tid;
			bool is_exec; /* set by an exec, whose EXEC follows; else by prctl(2) */
			struct text comm;
		} comm;
		struct {
			int32_t pid, tid; /* the child's tgid and tid, as sample ids */
		} child;
		struct {
			int32_t pid; /* the child's own id */
			uint64_t clone_flags;
			bool flags_complete; /* false: bits above 31 are not known */
		} new_task;
		struct {
			int32_t pid; /* the receiving task's own id */
			int32_t signal;
			int32_t code;      /* si_code */
			bool is_group;     /* to the process, not to this thread only */
			bool in_interrupt; /* current_tid is not the sender */
		} signal_sent;             /* not for ignored signals */
		struct {
			int32_t signal;  /* taken by current_tid */
			bool is_default; /* the default action is taken */
			bool is_handled; /* a handler is called; neither: it is ignored */
			bool is_reset;   /* SA_RESETHAND: the handler is removed */
		} signal_taken;
		struct {
			int32_t pid;
		} oom_victim;
		struct {
			bool is_group; /* exit_group(2), not exit(2) */
			int32_t code;
		} exit_call;
		struct {
			uint64_t pointer; /* to the path, in the caller's memory; 0: not told */
			/*
			 * EXEC_CALL: as it was given, with "." for each byte that is not printable
			 * in ISO 8859-1, and "..." behind the first 63 bytes of a longer one: as
			 * the kernel tells it (kernel/trace/trace_syscalls.c). EXEC_PATH: exactly
			 * as it was given. NULL: not told.
			 */
			struct text path;
		} exec_call; /* and EXEC_PATH */
		struct {
			uint64_t id;
			struct text path;
		} cgroup;
		struct {
			uint16_t kind;  /* enum capture_note_kind */
			uint32_t count; /* entries in it */
			uint32_t size;  /* bytes of `body` */
			const void *body;
		} note;
	};
};

/* Returns the payload id of EVENT's task (FORK: the one that forks), 0 for other types. */
static inline int32_t event_task(const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		return event->fork.parent_tid;
	case EVENT_EXEC:
		return event->exec.pid;
	case EVENT_EXIT:
		return event->exit.pid;
	case EVENT_EXEC_FAILED:
		return event->exec_failed.pid;
	default:
		return 0;
	}
}

/* Returns the name of that task (EXEC: the new one). Only for types that have one. */
static inline struct text event_comm(const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		return event->fork.parent_comm;
	case EVENT_EXEC:
		return event->exec.comm;
	case EVENT_EXEC_FAILED:
		return event->exec_failed.comm;
	default:
		return event->exit.comm;
	}
}

/* Returns the facts of EVENT; facts_unknown where it has none. */
static inline const struct facts *event_facts(const struct event *event)
{
	return event->facts ? event->facts : &facts_unknown;
}

/*
 * Returns the kind of EVENT, a FORK, for callers that treat vfork like fork: without clone flags a
 * new process counts as FORK_KIND_PROCESS, though it may be a vfork.
 */
static inline enum fork_kind event_fork_kind(const struct event *event)
{
	const struct facts *facts = event->facts;

	if (!facts)
		return FORK_KIND_UNKNOWN;
	if (facts->kind == FORK_KIND_UNKNOWN && facts->child_tgid == event->fork.child_tid)
		return FORK_KIND_PROCESS;
	return facts->kind;
}

#endif
