/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The processes of a trace from birth to end, for the formats that draw them: which of them live,
 * by pid, and what an event means for them. Memory is bounded by the number of pids, even if exits
 * are lost; a process that lives takes less than 100 bytes.
 */
#ifndef PXT_SINK_LIVES_H
#define PXT_SINK_LIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"
#include "event/event.h"
#include "event/facts.h"

enum born_kind {
	BORN_PROCESS,
	BORN_VFORK,
	BORN_OF_UNKNOWN_KIND, /* a process or a thread */
	BORN_BEFORE,          /* it was running before the trace; its birth is not known */
	BORN_UNSEEN,          /* without a FORK */
};

struct life {
	int32_t pid;      /* the key */
	int32_t ppid;     /* -1: not known */
	int32_t row;      /* lives are counted from 0 */
	uint32_t threads; /* made since it is known */
	uint8_t born;     /* enum born_kind */
	bool has_program; /* free for the sink, as the next two; 0 at first */
	uint32_t name;
	uint64_t born_ns;
	uint32_t next; /* private to lives.c */
};

/* A new life. Texts are borrowed from the event. */
struct birth {
	uint64_t time_ns; /* of the event that told of it */
	int64_t age_ns;   /* at that time */
	int32_t pid, ppid;
	int32_t parent; /* its row; -1: not known */
	enum born_kind kind;
	struct text name;
	struct text from; /* the name of `ppid`; NULL: not known */
};

enum end_kind {
	END_SEEN,
	END_UNSEEN, /* its pid was taken by another process */
};

/* The end of a life. */
struct end {
	uint64_t time_ns;
	enum end_kind kind;
	const struct facts *facts; /* facts_unknown where it was not seen */
	struct text name;
};

/* The callbacks of a sink for a life. Each returns 0 or a negative errno. */
struct lives_ops {
	int (*born)(void *sink, struct life *life, const struct birth *birth);
	/* LIFE is removed behind it. */
	int (*ended)(void *sink, const struct life *life, const struct end *end);
};

/* Set `ops` and `sink`; all else is 0 at first. */
struct lives {
	const struct lives_ops *ops;
	void *sink;
	int32_t rows;

	/* Private to lives.c. */
	struct life *items;
	uint32_t *heads; /* of the chains with the same hash */
	uint32_t used, capacity, unused;
	uint32_t count;
};

/* Free the memory. */
void lives_done(struct lives *lives);

/* Returns how many live. */
uint32_t lives_count(const struct lives *lives);

/* Returns the process PID, borrowed until another is added; NULL where there is none. */
struct life *lives_find(const struct lives *lives, int32_t pid);

/* Add a process; there is none with this pid. Returns as lives_find(), NULL without memory. */
struct life *lives_add(struct lives *lives, int32_t pid);

/* Remove LIFE. */
void lives_remove(struct lives *lives, struct life *life);

/*
 * Take EVENT in, a FORK or EXIT, and call what it means. That of a thread is nothing but counted.
 * Returns 0 or a negative errno.
 */
int lives_fork(struct lives *lives, const struct event *event) MUST_CHECK;
int lives_exit(struct lives *lives, const struct event *event) MUST_CHECK;

/* The same of an EXEC: *LIFE is the process that it happened to, as of lives_find(). */
int lives_exec(struct lives *lives, const struct event *event, struct life **life) MUST_CHECK;

/* Remove all that live: *LEFT are they by row, borrowed until another is added. Returns how many.
 */
uint32_t lives_take(struct lives *lives, const struct life **left);

#endif
