/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line for each program that starts and for each process that ends:
 *
 *   ┌ command      a process runs its first program
 *   ├ command      it runs another one in its place
 *   ┌ (name)       a copy of its parent that runs no program of its own, when it forks
 *   └ name exit 0 after 1.2s
 *   ─ name …       the end of a process that had no line yet; in parentheses where it was a copy
 */
#include <errno.h>
#include <inttypes.h>

#include "base/put.h"
#include "event/event.h"
#include "event/facts.h"
#include "sink/forest.h"
#include "sink/sink.h"
#include "sink/text/escape.h"
#include "sink/text/line.h"
#include "sink/text/phrases.h"
#include "sink/text/program_name.h"
#include "sink/text/times.h"

/* No deeper is a line indented, so that there is room for its command; on a terminal of W columns,
 * a third of them. */
#define LEVELS_MAX 32U
#define LEVEL_COLUMNS 2U

/* pid_max is 4194304 at most. */
#define PID_COLUMNS 7U

struct sink_tree {
	struct sink sink;
	struct times times;
	uint64_t last_ns; /* time of the last event */
	struct forest forest;
};

/* ---- lines ---- */

static void put_indentation(struct line *line, unsigned int depth)
{
	unsigned int levels = line->width > 0 ? line->width / (3 * LEVEL_COLUMNS) : LEVELS_MAX;

	if (levels > LEVELS_MAX)
		levels = LEVELS_MAX;
	for (unsigned int i = 0; i < depth && i < levels; i++)
		line_string(line, "│ ");
	if (depth > levels)
		line_printf(line, "+%u ", depth - levels);
}

/* A line with ROOM for texts, up to what follows MARK. */
static int begin(struct sink_tree *tree, struct line *line, size_t room, int32_t pid,
		 unsigned int depth, const char *mark)
{
	char when[TIMES_TEXT_SIZE], number[NUMBER_ROOM + 1];
	int code = line_begin(line, &tree->sink.context, room);

	if (code < 0)
		return code;
	times_when(&tree->times, &tree->sink.context, tree->last_ns, when);
	*put_signed(number, pid) = '\0';
	line_right(line, TIMES_WHEN_COLUMNS, when);
	line_string(line, " ");
	line_right(line, PID_COLUMNS, number);
	line_string(line, " ");
	line_paint(line, PAINT_DIM);
	put_indentation(line, depth);
	line_string(line, mark);
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

/* A process that runs no program of its own is worth a line after all. */
static int show_copy(struct sink_tree *tree, struct forest_node *node)
{
	struct line line;
	int code =
		begin(tree, &line, ESCAPE_GROWTH * FOREST_NAME_SIZE, node->pid, node->depth, "┌ ");

	if (code < 0)
		return code;
	put_name(&line, node);
	line_end(&line);
	node->is_shown = true;
	node->may_be_thread = false;
	return 0;
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
	child->may_be_thread = event_fork_kind(event) == FORK_KIND_UNKNOWN;
	forest_set_name(child, event->fork.child_comm);
	return 0;
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
	if (parent && !parent->is_shown)
		code = show_copy(tree, parent);
	return code < 0 ? code : add_child(tree, event);
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

/* The parent of a root, which no line above it shows. */
static void put_origin(struct line *line, const struct facts *facts)
{
	if (facts->ppid <= 0)
		return;
	line_paint(line, PAINT_DIM);
	line_string(line, "  # from ");
	phrase_task(line, facts->ppid, parent_name(facts));
}

static int show_exec(struct sink_tree *tree, const struct event *event,
		     const struct forest_node *node)
{
	const struct facts *facts = event_facts(event);
	size_t room = phrase_room(event) + ESCAPE_GROWTH * parent_name(facts).length;
	struct line line;
	int code = begin(tree, &line, room, node->pid, node->depth, node->is_shown ? "├ " : "┌ ");

	if (code < 0)
		return code;
	line_paint(&line, PAINT_GREEN);
	phrase_command(&line, event);
	if (node->depth == 0 && !node->is_shown)
		put_origin(&line, facts);
	line_end(&line);
	return 0;
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
	node->is_shown = true;
	node->is_copy = node->may_be_thread = false;
	node->threads = 0;
	forest_set_name(node, program_is_nameless(event->exec.filename)
				      ? program_name(event->exec.filename, &facts->arguments,
						     event->exec.comm)
				      : event->exec.comm);
	return code;
}

/* ---- ends ---- */

static void put_status(struct line *line, const struct event *event)
{
	const struct exit_status *status = &event_facts(event)->status;

	if (!status->known) {
		line_string(line, " ended");
	} else if (status->signal != 0) {
		line_string(line, " killed by ");
		phrase_signal(line, status);
	} else {
		line_string(line, " exit ");
		line_signed(line, status->code);
	}
}

/* How long it lived; of one older than the trace, how long it ran its program. */
static void put_age(struct line *line, const struct facts *facts)
{
	char age[TIMES_TEXT_SIZE];

	if (facts->age_ns >= 0) {
		times_span(facts->age_ns, age);
		line_string(line, " after ");
		line_string(line, age);
	} else if (facts->since_exec_ns >= 0) {
		times_span(facts->since_exec_ns, age);
		line_string(line, " ");
		line_string(line, age);
		line_string(line, " after its exec");
	}
}

static void put_ending(struct line *line, const struct event *event, uint64_t threads)
{
	const struct facts *facts = event_facts(event);

	put_status(line, event);
	put_age(line, facts);
	if (threads > 0)
		line_printf(line, ", made %" PRIu64 " thread%s", threads, threads == 1 ? "" : "s");
	phrase_failed_exec(line, ", ", event);
	if (!facts->status.known)
		line_string(line, ", status unknown");
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
	int code = begin(tree, &line, room, node->pid, node->depth, node->is_shown ? "└ " : "─ ");

	if (code < 0)
		return code;
	line_paint(&line, exit_paint(event));
	put_name(&line, node);
	put_ending(&line, event, node->threads);
	if (node->may_be_thread)
		line_string(&line, ", a process or a thread");
	line_end(&line);
	return 0;
}

/* One that is older than the trace, or that a filter hid until now. */
static int show_stranger(struct sink_tree *tree, const struct event *event, int32_t pid)
{
	const struct facts *facts = event_facts(event);
	unsigned int depth = forest_depth(&tree->forest, facts, false);
	struct line line;
	int code = begin(tree, &line, 2 * phrase_room(event), pid, depth, "─ ");

	if (code < 0)
		return code;
	line_paint(&line, exit_paint(event));
	line_text(&line, phrase_name(event));
	put_ending(&line, event, 0);
	if (facts->last == KNOWN_NOT)
		line_string(&line, ", a process or a thread");
	if (facts->arguments.known.count > 0) {
		line_string(&line, ": ");
		phrase_command(&line, event);
	}
	line_end(&line);
	return 0;
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
	int code = show_end(tree, event, node);
	forest_remove(&tree->forest, node);
	return code;
}

/* ---- the sink ---- */

static int tree_event(struct sink *sink, const struct event *event)
{
	struct sink_tree *tree = (struct sink_tree *)sink;

	times_note(&tree->times, event->time_ns);
	tree->last_ns = event->time_ns;
	switch (event->type) {
	case EVENT_FORK:
		return tree_fork(tree, event);
	case EVENT_EXEC:
		return tree_exec(tree, event);
	case EVENT_EXIT:
		return tree_exit(tree, event);
	default:
		return phrase_missing(&tree->sink.context, &tree->times, event);
	}
}

/* Copies of their parents that had no line: they may run on, or their ends got lost. */
static int tree_finish(struct sink *sink)
{
	struct sink_tree *tree = (struct sink_tree *)sink;
	const struct forest_node *node = tree->forest.by_pid;
	struct line line;

	for (; node; node = node->hh.next) {
		if (node->is_shown || node->may_be_thread)
			continue;
		int code = begin(tree, &line, ESCAPE_GROWTH * FOREST_NAME_SIZE, node->pid,
				 node->depth, "─ ");
		if (code < 0)
			return code;
		put_name(&line, node);
		line_string(&line, " forked, no end seen");
		line_end(&line);
	}
	return 0;
}

static void tree_done(struct sink *sink)
{
	forest_done(&((struct sink_tree *)sink)->forest);
}

static const struct sink_ops tree_ops = {
	.event = tree_event,
	.finish = tree_finish,
	.done = tree_done,
};

struct sink *sink_tree_new(const struct sink_context *context)
{
	return sink_new(&tree_ops, context, sizeof(struct sink_tree));
}
