/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hand-made stories: events with the facts that a task table would have, for the sinks for people;
 * and what a sink makes of them, held against a golden file.
 */
#ifndef PXT_TESTS_SUPPORT_STORY_H
#define PXT_TESTS_SUPPORT_STORY_H

#include "event/event.h"
#include "sink/sink.h"
#include "support.h"
#include "support_sink.h"

#define STORY_EVENTS 512
#define STORY_PIDS 1000
#define STORY_ANCESTORS 4

/* A C string with NULs in it as a list of words: ARGV("cc\0-c\0a.c"). */
#define ARGV(literal)                    \
	(struct text)                    \
	{                                \
		literal, sizeof(literal) \
	}

/* A process or thread of the story. */
struct actor {
	int32_t tgid, ppid;
	int64_t forked_us, execed_us; /* -1: not in the story */
	struct text name, filename, argv;
	struct ancestor parents[STORY_ANCESTORS]; /* nearest first */
	size_t parent_count;
};

struct story {
	struct event events[STORY_EVENTS];
	struct facts facts[STORY_EVENTS];
	struct ancestor ancestors[STORY_EVENTS][STORY_ANCESTORS]; /* of the facts */
	size_t count;
	size_t running; /* the first so many events are given as processes that run already */
	struct actor actors[STORY_PIDS];
};

/* An empty one; the caller frees. */
struct story *story_new(void);

/* PID was there before, as NAME. */
void story_older(struct story *story, int32_t pid, const char *name);

/* PARENT had forked PID before, by the same name. */
void story_older_child(struct story *story, int32_t pid, int32_t parent);

/* The trace finds PID running ARGV; before all that happens. */
void story_running(struct story *story, int32_t pid, struct text argv);

/*
 * What happens US microseconds after the beginning. They return the event's facts, which may be
 * changed; pids are below STORY_PIDS, and strings are borrowed.
 */
struct facts *story_fork(struct story *story, int64_t us, int32_t parent, int32_t child,
			 enum fork_kind kind);
struct facts *story_exec(struct story *story, int64_t us, int32_t pid, const char *filename,
			 struct text argv);
struct facts *story_exec_failed(struct story *story, int64_t us, int32_t tid, const char *path,
				int32_t error);
struct facts *story_exit(struct story *story, int64_t us, int32_t pid, int32_t code);
struct facts *story_kill(struct story *story, int64_t us, int32_t pid, int32_t signal,
			 int32_t killer);
struct facts *story_thread_exit(struct story *story, int64_t us, int32_t tid);
void story_lost(struct story *story, int64_t us, uint32_t cpu, uint64_t count);
void story_truncated(struct story *story, int64_t us);

/* Take away what is known beyond the tracepoints. */
void story_forget_facts(struct story *story);

/* The stories: a parallel build that fails, names as bad as they get, threads, daemons… */
struct story *story_of_a_build(void);
struct story *story_of_usage(void); /* the same build, and what it used */
struct story *story_of_awkward_names(void);
struct story *story_of_threads(void);
struct story *story_of_deaths(void);
struct story *story_of_orphans(void);
struct story *story_of_losses(void);
struct story *story_of_a_server(void);
struct story *story_of_failed_execs(void);

/* Give SINK the event at INDEX. */
int story_give(const struct story *story, struct sink *sink, size_t index);

/* All that the sink writes for STORY, finish included; CONTEXT's buffer is set here. The caller
 * frees. */
char *story_show(const struct story *story, sink_maker *new_sink, struct sink_context context);

/* The same of bytes that may be 0. */
char *story_bytes(const struct story *story, sink_maker *new_sink, struct sink_context context,
		  size_t *length);

/*
 * Fail unless that is fixtures/golden/NAME. With UPDATE_GOLDEN set in the environment the file is
 * written instead: read what git diff says then.
 */
void story_check(const struct story *story, sink_maker *new_sink, struct sink_context context,
		 const char *name);

/* Fail unless every line of every story fits, on terminals from 1 column on. */
void story_check_widths(sink_maker *new_sink);

/* What the sink returns for STORY where each write fails: -ENOSPC. */
void story_check_full_disk(const struct story *story, sink_maker *new_sink);

/*
 * Check that processes which ended leave nothing behind in a sink that keeps lives, and that those
 * which live take 100 bytes each at most. Skips the test where the heap cannot be measured.
 */
void story_check_memory_of_lives(sink_maker *new_sink);

#endif
