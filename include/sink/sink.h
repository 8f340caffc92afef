/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sink writes events in one format to an out_buffer.
 */
#ifndef PXT_SINK_SINK_H
#define PXT_SINK_SINK_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "event/event.h"
#include "sink/out_buffer.h"
#include "sink/text/wall_steps.h"

/* The trace and the output, as far as a sink may need them. Pointers are borrowed. */
struct sink_context {
	struct out_buffer *output;
	const char *host;    /* name of the traced host; NULL: not known */
	const char *boot_id; /* as in /proc/sys/kernel/random/boot_id; NULL: not known */
	bool wall_clock;     /* -T: show the time of day; only where `wall_offset_known` */
	bool wall_offset_known;
	int64_t wall_offset_ns; /* CLOCK_REALTIME (UTC) minus the clock of the events */
	const struct wall_steps *wall_steps; /* later changes of that offset; NULL: none */
	bool environment;                    /* --env: show the environment */
	bool cwd;                            /* --cwd: show the directories of execs */
	bool exe;                            /* --exe: show their executables */
	bool session;                        /* --session: show sessions and terminals */
	bool units;                          /* --units: show units and containers */
	bool usage;                          /* --usage: show what processes used */
	unsigned int left_out; /* EVENT_BIT()s of the types that no filter lets pass */
	bool no_threads;       /* nor threads' FORKs */
	unsigned int width;    /* columns of the terminal; 0: not a terminal, lines are not cut */
	bool color;            /* use colours */
	bool no_copies;        /* --no-copies: hide forks that never exec and exit 0 */
};

struct sink;

struct sink_ops {
	/* Show EVENT, of a type below EVENT_SHOWN_TYPES. Returns 0 or a negative errno. */
	int (*event)(struct sink *sink, const struct event *event);
	/*
	 * Show a process that is older than the trace: EVENT is an EXEC of the program that it runs
	 * when the trace begins, before all others. NULL: nothing. Returns 0 or a negative errno.
	 */
	int (*running)(struct sink *sink, const struct event *event);
	/*
	 * No event is ready, and none before NOW_NS is to come: show what waited for that. NULL:
	 * nothing. Returns 1 where something waits for a later time, else 0 or a negative errno.
	 */
	int (*idle)(struct sink *sink, uint64_t now_ns);
	/* Returns how many lines events have had so far; NULL: one each. */
	uint64_t (*lines)(const struct sink *sink);
	/* Write what only the end of the trace tells; NULL: nothing. Returns 0 or a negative errno.
	 */
	int (*finish)(struct sink *sink);
	/*
	 * Write to TEXT, of SIZE bytes, what the user should know of the output when the trace is
	 * over, and return whether there is anything. NULL: there never is.
	 */
	bool (*remark)(const struct sink *sink, char *text, size_t size);
	/* Release what the sink holds besides its own memory; NULL: nothing. */
	void (*done)(struct sink *sink);
};

/* The first member of every sink. */
struct sink {
	const struct sink_ops *ops;
	struct sink_context context;
};

/*
 * Allocate a sink of SIZE bytes, 0 but for its first member. CONTEXT is copied. Returns NULL
 * without memory. Free with sink_free().
 */
struct sink *sink_new(const struct sink_ops *ops, const struct sink_context *context, size_t size);

/* Free SINK, which may be NULL. */
void sink_free(struct sink *sink);

/* Show EVENT; types that no sink shows are ignored. Returns 0 or a negative errno. */
static inline MUST_CHECK int sink_event(struct sink *sink, const struct event *event)
{
	return event->type < EVENT_SHOWN_TYPES ? sink->ops->event(sink, event) : 0;
}

/* Show an older process. Returns 0 or a negative errno. */
static inline MUST_CHECK int sink_running(struct sink *sink, const struct event *event)
{
	return sink->ops->running ? sink->ops->running(sink, event) : 0;
}

/* No event before NOW_NS is to come. Returns 1 where something waits, 0 or a negative errno. */
static inline MUST_CHECK int sink_idle(struct sink *sink, uint64_t now_ns)
{
	return sink->ops->idle ? sink->ops->idle(sink, now_ns) : 0;
}

/* The trace is over. Returns 0 or a negative errno. */
static inline MUST_CHECK int sink_finish(struct sink *sink)
{
	return sink->ops->finish ? sink->ops->finish(sink) : 0;
}

/* Returns whether events of TYPE can come, and their number is one of what happened. */
static inline bool sink_gets(const struct sink_context *context, enum event_type type)
{
	return (context->left_out & EVENT_BIT(type)) == 0;
}

/* CLOCK_REALTIME minus the clock of the events, in ns, at TIME_NS of that clock. */
static inline int64_t sink_wall_offset(const struct sink_context *context, uint64_t time_ns)
{
	return context->wall_steps
		       ? wall_steps_at(context->wall_steps, time_ns, context->wall_offset_ns)
		       : context->wall_offset_ns;
}

/*
 * One for each format; CONTEXT is copied. They return NULL without memory.
 *
 * pipe: the five pipe-delimited lines (docs/lines.md). extended: the same with |key=value behind.
 * json: one object a line. table: columns for a person. tree: processes, indented by parentage.
 * html: a page that draws them. perfetto: a trace for ui.perfetto.dev. compile_commands: a
 * compilation database of the compiler runs. summary: totals at the end. All but `pipe` need events
 * with facts.
 */
struct sink *sink_pipe_new(const struct sink_context *context);
struct sink *sink_extended_new(const struct sink_context *context);
struct sink *sink_json_new(const struct sink_context *context);
struct sink *sink_table_new(const struct sink_context *context);
struct sink *sink_tree_new(const struct sink_context *context);
struct sink *sink_html_new(const struct sink_context *context);
struct sink *sink_perfetto_new(const struct sink_context *context);
struct sink *sink_compile_commands_new(const struct sink_context *context);
struct sink *sink_summary_new(const struct sink_context *context);

/*
 * Passes every event to FIRST and then to SECOND, both borrowed. They are finished by their owner.
 * Returns NULL without memory.
 */
struct sink *sink_tee_new(struct sink *first, struct sink *second);

/*
 * Passes every event to NEXT, borrowed and finished by its owner. An argument longer than LIMIT
 * bytes loses its end, between two characters of UTF-8, and tells its length instead:
 * "aaaa…(400902 bytes)". Returns NULL without memory.
 */
struct sink *sink_short_arguments_new(struct sink *next, size_t limit);

/*
 * Passes every event to NEXT, borrowed and finished by its owner, with "[redacted]" in place of
 * what looks like a secret in arguments, and of all values of the environment. MORE, borrowed, is
 * a regular expression for further secrets; NULL: none. Returns NULL without memory.
 */
struct sink *sink_redact_new(struct sink *next, const regex_t *more);

#endif
