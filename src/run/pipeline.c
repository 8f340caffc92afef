/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/pipeline.h"

#include <errno.h>

#include "filter/pid_list.h"
#include "run/notes.h"

uint64_t pipeline_shown(const struct pipeline *pipeline)
{
	return pipeline->shown[EVENT_FORK] + pipeline->shown[EVENT_EXEC] +
	       pipeline->shown[EVENT_EXIT] + pipeline->shown[EVENT_EXEC_FAILED];
}

bool pipeline_waits_for_any(const struct pipeline *pipeline)
{
	const struct pid_list *tids = pipeline->filter.tids;

	if (pipeline->filter.followed_only)
		return task_table_followed(pipeline->tasks) > 0;
	for (size_t i = 0; tids && i < tids->count; i++) {
		if (task_table_find(pipeline->tasks, tids->pids[i]))
			return true;
	}
	return !tids;
}

/*
 * COMMAND by the pid that we know it by. The event's own pid is another one where we are in a pid
 * namespace, and that is the one to follow from here on.
 */
static int root_command(struct pipeline *pipeline, const struct event *event)
{
	if (pipeline->command_pid == 0 || event->type != EVENT_EXEC ||
	    event->sample_tid != pipeline->command_pid)
		return 0;
	pipeline->command_pid = 0;
	return task_table_add(pipeline->tasks, event->exec.pid, true);
}

/* A process that was asked for by its pid, in a capture that has its birth. */
static int root_born(struct pipeline *pipeline, const struct event *event)
{
	if (!pipeline->pids_to_come || event->type != EVENT_FORK ||
	    !pid_list_has(pipeline->pids_to_come, event->fork.child_tid))
		return 0;
	return task_table_add(pipeline->tasks, event->fork.child_tid, true);
}

static int passes(const struct pipeline *pipeline, const struct event *event,
		  const struct task *subject)
{
	const struct filter *filter = &pipeline->filter;

	return filter_passes(filter, event,
			     filter->followed_only &&
				     task_table_is_followed(pipeline->tasks, event, subject));
}

static int show(struct pipeline *pipeline, const struct event *event)
{
	int code = sink_event(pipeline->sink, event);

	if (code == 0)
		pipeline->shown[event->type]++;
	return code;
}

static bool counts_lines(const struct pipeline *pipeline)
{
	return pipeline->counted->ops->lines != NULL;
}

static bool is_full(const struct pipeline *pipeline)
{
	if (pipeline->max_events == 0)
		return false;
	uint64_t count = counts_lines(pipeline) ? pipeline->counted->ops->lines(pipeline->counted)
						: pipeline_shown(pipeline);
	return count >= pipeline->max_events;
}

static int show_truncated(struct pipeline *pipeline, uint32_t cpu, uint64_t time_ns)
{
	struct event truncated = {
		.type = EVENT_TRUNCATED,
		.cpu = cpu,
		.time_ns = time_ns,
		.truncated =
			{
				.reason = counts_lines(pipeline) ? "lines" : "events",
				.limit = pipeline->max_events,
			},
	};
	int code = show(pipeline, &truncated);

	return code < 0 ? code : PIPELINE_CAPPED;
}

static int show_with_record(struct pipeline *pipeline, const struct event *event)
{
	int code = show(pipeline, event);

	return code == 0 && pipeline->raw && event->record ? raw_show(pipeline->raw, event->record)
							   : code;
}

static int show_counted(struct pipeline *pipeline, const struct event *event)
{
	int code = show_with_record(pipeline, event);

	return code < 0 || !is_full(pipeline)
		       ? code
		       : show_truncated(pipeline, event->cpu, event->time_ns);
}

/* Ids of another pid namespace than the payloads' name nobody here. */
static void drop_foreign_ids(struct event *event)
{
	event->sample_pid = 0;
	if (event->type == EVENT_CHILD)
		event->child.tid = 0;
	if (event->type == EVENT_COMM && !event->comm.is_exec)
		event->comm.tid = 0;
}

static bool knows_nobody(void *context, int32_t tid)
{
	(void)context;
	(void)tid;
	return false;
}

/*
 * A capture does not say in which pid namespace it was recorded, but its events do: what they have
 * two ids for is one task. What the recorder's /proc showed names others, then.
 */
static void look_for_foreign_ids(struct pipeline *pipeline, const struct event *event)
{
	int32_t tid = event_task(event);

	if (tid == 0 || event->sample_tid <= 0 || event->sample_tid == tid)
		return;
	pipeline->foreign_sample_ids = true;
	task_table_prune(pipeline->tasks, knows_nobody, NULL);
}

/* Bring the task table up to date with EVENT, and make the facts of EVENT. */
static NOINLINE int apply_with_facts(struct pipeline *pipeline, struct event *event,
				     struct facts *facts, const struct task **task)
{
	int code = 0;

	if (event->type == EVENT_NOTE)
		code = notes_take(event, pipeline->tasks, pipeline->wall_steps);
	if (code == 0)
		code = task_table_apply(pipeline->tasks, event, task);
	if (code < 0 || !*task)
		return code;
	task_table_describe(pipeline->tasks, event, facts);
	event->facts = facts;
	return 0;
}

int pipeline_feed(struct pipeline *pipeline, struct event *event)
{
	struct facts facts;
	const struct task *task = NULL;

	pipeline->lost_seen += event->type == EVENT_LOST;
	if ((pipeline->wants_facts || pipeline->filter.followed_only) &&
	    !pipeline->foreign_sample_ids)
		look_for_foreign_ids(pipeline, event);
	if (pipeline->foreign_sample_ids)
		drop_foreign_ids(event);
	int code = root_command(pipeline, event);
	if (code == 0)
		code = pipeline->wants_facts ? apply_with_facts(pipeline, event, &facts, &task)
					     : task_table_apply(pipeline->tasks, event, &task);
	if (code == 0)
		code = root_born(pipeline, event);
	if (code == 0)
		code = passes(pipeline, event, task);
	if (code > 0)
		code = show_counted(pipeline, event);
	if (code != 0)
		return code;
	bool alone = pipeline->ends_alone && event->type == EVENT_EXIT &&
		     !pipeline_waits_for_any(pipeline);
	return alone ? PIPELINE_ALONE : PIPELINE_GO_ON;
}

int pipeline_show_running(struct pipeline *pipeline, const struct event *event)
{
	int code = filter_passes(&pipeline->filter, event, true);

	return code > 0 ? sink_running(pipeline->sink, event) : code;
}

int pipeline_idle(struct pipeline *pipeline, uint64_t now_ns)
{
	int code = sink_idle(pipeline->sink, now_ns);

	if (code >= 0 && is_full(pipeline))
		return show_truncated(pipeline, EVENT_NO_CPU, now_ns);
	return code > 0 ? PIPELINE_WAITS : code;
}
