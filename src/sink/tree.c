/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line for each program that starts and for each process that ends:
 *
 *   • command      a process that was running before the trace
 *   ┌ command      a process runs its first program
 *   ├ command      it runs another one in its place
 *   ┌ (name)       a copy of its parent that runs no program of its own, once it forks or lasts
 *   × path: ENOENT   an exec that failed
 *   └ name exit 0 after 1.2s
 *   ─ name …       the end of a process that had no line yet; in parentheses where it was a copy
 */
#include <errno.h>

#include "base/put.h"
#include "event/event.h"
#include "event/facts.h"
#include "sink/forest.h"
#include "sink/sink.h"
#include "sink/text/escape.h"
#include "sink/text/line.h"
#include "sink/text/phrases.h"
#include "sink/text/pid_texts.h"
#include "sink/text/program_name.h"
#include "sink/text/sizes.h"
#include "sink/text/times.h"

/* No deeper is a line indented, so that there is room for its command; on a terminal of W columns,
 * a third of them. */
#define LEVELS_MAX 32U
#define LEVEL_COLUMNS 2U
#define MARK_COLUMNS 2U

/* pid_max is 4194304 at most. */
#define PID_COLUMNS 7U

struct sink_tree {
	struct sink sink;
	struct times times;
	struct pid_texts pids;
	uint64_t lines; /* shown since the trace began */
	struct forest forest;
};

/* ---- lines ---- */

static void put_indentation(struct line *line, unsigned int depth)
{
	unsigned int levels = line->width > 0 ? line->width / (3 * LEVEL_COLUMNS) : LEVELS_MAX;

	if (levels > LEVELS_MAX)
		levels = LEVELS_MAX;
	for (unsigned int i = 0; i < depth && i < levels; i++)
		line_append(line, put_string(line->at, "│ "), LEVEL_COLUMNS);
	if (depth > levels) {
		line_words(line, "+");
		line_signed(line, depth - levels);
		line_words(line, " ");
	}
}

/* A line of NODE at TIME_NS with ROOM for texts, up to what follows MARK, as listed above. */
static int begin(struct sink_tree *tree, struct line *line, size_t room, uint64_t time_ns,
		 const struct forest_node *node, const char *mark)
{
	char when[TIMES_TEXT_SIZE], number[NUMBER_ROOM];
	int code = line_begin(line, &tree->sink.context, room);

	if (code < 0)
		return code;
	tree->lines++;
	size_t length = times_when(&tree->times, &tree->sink.context, time_ns, when);
	line_right(line, TIMES_WHEN_COLUMNS, (struct text){when, length});
	length = (size_t)(pid_put(put_char(number, ' '), &tree->pids, node->pid) - number);
	line_right(line, 1 + PID_COLUMNS, (struct text){number, length});
	line_words(line, " ");
	line_paint(line, PAINT_DIM);
	put_indentation(line, node->depth);
	line_append(line, put_string(line->at, mark), MARK_COLUMNS);
	line_paint(line, PAINT_NONE);
	return 0;
}

static void put_name(struct line *line, const struct forest_node *node)
{
	if (node->is_copy)
		line_enclosed(line, "()", forest_name(node));
	else
		line_text(line, forest_name(node));
}

/* Whether the parent of NODE is to be named: no line above shows it as running. */
static bool needs_origin(const struct sink_tree *tree, const struct forest_node *node)
{
	const struct forest_node *parent = forest_find(&tree->forest, node->ppid);

	return node->ppid > 0 && !node->has_origin && !(parent && parent->is_shown);
}

/* Name the parent, called NAME, of NODE behind BEFORE, where that is needed. */
static void put_origin(const struct sink_tree *tree, struct line *line, const char *before,
		       struct forest_node *node, struct text name)
{
	if (!needs_origin(tree, node))
		return;
	line_paint(line, PAINT_DIM);
	line_words(line, before);
	phrase_task(line, node->ppid, name);
	node->has_origin = true;
}

/* A process that runs no program of its own is worth a line after all. */
static int show_copy(struct sink_tree *tree, struct forest_node *node)
{
	size_t room = 2 * ESCAPE_GROWTH * FOREST_NAME_SIZE;
	struct line line;
	int code = begin(tree, &line, room, node->born_ns, node, "┌ ");

	if (code < 0)
		return code;
	put_name(&line, node);
	/* It was called as its parent. */
	put_origin(tree, &line, "  # from ", node, forest_name(node));
	line_end(&line);
	forest_end_wait(&tree->forest, node);
	node->is_shown = true;
	node->may_be_thread = false;
	return 0;
}

/* Show the copies that have called no exec for so long at NOW_NS. */
static int show_lasting(struct sink_tree *tree, uint64_t now_ns)
{
	struct forest_node *node;
	int code = 0;

	while (code == 0 && (node = forest_overdue(&tree->forest, now_ns)))
		code = show_copy(tree, node);
	return code;
}

/* ---- forks ---- */

static int add_child(struct sink_tree *tree, const struct event *event)
{
	const struct facts *facts = event_facts(event);
	unsigned int depth = forest_depth(&tree->forest, facts, true);
	struct forest_node *child =
		forest_add(&tree->forest, event->fork.child_tid, facts->tgid, depth);

	if (!child)
		return -ENOMEM;
	child->born_ns = event->time_ns;
	child->may_be_thread = event_fork_kind(event) == FORK_KIND_UNKNOWN;
	forest_set_name(child, event->fork.child_comm);
	if (!child->may_be_thread && !tree->sink.context.no_copies)
		forest_wait(&tree->forest, child);
	return 0;
}

/* Whether the child of EVENT has a line already: it was forked while /proc was read. */
static bool was_running(const struct sink_tree *tree, const struct event *event)
{
	const struct forest_node *child = forest_find(&tree->forest, event->fork.child_tid);

	return child && child->is_older && child->ppid == event_facts(event)->tgid;
}

static int tree_fork(struct sink_tree *tree, const struct event *event)
{
	const struct facts *facts = event_facts(event);
	struct forest_node *parent = forest_find(&tree->forest, facts->tgid);
	int code = 0;

	if (facts->kind == FORK_KIND_THREAD) {
		if (parent)
			parent->threads++;
		return 0;
	}
	if (parent && !parent->is_shown && !tree->sink.context.no_copies)
		code = show_copy(tree, parent);
	return code < 0 || was_running(tree, event) ? code : add_child(tree, event);
}

/* ---- execs ---- */

/* The process that EVENT happened to, where it is the one that is remembered by that pid. */
static struct forest_node *find_same(const struct sink_tree *tree, int32_t pid,
				     const struct facts *facts)
{
	struct forest_node *node = forest_find(&tree->forest, pid);
	bool differs = node && node->ppid >= 0 && facts->ppid >= 0 && node->ppid != facts->ppid;

	return differs ? NULL : node;
}

static struct text parent_name(const struct facts *facts)
{
	return facts->ancestor_count > 0 ? facts->ancestry[0].comm : (struct text){0};
}

static size_t exec_room(const struct event *event)
{
	return phrase_room(event) + ESCAPE_GROWTH * parent_name(event_facts(event)).length;
}

static int show_exec(struct sink_tree *tree, const struct event *event, struct forest_node *node)
{
	struct line line;
	int code = begin(tree, &line, exec_room(event), event->time_ns, node,
			 node->is_shown ? "├ " : "┌ ");

	if (code < 0)
		return code;
	line_paint(&line, PAINT_GREEN);
	phrase_command(&line, event);
	put_origin(tree, &line, "  # from ", node, parent_name(event_facts(event)));
	line_end(&line);
	return 0;
}

/* NODE runs the program of EVENT. */
static void set_program(struct forest_node *node, const struct event *event)
{
	node->is_shown = true;
	node->is_copy = node->may_be_thread = false;
	node->threads = 0;
	forest_set_name(node,
			program_is_nameless(event->exec.filename)
				? program_name(event->exec.filename, &event_facts(event)->arguments,
					       event->exec.comm)
				: event->exec.comm);
}

static int tree_exec(struct sink_tree *tree, const struct event *event)
{
	const struct facts *facts = event_facts(event);
	struct forest_node *node = find_same(tree, event->exec.pid, facts);

	if (!node)
		node = forest_add(&tree->forest, event->exec.pid, facts->ppid,
				  forest_depth(&tree->forest, facts, false));
	if (!node)
		return -ENOMEM;
	int code = show_exec(tree, event, node);
	forest_end_wait(&tree->forest, node);
	set_program(node, event);
	return code;
}

static int tree_exec_failed(struct sink_tree *tree, const struct event *event)
{
	const struct facts *facts = event_facts(event);
	int32_t pid = facts->tgid >= 0 ? facts->tgid : event->exec_failed.pid;
	const struct forest_node stranger = {
		.pid = pid,
		.depth = forest_depth(&tree->forest, facts, false),
	};
	const struct forest_node *same = find_same(tree, pid, facts);
	const struct forest_node *node = same ? same : &stranger;
	struct line line;
	int code = begin(tree, &line, phrase_room(event), event->time_ns, node, "× ");

	if (code < 0)
		return code;
	line_paint(&line, PAINT_RED);
	phrase_failed_path(&line, event);
	phrase_error(&line, event);
	if (!node->is_shown)
		phrase_caller(&line, event);
	line_end(&line);
	return 0;
}

/* ---- what was running before ---- */

static int show_running(struct sink_tree *tree, const struct event *event, struct forest_node *node)
{
	struct line line;
	int code = begin(tree, &line, exec_room(event), event->time_ns, node, "• ");

	if (code < 0)
		return code;
	phrase_command(&line, event);
	line_paint(&line, PAINT_DIM);
	line_words(&line, "  # running");
	put_origin(tree, &line, ", from ", node, parent_name(event_facts(event)));
	line_end(&line);
	return 0;
}

static int tree_running(struct sink *sink, const struct event *event)
{
	struct sink_tree *tree = (struct sink_tree *)sink;
	const struct facts *facts = event_facts(event);
	struct forest_node *node = forest_add(&tree->forest, event->exec.pid, facts->ppid,
					      forest_depth(&tree->forest, facts, false));

	if (!node)
		return -ENOMEM;
	times_note(&tree->times, event->time_ns);
	int code = show_running(tree, event, node);
	set_program(node, event);
	node->is_older = true;
	tree->lines = 0;
	return code;
}

/* ---- ends ---- */

static void put_status(struct line *line, const struct event *event)
{
	const struct exit_status *status = &event_facts(event)->status;

	if (!status->known) {
		line_words(line, " ended");
	} else if (status->signal != 0) {
		line_words(line, " killed by ");
		phrase_signal(line, status);
	} else {
		line_words(line, " exit ");
		line_signed(line, status->code);
	}
}

static void put_span(struct line *line, int64_t ns)
{
	line_ascii(line, line->at + times_span(ns, line->at));
}

/* How long it lived; of one older than the trace, how long it ran its program. */
static void put_age(struct line *line, const struct facts *facts)
{
	if (facts->age_ns >= 0) {
		line_words(line, " after ");
		put_span(line, facts->age_ns);
	} else if (facts->since_exec_ns >= 0) {
		line_words(line, " ");
		put_span(line, facts->since_exec_ns);
		line_words(line, " after its exec");
	}
}

static void put_threads(struct line *line, uint64_t threads)
{
	line_words(line, ", made ");
	line_ascii(line, put_unsigned(line->at, threads));
	line_words(line, threads == 1 ? " thread" : " threads");
}

/* CPU time, user and system together, and the peak of memory. */
static void put_usage(struct line *line, const struct usage *usage)
{
	int64_t cpu_ns = usage_cpu_ns(usage);

	if (cpu_ns < 0) {
		line_words(line, ", CPU time unknown");
		return;
	}
	line_words(line, ", ");
	put_span(line, cpu_ns);
	line_words(line, " of CPU");
	if (usage->max_rss_bytes < 0)
		return;
	line_words(line, ", ");
	line_ascii(line, sizes_put(line->at, usage->max_rss_bytes));
	line_words(line, " of memory");
}

static void put_ending(const struct sink_tree *tree, struct line *line, const struct event *event,
		       uint64_t threads)
{
	const struct facts *facts = event_facts(event);

	put_status(line, event);
	put_age(line, facts);
	if (tree->sink.context.usage)
		put_usage(line, &facts->usage);
	if (threads > 0)
		put_threads(line, threads);
	phrase_failed_exec(line, ", ", event);
	if (!facts->status.known)
		line_words(line, ", status unknown");
	phrase_handled(line, event);
}

static enum paint exit_paint(const struct event *event)
{
	if (phrase_failed(event))
		return PAINT_RED;
	return event_facts(event)->status.known ? PAINT_DIM : PAINT_NONE;
}

static int show_end(struct sink_tree *tree, const struct event *event,
		    const struct forest_node *node)
{
	size_t room = phrase_room(event) + ESCAPE_GROWTH * FOREST_NAME_SIZE;
	struct line line;
	int code = begin(tree, &line, room, event->time_ns, node, node->is_shown ? "└ " : "─ ");

	if (code < 0)
		return code;
	line_paint(&line, exit_paint(event));
	put_name(&line, node);
	put_ending(tree, &line, event, node->threads);
	if (node->may_be_thread)
		line_words(&line, ", a process or a thread");
	line_end(&line);
	return 0;
}

/* One that is older than the trace, or that a filter hid until now. */
static int show_stranger(struct sink_tree *tree, const struct event *event, int32_t pid)
{
	const struct facts *facts = event_facts(event);
	const struct forest_node stranger = {
		.pid = pid,
		.depth = forest_depth(&tree->forest, facts, false),
	};
	struct line line;
	int code = begin(tree, &line, 2 * phrase_room(event), event->time_ns, &stranger, "─ ");

	if (code < 0)
		return code;
	line_paint(&line, exit_paint(event));
	line_text(&line, phrase_name(event));
	put_ending(tree, &line, event, 0);
	if (facts->last == KNOWN_NOT)
		line_words(&line, ", a process or a thread");
	if (facts->arguments.known.count > 0) {
		line_words(&line, ": ");
		phrase_command(&line, event);
	}
	line_end(&line);
	return 0;
}

/* Of NODE, which ends with EVENT, nothing is to be seen (--no-copies). */
static bool is_hidden(const struct sink_tree *tree, const struct event *event,
		      const struct forest_node *node)
{
	return tree->sink.context.no_copies && node->is_copy && !node->is_shown &&
	       event_facts(event)->status.known && !phrase_failed(event);
}

static int tree_exit(struct sink_tree *tree, const struct event *event)
{
	const struct facts *facts = event_facts(event);
	int32_t pid = phrase_pid(event);

	if (facts->last == KNOWN_NO)
		return 0;
	struct forest_node *node = find_same(tree, pid, facts);
	if (!node)
		return show_stranger(tree, event, pid);
	/* It may have named itself. */
	if (node->is_copy && !facts->failed_exec.bytes)
		forest_set_name(node, phrase_name(event));
	int code = is_hidden(tree, event, node) ? 0 : show_end(tree, event, node);
	forest_remove(&tree->forest, node);
	return code;
}

/* ---- the sink ---- */

static int tree_event(struct sink *sink, const struct event *event)
{
	struct sink_tree *tree = (struct sink_tree *)sink;

	times_note(&tree->times, event->time_ns);
	int code = show_lasting(tree, event->time_ns);
	if (code < 0)
		return code;
	switch (event->type) {
	case EVENT_FORK:
		return tree_fork(tree, event);
	case EVENT_EXEC:
		return tree_exec(tree, event);
	case EVENT_EXIT:
		return tree_exit(tree, event);
	case EVENT_EXEC_FAILED:
		return tree_exec_failed(tree, event);
	default:
		return phrase_missing(&tree->sink.context, &tree->times, event);
	}
}

static int tree_idle(struct sink *sink, uint64_t now_ns)
{
	struct sink_tree *tree = (struct sink_tree *)sink;
	int code = show_lasting(tree, now_ns);

	return code == 0 && tree->forest.waiting ? 1 : code;
}

static uint64_t tree_lines(const struct sink *sink)
{
	return ((const struct sink_tree *)sink)->lines;
}

/* Copies of their parents that had no line: they may run on, or their ends got lost. */
static int tree_finish(struct sink *sink)
{
	struct sink_tree *tree = (struct sink_tree *)sink;
	struct forest_node *node = tree->forest.by_pid;
	int code = 0;

	for (; node && code == 0; node = node->hh.next) {
		if (!node->is_shown && !node->may_be_thread)
			code = show_copy(tree, node);
	}
	return code;
}

static void tree_done(struct sink *sink)
{
	forest_done(&((struct sink_tree *)sink)->forest);
}

static const struct sink_ops tree_ops = {
	.event = tree_event,
	.running = tree_running,
	.idle = tree_idle,
	.lines = tree_lines,
	.finish = tree_finish,
	.done = tree_done,
};

struct sink *sink_tree_new(const struct sink_context *context)
{
	return sink_new(&tree_ops, context, sizeof(struct sink_tree));
}
