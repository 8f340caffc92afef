/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trace for Perfetto (docs/perfetto.md). Each process has a track of its own, and all of these
 * have the same name, by which trace_processor merges them: 100,000 processes are as many rows as
 * live at once. They have no ProcessDescriptor: it would give each of them a group of its own,
 * which nothing merges.
 *
 * The slice of a life is written when it ends, since only then its program and status are known.
 * Its beginning is earlier than slices that are before it in the file: a reader sorts by time, and
 * what is equal stays as it is in the file.
 */
#include <errno.h>

#include "event/event.h"
#include "event/facts.h"
#include "sink/lives.h"
#include "sink/out_buffer.h"
#include "sink/perfetto/annotations.h"
#include "sink/perfetto/names.h"
#include "sink/perfetto/packets.h"
#include "sink/sink.h"
#include "sink/text/program_name.h"

enum track {
	TRACK_NONE,
	TRACK_LIVING,
	TRACK_LOSSES,
	TRACK_FIRST_LIFE,
};

struct sink_perfetto {
	struct sink sink;
	struct lives lives;
	struct lives threads; /* by tid; `ppid` is the process */
	struct names names;
	bool has_begun;
	bool has_losses;
	bool has_clocks;
	uint64_t first_ns;      /* the time of the first event */
	uint64_t wall_ns;       /* the latest wall clock that was written */
	int64_t wall_offset_ns; /* of that */
};

static struct out_buffer *output_of(const struct sink_perfetto *perfetto)
{
	return perfetto->sink.context.output;
}

static uint64_t process_track(int32_t row)
{
	return TRACK_FIRST_LIFE + 2 * (uint64_t)row;
}

static uint64_t thread_track(int32_t row)
{
	return TRACK_FIRST_LIFE + 2 * (uint64_t)row + 1;
}

/* ---- the beginning, and time ---- */

static int begin(struct sink_perfetto *perfetto)
{
	if (perfetto->has_begun)
		return 0;
	perfetto->has_begun = true;
	int code = packets_put_head(output_of(perfetto));
	return code < 0 ? code
			: packets_put_counter(output_of(perfetto), TRACK_LIVING, "Live processes");
}

/* The wall clock must not go back from one snapshot to the next: one that did waits until then. */
static int note_clocks(struct sink_perfetto *perfetto, uint64_t time_ns)
{
	const struct sink_context *context = &perfetto->sink.context;

	if (!context->wall_offset_known)
		return 0;
	const int64_t offset_ns = sink_wall_offset(context, time_ns);
	const uint64_t wall_ns = time_ns + (uint64_t)offset_ns;
	if (perfetto->has_clocks &&
	    (offset_ns == perfetto->wall_offset_ns || wall_ns <= perfetto->wall_ns))
		return 0;
	perfetto->has_clocks = true;
	perfetto->wall_ns = wall_ns;
	perfetto->wall_offset_ns = offset_ns;
	return packets_put_clocks(output_of(perfetto), time_ns, wall_ns);
}

/* ---- names ---- */

/* Returns 0 with *NAME of TEXT, NAME_NONE where it is not kept, or a negative errno. */
static int find_name(struct sink_perfetto *perfetto, struct text text, uint32_t *name)
{
	uint32_t number = names_find(&perfetto->names, text);

	if (number > 0) {
		*name = NAME_COUNT + number;
		return 0;
	}
	int code = names_add(&perfetto->names, text, &number);
	*name = number > 0 ? NAME_COUNT + number : NAME_NONE;
	return code < 0 || number == 0 ? code : packets_put_name(output_of(perfetto), *name, text);
}

/* The same of a life, which has no text. */
static int name_life(struct sink_perfetto *perfetto, struct life *life, struct text text)
{
	static const struct text unknown = {"?", 1};
	int code = find_name(perfetto, text.bytes ? text : unknown, &life->name);

	if (life->name == NAME_NONE)
		life->name = NAME_OTHER;
	return code;
}

/* ---- births ---- */

/*
 * A process that is seen late was there before that. What the tracer took from the fork of COMMAND
 * until its exec is no part of the trace.
 */
static uint64_t birth_time(const struct sink_perfetto *perfetto, const struct birth *birth)
{
	const uint64_t time_ns = birth->time_ns, age_ns = (uint64_t)birth->age_ns;

	if (birth->kind != BORN_BEFORE && birth->kind != BORN_UNSEEN)
		return time_ns;
	if (time_ns > age_ns && time_ns - age_ns > perfetto->first_ns)
		return time_ns - (age_ns > 0 ? age_ns : 1);
	return perfetto->first_ns > 0 ? perfetto->first_ns - 1 : 0;
}

static int put_living(struct sink_perfetto *perfetto, uint64_t time_ns, uint32_t count)
{
	return packets_put_event(output_of(perfetto), &(struct track_event){
							      .type = TYPE_COUNTER,
							      .time_ns = time_ns,
							      .track = TRACK_LIVING,
							      .value = count,
						      });
}

/* The moment of a fork, in the parent: an arrow leads from there to the child. */
static int put_fork(struct sink_perfetto *perfetto, const struct life *life,
		    const struct birth *birth)
{
	const struct track_event event = {
		.type = TYPE_INSTANT,
		.time_ns = birth->time_ns,
		.track = process_track(birth->parent),
		.category = CATEGORY_FORK,
		.name = birth->kind == BORN_VFORK ? NAME_VFORK : NAME_FORK,
		.flow = process_track(life->row),
	};
	struct packet packet;

	if (birth->parent < 0 || birth->kind == BORN_BEFORE || birth->kind == BORN_UNSEEN)
		return 0;
	int code = packet_begin(&packet, output_of(perfetto), &event, ANNOTATION_ROOM);
	if (code < 0)
		return code;
	annotate_number(&packet, ANNOTATION_CHILD_PID, birth->pid);
	packet_end(&packet);
	return 0;
}

static int perfetto_born(void *sink, struct life *life, const struct birth *birth)
{
	struct sink_perfetto *perfetto = sink;
	int code = packets_put_track(output_of(perfetto), process_track(life->row), "Processes");

	life->born_ns = birth_time(perfetto, birth);
	if (code == 0)
		code = name_life(perfetto, life, birth->name);
	if (code == 0)
		code = put_fork(perfetto, life, birth);
	return code < 0 ? code
			: put_living(perfetto, birth->time_ns, lives_count(&perfetto->lives));
}

/* ---- ends ---- */

/* The beginning of the slice of LIFE, with all that is known of it; END is NULL where it has none.
 */
static int put_life(struct sink_perfetto *perfetto, const struct life *life, const struct end *end)
{
	const struct track_event event = {
		.type = TYPE_SLICE_BEGIN,
		.time_ns = life->born_ns,
		.track = process_track(life->row),
		.category = CATEGORY_PROCESS,
		.name = life->name,
		.flow = life->born <= BORN_OF_UNKNOWN_KIND ? process_track(life->row) : 0,
	};
	struct packet packet;
	int code = packet_begin(&packet, output_of(perfetto), &event, life_room(end));

	if (code < 0)
		return code;
	annotate_life(&packet, life, end, &perfetto->sink.context);
	packet_end(&packet);
	return 0;
}

static int put_slice_end(struct sink_perfetto *perfetto, uint64_t track, uint64_t time_ns)
{
	return packets_put_event(output_of(perfetto), &(struct track_event){
							      .type = TYPE_SLICE_END,
							      .time_ns = time_ns,
							      .track = track,
						      });
}

/* The slice of the program that LIFE runs ends. */
static int end_program(struct sink_perfetto *perfetto, const struct life *life, uint64_t time_ns)
{
	return life->has_program ? put_slice_end(perfetto, process_track(life->row), time_ns) : 0;
}

static int perfetto_ended(void *sink, const struct life *life, const struct end *end)
{
	struct sink_perfetto *perfetto = sink;
	int code = end_program(perfetto, life, end->time_ns);

	if (code == 0)
		code = put_life(perfetto, life, end);
	if (code == 0)
		code = put_slice_end(perfetto, process_track(life->row), end->time_ns);
	return code < 0 ? code
			: put_living(perfetto, end->time_ns, lives_count(&perfetto->lives) - 1);
}

static const struct lives_ops perfetto_lives_ops = {
	.born = perfetto_born,
	.ended = perfetto_ended,
};

/* ---- threads ---- */

static int put_thread(struct sink_perfetto *perfetto, const struct life *thread)
{
	const struct track_event event = {
		.type = TYPE_SLICE_BEGIN,
		.time_ns = thread->born_ns,
		.track = thread_track(thread->row),
		.category = CATEGORY_THREAD,
		.name = thread->name,
	};
	struct packet packet;
	int code = packet_begin(&packet, output_of(perfetto), &event, ANNOTATION_ROOM);

	if (code < 0)
		return code;
	if (thread->ppid >= 0)
		annotate_number(&packet, ANNOTATION_PID, thread->ppid);
	annotate_number(&packet, ANNOTATION_TID, thread->pid);
	packet_end(&packet);
	return 0;
}

/* The thread TID ends, if there is one; NAME may be NULL. */
static int end_thread(struct sink_perfetto *perfetto, int32_t tid, uint64_t time_ns,
		      struct text name)
{
	struct life *thread = lives_find(&perfetto->threads, tid);

	if (!thread)
		return 0;
	int code = name.bytes ? name_life(perfetto, thread, name) : 0;
	if (code == 0)
		code = put_thread(perfetto, thread);
	if (code == 0)
		code = put_slice_end(perfetto, thread_track(thread->row), time_ns);
	lives_remove(&perfetto->threads, thread);
	return code;
}

static int begin_thread(struct sink_perfetto *perfetto, const struct event *event)
{
	const int32_t tid = event->fork.child_tid;
	int code = end_thread(perfetto, tid, event->time_ns, (struct text){0});
	struct life *thread = code == 0 ? lives_add(&perfetto->threads, tid) : NULL;

	if (!thread)
		return code < 0 ? code : -ENOMEM;
	thread->ppid = event_facts(event)->tgid;
	thread->row = perfetto->threads.rows++;
	thread->born_ns = event->time_ns;
	code = packets_put_track(output_of(perfetto), thread_track(thread->row), "Threads");
	return code < 0 ? code : name_life(perfetto, thread, event->fork.child_comm);
}

/* ---- events ---- */

static int perfetto_fork(struct sink_perfetto *perfetto, const struct event *event)
{
	int code = lives_fork(&perfetto->lives, event);

	return code < 0 || event_facts(event)->kind != FORK_KIND_THREAD
		       ? code
		       : begin_thread(perfetto, event);
}

static int put_program(struct sink_perfetto *perfetto, struct life *life, const struct event *event,
		       enum category category)
{
	const struct text program = program_name(event->exec.filename,
						 &event_facts(event)->arguments, event->exec.comm);
	struct track_event slice = {
		.type = TYPE_SLICE_BEGIN,
		.time_ns = event->time_ns,
		.track = process_track(life->row),
		.category = category,
		.text = program,
	};
	struct packet packet;
	int code = find_name(perfetto, program, &slice.name);

	life->name = slice.name == NAME_NONE ? NAME_OTHER : slice.name;
	life->has_program = true;
	if (code == 0)
		code = packet_begin(&packet, output_of(perfetto), &slice, exec_room(event));
	if (code < 0)
		return code;
	annotate_exec(&packet, event, &perfetto->sink.context);
	packet_end(&packet);
	return 0;
}

static int perfetto_exec(struct sink_perfetto *perfetto, const struct event *event,
			 enum category category)
{
	struct life *life;
	int code = lives_exec(&perfetto->lives, event, &life);

	if (code == 0)
		code = end_program(perfetto, life, event->time_ns);
	/* The thread that called it goes on as the process. */
	if (code == 0 && event->exec.old_pid > 0)
		code = end_thread(perfetto, event->exec.old_pid, event->time_ns, (struct text){0});
	return code < 0 ? code : put_program(perfetto, life, event, category);
}

static int perfetto_exit(struct sink_perfetto *perfetto, const struct event *event)
{
	int code = end_thread(perfetto, event->exit.pid, event->time_ns, event->exit.comm);

	return code < 0 ? code : lives_exit(&perfetto->lives, event);
}

/* A moment from which on something is missing. */
static int put_missing(struct sink_perfetto *perfetto, const struct event *event)
{
	const bool is_loss = event->type == EVENT_LOST;
	const struct track_event instant = {
		.type = TYPE_INSTANT,
		.time_ns = event->time_ns,
		.track = TRACK_LOSSES,
		.category = CATEGORY_LOSS,
		.name = is_loss ? NAME_LOST : NAME_LIMIT,
	};
	struct packet packet;
	int code = perfetto->has_losses
			   ? 0
			   : packets_put_track(output_of(perfetto), TRACK_LOSSES, "Missing");

	perfetto->has_losses = true;
	if (code == 0)
		code = packet_begin(&packet, output_of(perfetto), &instant, ANNOTATION_ROOM);
	if (code < 0)
		return code;
	if (is_loss && event->cpu != EVENT_NO_CPU)
		annotate_number(&packet, ANNOTATION_CPU, event->cpu);
	annotate_number(&packet, is_loss ? ANNOTATION_COUNT : ANNOTATION_LIMIT,
			(int64_t)(is_loss ? event->lost.count : event->truncated.limit));
	packet_end(&packet);
	return 0;
}

static int show(struct sink_perfetto *perfetto, const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		return perfetto_fork(perfetto, event);
	case EVENT_EXEC:
		return perfetto_exec(perfetto, event, CATEGORY_EXEC);
	case EVENT_EXIT:
		return perfetto_exit(perfetto, event);
	case EVENT_LOST:
	case EVENT_TRUNCATED:
		return put_missing(perfetto, event);
	default: /* execs that failed have no slice */
		return 0;
	}
}

/* ---- the sink ---- */

static int prepare(struct sink_perfetto *perfetto, uint64_t time_ns)
{
	if (!perfetto->has_begun)
		perfetto->first_ns = time_ns;
	int code = begin(perfetto);

	return code < 0 ? code : note_clocks(perfetto, time_ns);
}

static int perfetto_event(struct sink *sink, const struct event *event)
{
	struct sink_perfetto *perfetto = (struct sink_perfetto *)sink;
	int code = prepare(perfetto, event->time_ns);

	return code < 0 ? code : show(perfetto, event);
}

static int perfetto_running(struct sink *sink, const struct event *event)
{
	struct sink_perfetto *perfetto = (struct sink_perfetto *)sink;
	int code = prepare(perfetto, event->time_ns);

	return code < 0 ? code : perfetto_exec(perfetto, event, CATEGORY_RUNNING);
}

/* Those that live have slices without an end. */
static int perfetto_finish(struct sink *sink)
{
	struct sink_perfetto *perfetto = (struct sink_perfetto *)sink;
	const struct life *left, *threads;
	const uint32_t count = lives_take(&perfetto->lives, &left);
	const uint32_t thread_count = lives_take(&perfetto->threads, &threads);
	int code = begin(perfetto);

	for (uint32_t i = 0; i < count && code == 0; i++)
		code = put_life(perfetto, &left[i], NULL);
	for (uint32_t i = 0; i < thread_count && code == 0; i++)
		code = put_thread(perfetto, &threads[i]);
	return code;
}

static void perfetto_done(struct sink *sink)
{
	struct sink_perfetto *perfetto = (struct sink_perfetto *)sink;

	lives_done(&perfetto->lives);
	lives_done(&perfetto->threads);
	names_done(&perfetto->names);
}

static const struct sink_ops perfetto_ops = {
	.event = perfetto_event,
	.running = perfetto_running,
	.finish = perfetto_finish,
	.done = perfetto_done,
};

struct sink *sink_perfetto_new(const struct sink_context *context)
{
	struct sink *sink = sink_new(&perfetto_ops, context, sizeof(struct sink_perfetto));
	struct sink_perfetto *perfetto = (struct sink_perfetto *)sink;

	if (perfetto)
		perfetto->lives = (struct lives){.ops = &perfetto_lives_ops, .sink = perfetto};
	return sink;
}
