/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of tracepoints. A row has the fields to load, the decode function, the facts that need
 * the tracepoint, and its kernel filters. Live trace, recorder, replay and decoder read it.
 */
#ifndef PXT_DECODE_TRACEPOINT_H
#define PXT_DECODE_TRACEPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "decode/field.h"
#include "event/event.h"
#include "perf/record.h"

/*
 * The first three make lines, in the order of enum event_type; the others feed the task table, but
 * for the ends of execve(2) and execveat(2), which make EXEC_FAILED.
 */
enum tracepoint {
	TRACEPOINT_FORK,
	TRACEPOINT_EXEC,
	TRACEPOINT_EXIT,
	TRACEPOINT_NEW_TASK,     /* a fork's clone_flags */
	TRACEPOINT_SIGNAL_SENT,  /* in the context of the sender */
	TRACEPOINT_SIGNAL_TAKEN, /* in the context of the receiver */
	TRACEPOINT_OOM_VICTIM,   /* the OOM killer's choice */
	TRACEPOINT_EXIT_GROUP,   /* exit_group(2) with its code */
	TRACEPOINT_EXIT_THREAD,  /* exit(2), the system call: of one thread */
	TRACEPOINT_EXECVE,       /* execve(2) begins, with the path on Linux 6.19 and later */
	TRACEPOINT_EXECVEAT,
	TRACEPOINT_EXECVE_END, /* its error */
	TRACEPOINT_EXECVEAT_END,
	TRACEPOINT_PROBED_PATH, /* of an exec: an event of ours (probe/path_probe.h) */
	TRACEPOINT_COUNT
};

#define TRACEPOINTS_SHOWN 3

#define TRACEPOINT_BIT(tracepoint) (1U << (tracepoint))

/* Returns whether events of TRACEPOINT are shown, and so have a cgroup. */
static inline bool tracepoint_is_shown(unsigned int tracepoint)
{
	return tracepoint < TRACEPOINTS_SHOWN || tracepoint == TRACEPOINT_EXECVE_END ||
	       tracepoint == TRACEPOINT_EXECVEAT_END;
}

/* The field of the execs that begin with the path; kernels before Linux 6.19 lack it. */
#define TRACEPOINT_EXEC_PATH "__filename_val"

/* A field that a tracepoint's decode function loads. */
struct tracepoint_field {
	const char *name; /* NULL ends the list */
	enum { TRACEPOINT_NUMBER, TRACEPOINT_TEXT } kind;
	bool optional; /* some kernels lack it: its struct field has size 0 then */
};

#define TRACEPOINT_FIELDS_MAX 7
#define TRACEPOINT_PIDS_MAX 2

struct tracepoint_type {
	const char *system, *name; /* a system that ends in "*" is any that begins so */
	struct tracepoint_field fields[TRACEPOINT_FIELDS_MAX + 1];
	/*
	 * Decode RECORD into EVENT. FIELDS are those of this row, resolved. Returns 1; 0 where it
	 * is no event of ours; -EBADMSG where RECORD is malformed.
	 */
	int (*decode)(const struct field *fields, const struct record *record, struct event *event);
	unsigned int needs; /* NEED_ bits that need it; 0: no fact does */
	bool exit_call;     /* has exit codes, for where the exit's registers do not */
	bool exec_call;     /* for EXEC_FAILED */
	/* Filters for the kernel (PERF_EVENT_IOC_SET_FILTER), NULL: none. */
	const char *filter;
	const char *lines_filter; /* in its place where no fact needs the tracepoint; NULL: same */
	/* The fields with the pids of those who take part, for -p; NULL ends the list. */
	const char *pid_fields[TRACEPOINT_PIDS_MAX + 1];
};

extern const struct tracepoint_type tracepoint_fork, tracepoint_exec, tracepoint_exit;
extern const struct tracepoint_type tracepoint_new_task;
extern const struct tracepoint_type tracepoint_signal_sent, tracepoint_signal_taken;
extern const struct tracepoint_type tracepoint_oom_victim;
extern const struct tracepoint_type tracepoint_exit_group, tracepoint_exit_thread;
extern const struct tracepoint_type tracepoint_execve, tracepoint_execveat;
extern const struct tracepoint_type tracepoint_execve_end, tracepoint_execveat_end;
extern const struct tracepoint_type tracepoint_probed_path;

/* The table, by enum tracepoint. */
extern const struct tracepoint_type *const tracepoint_types[TRACEPOINT_COUNT];

/* Load fields for decode functions; they return 0 or -EBADMSG. Pids, signals and codes are ints. */
static inline MUST_CHECK int tracepoint_int(const struct field *field, const struct record *record,
					    int32_t *number)
{
	int64_t value;

	if (field->is_int && field->offset + sizeof(*number) <= record->raw_size) {
		memcpy(number, (const char *)record->raw + field->offset, sizeof(*number));
		return 0;
	}
	int code = field_number(field, record->raw, record->raw_size, &value);
	if (code == 0)
		*number = (int32_t)value;
	return code;
}

static inline MUST_CHECK int tracepoint_number(const struct field *field,
					       const struct record *record, int64_t *number)
{
	return field_number(field, record->raw, record->raw_size, number);
}

static inline MUST_CHECK int tracepoint_text(const struct field *field, const struct record *record,
					     struct text *text)
{
	return field_text(field, record->raw, record->raw_size, text);
}

#endif
