/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/sideband_records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash_table.h"
#include "event/comm.h"
#include "event/event.h"
#include "event/facts.h"
#include "host/proc.h"
#include "netlink/proc_message.h"
#include "source/message_events.h"

/* For so long an event waits for what is told of it, ns. */
#define PATIENCE_NS (100 * NS_PER_MS)

struct sideband_task {
	int32_t tid;
	bool is_hidden;
	bool in_exec;                  /* between the COMM of an exec and its MMAP2 */
	struct comm comm;              /* by that COMM */
	uint64_t losses;               /* as of the last record of it that shows it alive */
	struct waiting_event *waiting; /* for what is told of this task; NULL: none */
	bool has_ended;                /* it is only kept until that comes */
	bool ends_process;             /* no other thread was left */
	uint64_t told_ns; /* when its exit was, by a message that came first; 0: none */
	uint32_t told_status;
	UT_hash_handle hh;
};

/* ---- tasks ---- */

static struct sideband_task *find(const struct sideband_tasks *tasks, int32_t tid)
{
	struct sideband_task *task;

	HASH_FIND_INT(tasks->by_tid, &tid, task);
	return task;
}

/* What waits for a message of TASK goes without it. */
static void release(struct sideband_task *task)
{
	if (task->waiting)
		task->waiting->is_waiting = false;
	task->waiting = NULL;
}

static void forget(struct sideband_tasks *tasks, struct sideband_task *task)
{
	release(task);
	tasks->hidden -= task->is_hidden;
	HASH_DEL(tasks->by_tid, task);
	free(task);
}

static struct sideband_task *find_or_add(struct sideband_tasks *tasks, int32_t tid)
{
	struct sideband_task *task = find(tasks, tid);

	if (task)
		return task;
	task = calloc(1, sizeof(*task));
	if (!task)
		return NULL;
	task->tid = tid;
	HASH_ADD_INT(tasks->by_tid, tid, task);
	if (task->hh.tbl)
		return task;
	free(task);
	return NULL;
}

/* TID names a new task. */
static struct sideband_task *add(struct sideband_tasks *tasks, int32_t tid, bool is_hidden)
{
	struct sideband_task *task = find(tasks, tid);

	if (task)
		forget(tasks, task);
	task = find_or_add(tasks, tid);
	if (!task)
		return NULL;
	task->is_hidden = is_hidden;
	task->losses = tasks->losses;
	tasks->hidden += is_hidden;
	return task;
}

static void hide(struct sideband_tasks *tasks, struct sideband_task *task)
{
	if (tasks->pidfds)
		exit_pidfds_close(tasks->pidfds, task->tid);
	task->in_exec = false;
	task->is_hidden = true;
	tasks->hidden++;
	tasks->vanished++;
}

/* ---- events ---- */

static int put(struct sideband_tasks *tasks, const struct event *event)
{
	return waiting_events_add(&tasks->events, event) ? 0 : -ENOMEM;
}

/* Append EVENT; WAITS: for what is told of TASK. */
static int put_waiting(struct sideband_tasks *tasks, const struct event *event,
		       struct sideband_task *task, bool waits, uint64_t now_ns)
{
	struct waiting_event *made = waiting_events_add(&tasks->events, event);

	release(task);
	if (!made)
		return -ENOMEM;
	if (!waits)
		return 0;
	made->is_waiting = true;
	made->deadline_ns = now_ns + PATIENCE_NS;
	task->waiting = made;
	return 0;
}

static int put_fork(struct sideband_tasks *tasks, const struct event *child,
		    const struct event *fork)
{
	int code = put(tasks, child);

	return code == 0 ? put(tasks, fork) : code;
}

/* Of a thread that executed, its own id is gone. */
static void forget_old_id(struct sideband_tasks *tasks, const struct event *exec)
{
	struct sideband_task *old =
		exec->exec.old_pid != exec->exec.pid ? find(tasks, exec->exec.old_pid) : NULL;

	if (!old)
		return;
	if (tasks->pidfds)
		exit_pidfds_close(tasks->pidfds, old->tid);
	forget(tasks, old);
}

/* ---- records ---- */

static struct proc_message message_of(const struct record *record, int32_t tgid, int32_t tid)
{
	return (struct proc_message){
		.cpu = record->cpu,
		.time_ns = record->time_ns,
		.tgid = tgid,
		.tid = tid,
	};
}

static int take_fork(struct sideband_tasks *tasks, const struct record *record)
{
	struct record_fork body;
	struct event child, fork;

	if (record->body_size < RECORD_FORK_IDS)
		return -EBADMSG;
	memcpy(&body, record->body, RECORD_FORK_IDS);
	const struct proc_message message =
		message_of(record, (int32_t)body.pid, (int32_t)body.tid);
	if (!add(tasks, message.tid, false) ||
	    message_fork(tasks->names, &message, (int32_t)body.ppid, (int32_t)body.ptid, &child,
			 &fork) < 0)
		return -ENOMEM;
	return put_fork(tasks, &child, &fork);
}

static int begin_exec(struct sideband_tasks *tasks, const struct proc_message *message,
		      struct text comm)
{
	struct sideband_task *task = find_or_add(tasks, message->tid);

	if (!task)
		return -ENOMEM;
	task->in_exec = true;
	task->losses = tasks->losses;
	if (tasks->pidfds && !exit_pidfds_has(tasks->pidfds, task->tid))
		exit_pidfds_add(tasks->pidfds, task->tid, false, message->time_ns);
	comm_set(&task->comm, comm);
	struct event event = message_event(message, EVENT_COMM);
	event.comm.tid = message->tid;
	event.comm.is_exec = true;
	event.comm.comm = comm;
	return put(tasks, &event);
}

static int take_comm(struct sideband_tasks *tasks, const struct record *record)
{
	const struct record_comm *body = record->body;
	struct event event;

	if (record->body_size < sizeof(*body))
		return -EBADMSG;
	const struct text comm = {body->comm,
				  strnlen(body->comm, record->body_size - sizeof(*body))};
	const struct proc_message message =
		message_of(record, (int32_t)body->pid, (int32_t)body->tid);
	if (record->misc & PERF_RECORD_MISC_COMM_EXEC)
		return begin_exec(tasks, &message, comm);
	struct sideband_task *task = find_or_add(tasks, message.tid);
	if (!task)
		return -ENOMEM;
	task->losses = tasks->losses;
	int code = message_comm(tasks->names, &message, comm, &event);
	return code == 0 ? put(tasks, &event) : code;
}

/* The executable comes first of all files; an executable stack, "[stack]" or "//anon", before it.
 */
static bool is_file(struct text path)
{
	return path.length > 0 && path.bytes[0] != '[' &&
	       !(path.length == 6 && memcmp(path.bytes, "//anon", 6) == 0);
}

/* "//toolong" and "//enomem" (perf_event_mmap_event()) are no paths. */
static bool is_path(struct text path)
{
	return path.length > 1 && path.bytes[0] == '/' && path.bytes[1] != '/';
}

static int end_exec(struct sideband_tasks *tasks, struct sideband_task *task,
		    const struct record *record, struct text path, uint64_t now_ns)
{
	const struct proc_message message = message_of(record, task->tid, task->tid);
	/* Where records are missing, this may be the MMAP2 of a library. */
	const bool is_known = is_path(path) && task->losses == tasks->losses;
	struct event event;

	task->in_exec = false;
	task->losses = tasks->losses;
	if (message_exec(tasks->names, &message, comm_text(&task->comm),
			 is_known ? path : (struct text){NULL, 0}, &event) < 0)
		return -ENOMEM;
	forget_old_id(tasks, &event);
	return put_waiting(tasks, &event, task,
			   tasks->has_messages && tasks->needs & NEED_ARGUMENTS, now_ns);
}

static int take_mmap2(struct sideband_tasks *tasks, const struct record *record, uint64_t now_ns)
{
	const struct record_mmap2 *body = record->body;

	if (record->body_size < sizeof(*body))
		return -EBADMSG;
	const struct text path = {body->path,
				  strnlen(body->path, record->body_size - sizeof(*body))};
	struct sideband_task *task = find(tasks, (int32_t)body->tid);
	if (task && !task->in_exec)
		task->losses = tasks->losses;
	if (!task || !task->in_exec || !is_file(path))
		return 0;
	return end_exec(tasks, task, record, path, now_ns);
}

/* A first thread that leaves others is reaped with its process, whose status may be another. */
static bool ends_process(const struct sideband_tasks *tasks, const struct proc_message *message)
{
	return message->tid == message->tgid && (message->tid == tasks->command || tasks->pidfds) &&
	       !names_has_others(tasks->names, message->tid, message->tgid);
}

static bool may_be_told(const struct sideband_tasks *tasks, const struct sideband_task *task,
			int32_t tgid)
{
	return tasks->has_messages || task->ends_process || (tasks->pidfds && task->tid != tgid);
}

static int end_task(struct sideband_tasks *tasks, struct sideband_task *task,
		    const struct proc_message *message, uint64_t now_ns)
{
	struct event event;

	task->has_ended = true;
	task->ends_process = ends_process(tasks, message);
	message_exit(tasks->names, message, &event);
	event.exit.has_status = task->told_ns >= message->time_ns;
	event.exit.status = event.exit.has_status ? task->told_status : 0;
	int code = put_waiting(tasks, &event, task,
			       tasks->needs & NEED_STATUS && !event.exit.has_status &&
				       may_be_told(tasks, task, message->tgid),
			       now_ns);
	names_forget(tasks->names, message->tid);
	if (!task->waiting)
		forget(tasks, task);
	return code;
}

/*
 * Whether TASK goes on after its EXIT, since perf has lost sight of it. The COMM before tells;
 * where that may be among what was lost, /proc does.
 */
static bool is_exit_false(const struct sideband_tasks *tasks, const struct sideband_task *task)
{
	if (task->losses == tasks->losses)
		return task->in_exec;
	int code = proc_is_exiting(tasks->proc_fd, task->tid);
	return code == 0 || (code < 0 && proc_hides_tasks(tasks->proc_fd));
}

static int take_exit(struct sideband_tasks *tasks, const struct record *record, uint64_t now_ns)
{
	struct record_fork body;

	if (record->body_size < RECORD_FORK_IDS)
		return -EBADMSG;
	memcpy(&body, record->body, RECORD_FORK_IDS);
	const struct proc_message message =
		message_of(record, (int32_t)body.pid, (int32_t)body.tid);
	struct sideband_task *task = find_or_add(tasks, message.tid);
	if (!task)
		return -ENOMEM;
	if (is_exit_false(tasks, task)) {
		if (task->losses != tasks->losses)
			task->comm.length = 0;
		hide(tasks, task);
		return 0;
	}
	/* Its MMAP2 is lost. */
	if (task->in_exec &&
	    names_set(tasks->names, message.tid, message.tgid, comm_text(&task->comm)) < 0)
		return -ENOMEM;
	return end_task(tasks, task, &message, now_ns);
}

static int take_lost(struct sideband_tasks *tasks, const struct record *record)
{
	const struct event event = {
		.type = EVENT_LOST,
		.cpu = record->cpu,
		.time_ns = record->time_ns,
		.lost.count = record->lost,
	};

	tasks->losses++;
	return put(tasks, &event);
}

int sideband_tasks_record(struct sideband_tasks *tasks, const struct record *record,
			  uint64_t now_ns)
{
	switch (record->type) {
	case PERF_RECORD_FORK:
		return take_fork(tasks, record);
	case PERF_RECORD_COMM:
		return take_comm(tasks, record);
	case PERF_RECORD_MMAP2:
		return take_mmap2(tasks, record, now_ns);
	case PERF_RECORD_EXIT:
		return take_exit(tasks, record, now_ns);
	case PERF_RECORD_LOST:
		return take_lost(tasks, record);
	default:
		return 0;
	}
}

/* ---- messages ---- */

bool sideband_tasks_is_hidden(const struct sideband_tasks *tasks, int32_t tid)
{
	const struct sideband_task *task = find(tasks, tid);

	return task && task->is_hidden;
}

static int take_hidden_fork(struct sideband_tasks *tasks, const struct proc_message *message)
{
	struct event child, fork;

	if (!add(tasks, message->tid, true) ||
	    message_fork_by_process(tasks->names, message, &child, &fork) < 0)
		return -ENOMEM;
	return put_fork(tasks, &child, &fork);
}

/* The hidden task that executes as process TGID, which may be a thread of it; NULL: none. */
static struct sideband_task *hidden_process(const struct sideband_tasks *tasks, int32_t tgid)
{
	const int32_t tid =
		sideband_tasks_is_hidden(tasks, tgid) ? tgid : names_thread_of(tasks->names, tgid);

	return sideband_tasks_is_hidden(tasks, tid) ? find(tasks, tid) : NULL;
}

/* EVENT goes with what /proc showed. */
static void show(struct waiting_event *event, struct queued_message *message)
{
	event->image = message_image(queued_message_view(message));
	event->event.exec.image = &event->image;
	event->shown = message;
}

static int take_hidden_exec(struct sideband_tasks *tasks, struct sideband_task *task,
			    struct queued_message *message)
{
	const struct proc_view *view = queued_message_view(message);
	const bool is_shown = view && view->has_program;
	const struct comm told = task->comm;
	struct text comm = comm_text(&told);
	struct event event;

	/* The COMM of the exec by which it was hidden; of later ones there is none. */
	task->comm.length = 0;
	if (!comm.bytes && view)
		comm = view->comm;
	if (message_exec(tasks->names, &message->message, comm,
			 is_shown ? view->program.filename : (struct text){NULL, 0}, &event) < 0)
		return -ENOMEM;
	forget_old_id(tasks, &event);
	if (event.exec.old_pid != event.exec.pid && !add(tasks, event.exec.pid, true))
		return -ENOMEM;
	struct waiting_event *made = waiting_events_add(&tasks->events, &event);
	if (!made)
		return -ENOMEM;
	show(made, message);
	return 0;
}

/* Returns whether MESSAGE is kept. */
static bool take_arguments(struct sideband_tasks *tasks, struct queued_message *message)
{
	struct sideband_task *task = find(tasks, message->message.tgid);
	struct waiting_event *waiting = task ? task->waiting : NULL;

	if (!waiting || waiting->event.type != EVENT_EXEC)
		return false;
	show(waiting, message);
	release(task);
	return true;
}

static int take_hidden_exit(struct sideband_tasks *tasks, const struct proc_message *message)
{
	struct event event;

	message_exit(tasks->names, message, &event);
	int code = put(tasks, &event);
	names_forget(tasks->names, message->tid);
	forget(tasks, find(tasks, message->tid));
	return code;
}

static void set_status(struct waiting_event *exit, uint32_t status)
{
	exit->event.exit.has_status = true;
	exit->event.exit.status = status;
}

static void take_status(struct sideband_tasks *tasks, const struct proc_message *message)
{
	struct sideband_task *task = find(tasks, message->tid);

	if (!task)
		return;
	if (!task->has_ended) {
		task->told_ns = message->time_ns;
		task->told_status = message->status;
		return;
	}
	set_status(task->waiting, message->status);
	forget(tasks, task);
}

static int take_hidden(struct sideband_tasks *tasks, const struct proc_message *message)
{
	struct event event;

	switch (message->kind) {
	case PROC_FORK:
		return take_hidden_fork(tasks, message);
	case PROC_EXIT:
		return take_hidden_exit(tasks, message);
	default:
		if (message_comm(tasks->names, message,
				 (struct text){message->comm, strlen(message->comm)}, &event) < 0)
			return -ENOMEM;
		return put(tasks, &event);
	}
}

/* Whom MESSAGE, which is no exec, tells of: of a fork, the process or thread that is there. */
static int32_t subject_of(const struct proc_message *message)
{
	if (message->kind != PROC_FORK)
		return message->tid;
	return message->tid != message->tgid ? message->tgid : message->parent_tid;
}

int sideband_tasks_message(struct sideband_tasks *tasks, struct queued_message *queued)
{
	const struct proc_message *message = &queued->message;
	struct sideband_task *hidden;
	bool is_kept = false;
	int code = 0;

	if (message->kind == PROC_EXEC) {
		hidden = tasks->hidden ? hidden_process(tasks, message->tgid) : NULL;
		code = hidden ? take_hidden_exec(tasks, hidden, queued) : 0;
		is_kept = hidden ? code == 0 : take_arguments(tasks, queued);
	} else if (message->kind >= PROC_FORK &&
		   sideband_tasks_is_hidden(tasks, subject_of(message))) {
		code = take_hidden(tasks, message);
	} else if (message->kind == PROC_EXIT) {
		take_status(tasks, message);
	}
	if (!is_kept)
		queued_message_free(queued);
	return code;
}

size_t sideband_tasks_forget_hidden(struct sideband_tasks *tasks)
{
	struct sideband_task *task, *next;
	const size_t hidden = tasks->hidden;

	HASH_ITER (hh, tasks->by_tid, task, next) {
		if (task->is_hidden)
			forget(tasks, task);
	}
	return hidden;
}

/* ---- the whole ---- */

/* What we know as the parent. Returns whether that is TASK's status. */
static bool has_reaped(const struct sideband_tasks *tasks, const struct sideband_task *task)
{
	return task->tid == tasks->command && task->ends_process && *tasks->command_status >= 0;
}

/* Ask for the status of EXIT, for which no message comes. It waits no more once that is decided. */
static void ask(struct sideband_tasks *tasks, struct waiting_event *exit)
{
	struct sideband_task *task = find(tasks, exit->event.sample_tid);
	uint32_t status;
	int code = -ESRCH;

	if (tasks->pidfds)
		code = exit_pidfds_take(tasks->pidfds, task->tid, exit->event.time_ns, &status);
	if (code > 0)
		set_status(exit, status);
	else if (has_reaped(tasks, task))
		set_status(exit, (uint32_t)*tasks->command_status);
	else if (code == 0 || task->tid == tasks->command)
		return;
	tasks->statuses_missing += !exit->event.exit.has_status;
	forget(tasks, task);
}

/* What is told of it did not come in time. */
static void give_up(struct sideband_tasks *tasks, struct waiting_event *event)
{
	struct sideband_task *task = find(tasks, event->event.sample_tid);

	if (!task->has_ended) {
		release(task);
		return;
	}
	if (has_reaped(tasks, task))
		set_status(event, (uint32_t)*tasks->command_status);
	else
		tasks->statuses_missing++;
	if (tasks->pidfds)
		exit_pidfds_close(tasks->pidfds, task->tid);
	forget(tasks, task);
}

struct waiting_event *sideband_tasks_next(struct sideband_tasks *tasks, uint64_t now_ns)
{
	struct waiting_event *first = tasks->events.first;

	if (first && first->is_waiting && !tasks->has_messages)
		ask(tasks, first);
	struct waiting_event *event = waiting_events_take(&tasks->events, now_ns);

	if (event && event->is_waiting)
		give_up(tasks, event);
	return event;
}

int sideband_tasks_init(struct sideband_tasks *tasks, int32_t command, struct text comm)
{
	*tasks = (struct sideband_tasks){.names = names_new(), .command = command};
	if (tasks->names && find_or_add(tasks, command) &&
	    names_set(tasks->names, command, command, comm) == 0)
		return 0;
	sideband_tasks_done(tasks);
	return -ENOMEM;
}

void sideband_tasks_done(struct sideband_tasks *tasks)
{
	struct sideband_task *task, *next;

	HASH_ITER (hh, tasks->by_tid, task, next) {
		forget(tasks, task);
	}
	exit_pidfds_free(tasks->pidfds);
	names_free(tasks->names);
	waiting_events_done(&tasks->events);
	*tasks = (struct sideband_tasks){0};
}
