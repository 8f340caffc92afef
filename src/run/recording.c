/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/recording.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "capture/write/capture_writer.h"
#include "capture/write/collector.h"
#include "capture/write/write_head.h"
#include "capture/write/write_records.h"
#include "decode/decoder.h"
#include "decode/tracepoint.h"
#include "event/facts.h"
#include "exec/env_selection.h"
#include "host/cgroups.h"
#include "perf/cpu_ring.h"
#include "perf/cpu_rings.h"
#include "perf/perf_event.h"
#include "probe/argv_probe.h"
#include "run/capture_output.h"
#include "run/confine.h"
#include "run/notes.h"
#include "run/progress.h"
#include "run/record_events.h"
#include "run/record_statuses.h"
#include "run/selection.h"
#include "run/tracing.h"
#include "run/user.h"
#include "run/wall_watch.h"
#include "sandbox/syscalls.h"
#include "source/at_exec_reader.h"
#include "source/completer.h"
#include "source/exit_authority.h"
#include "source/notice.h"
#include "source/perf_setup.h"
#include "source/tracepoints.h"
#include "task/proc_tasks.h"
#include "task/task.h"
#include "task/task_table.h"

/*
 * Rounds are no shorter, so that a record that a CPU is slow to make visible still comes within the
 * next one.
 */
#define ROUND_NS (10 * NS_PER_MS)
#define LONG_ROUND_NS (100 * NS_PER_MS)

/*
 * How often the rings are written to a file, and perf is led to what has been written, and /proc is
 * looked at.
 */
#define COMMIT_MS 250
#define COMMIT_NS (COMMIT_MS * NS_PER_MS)
#define LOOK_NS (200 * NS_PER_MS)

/*
 * The longest sleeps: of one who looks for the end in /proc, and of one who does not know whether
 * the wall clock was set.
 */
#define LONGEST_MS 1000
#define WALL_MS 40

/* When something was last done, ns. */
struct clock_marks {
	uint64_t round, commit, look;
};

struct recording {
	struct tracing tracing;
	struct perf_setup setup;
	struct cpu_rings *rings;
	struct capture_writer *writer;
	struct collector *collector;
	struct task_table *tasks; /* those of -p, with whom the recording ends */
	struct decoder *decoder;  /* of execs, whose arguments are completed; NULL: they are not */
	struct env_selection environment;
	struct completer *completer;
	struct at_exec_reader at_exec_reader;
	int note_code; /* the first failure to write what was completed */
	struct record_statuses statuses;
	uint64_t newest_note_ns; /* of notes that are younger than the records of their round */
	struct capture_output output;
	bool reader_gone;   /* of a stream: end quietly */
	uint64_t size;      /* of the capture as of the last round, bytes */
	uint64_t committed; /* `size` behind the last commit */
	struct clock_marks done;
	struct wall_watch wall;
	struct progress progress;
};

static int say_write_failed(const struct recording *recording, int code, struct error *err)
{
	const struct capture_output *output = &recording->output;

	if (code == -ETIME)
		return error_set(err, code,
				 "the reader of %.200s is stuck: what was recorded after the first "
				 "%" PRIu64 " bytes was not delivered",
				 output->name,
				 recording->writer ? capture_writer_size(recording->writer) : 0);
	return error_set(err, code, "cannot write %.200s: %s%s", output->name, strerror(-code),
			 output->stream || !recording->writer
				 ? ""
				 : "; what was written until then can be replayed");
}

static int write_failed(struct recording *recording, int code, struct error *err)
{
	if (code != -EPIPE)
		return say_write_failed(recording, code, err);
	recording->reader_gone = true;
	return 0;
}

/* ---- setting up ---- */

static void on_fork(void *context, int32_t parent, int32_t child)
{
	struct recording *recording = context;
	const struct task *task = task_table_find(recording->tasks, parent);

	/* Where memory is short, /proc is there to fall back on. */
	if (task && task->followed && task_table_add(recording->tasks, child, true) < 0)
		recording->done.look = 0;
}

static void write_completion(void *context, const struct completion *completion)
{
	struct recording *recording = context;

	if (recording->note_code == 0)
		recording->note_code = notes_write_exec(recording->writer, completion);
}

static void write_at_exec(void *context, const struct exec_text *text)
{
	struct recording *recording = context;

	if (recording->note_code == 0)
		recording->note_code = notes_write_at_exec(recording->writer, text);
}

static void on_exec(void *context, const struct perf_event_header *sample)
{
	const struct recording *recording = context;

	/* The program may change it soon. */
	at_exec_reader_look(&recording->at_exec_reader, sample);
	completer_look(recording->completer, sample);
}

static int set_probe(const struct recording *recording, struct error *err)
{
	const struct argv_probe *probe = recording->setup.probe;

	if (probe && completer_set_probe(recording->completer, argv_probe_layout(probe),
					 argv_probe_chunks(probe)) < 0)
		return error_no_memory(err);
	return 0;
}

/* Decodes only what it takes to see which execs have to be completed, while that can be done. */
static int make_completer(struct recording *recording, struct error *err)
{
	struct tracing *tracing = &recording->tracing;
	const struct format *formats[TRACEPOINT_COUNT] = {
		[TRACEPOINT_EXEC] = recording->setup.tracepoints.formats[TRACEPOINT_EXEC],
	};
	const char *environment = tracing->request->environment;
	int code = decoder_new(formats, &recording->decoder, err);

	if (code == 0 && environment)
		code = env_selection_parse(environment, &recording->environment);
	if (code < 0)
		return error_set(err, code, "cannot complete arguments: %s", strerror(-code));
	tracepoints_set_extra(&recording->setup.tracepoints, &recording->setup.rings.plan,
			      recording->decoder);
	recording->completer = completer_new(recording->decoder, tracing->proc_fd,
					     environment ? &recording->environment : NULL,
					     write_completion, recording);
	recording->at_exec_reader = (struct at_exec_reader){
		.decoder = recording->decoder,
		.told = write_at_exec,
		.context = recording,
	};
	at_exec_reader_open(&recording->at_exec_reader, tracing->request->needs, tracing->proc_fd);
	if (!recording->completer)
		return error_no_memory(err);
	return set_probe(recording, err);
}

static int make_collector(struct recording *recording, const struct record_events *events,
			  struct error *err)
{
	const struct collector_plan plan = {
		.events = events->list,
		.ids = events->first_ids,
		.event_count = events->count,
		.newest_id = events->newest_id,
		.exec = tracepoints_opened_at(&recording->setup.tracepoints, TRACEPOINT_EXEC),
		.on_fork = recording->tracing.request->follow ? on_fork : NULL,
		.on_exec = recording->completer ? on_exec : NULL,
		.context = recording,
	};

	recording->collector = collector_new(recording->writer, &plan);
	return recording->collector ? 0 : error_no_memory(err);
}

static int open_output(struct recording *recording, struct error *err)
{
	const struct tracing *tracing = &recording->tracing;
	int code = user_files_begin(tracing->caller, err);

	if (code < 0)
		return code;
	code = capture_output_open(&recording->output, tracing->request->output, err);
	user_files_end(tracing->caller);
	return code;
}

/* The output is opened last, so that a recording that cannot begin leaves an old file alone. */
static int start_capture(struct recording *recording, const struct record_events *events,
			 struct error *err)
{
	const struct request *request = recording->tracing.request;
	const struct capture_description description = {
		.events = events->list,
		.event_count = events->count,
		.formats = &recording->setup.tracepoints.dir,
		.argv = (const char *const *)request->argv,
		.cpus_online = (uint32_t)events->cpus,
		.cpus_configured = (uint32_t)sysconf(_SC_NPROCESSORS_CONF),
	};
	struct capture_features features;
	uint64_t now;

	/* No step: CLOCK_DATA has the same offset. */
	wall_watch_look(&recording->wall, &now);
	int code = capture_features_make(&description, &features, err);

	if (code < 0)
		return code;
	code = open_output(recording, err);
	if (code == 0) {
		code = capture_writer_new(recording->output.fd, recording->output.stream,
					  &description, &features, &recording->writer);
		if (code < 0)
			say_write_failed(recording, code, err);
	}
	capture_features_done(&features);
	if (!recording->output.stream)
		cpu_rings_set_delay(recording->rings, COMMIT_MS);
	return code;
}

static int set_up_capture(struct recording *recording, struct error *err)
{
	struct tracing *tracing = &recording->tracing;
	struct record_events events;
	int code = record_events_init(&events, recording->rings, &recording->setup.rings.plan);

	if (code < 0)
		error_set(err, code, "cannot tell the events apart: %s", strerror(-code));
	if (code == 0)
		code = start_capture(recording, &events, err);
	if (code == 0 && tracing->request->needs & NEED_ARGUMENTS)
		code = make_completer(recording, err);
	if (code == 0)
		code = make_collector(recording, &events, err);
	record_events_done(&events);
	return code;
}

static int set_up(struct recording *recording, const struct request *request, struct error *err)
{
	struct perf_setup *setup = &recording->setup;
	unsigned int use = PERF_SETUP_RECORDING;
	int code = tracing_open(&recording->tracing, request, true, err);

	/* The kernel itself tells those who may ask; for others registers have to do. */
	if (code == 0 && request->needs & NEED_STATUS &&
	    exit_authority_open(request, &recording->statuses.authority) == 0)
		use |= PERF_SETUP_STATUS_IS_TOLD;
	if (code == 0)
		code = perf_setup_init(setup, request, &recording->tracing.host, use, err);
	if (code == 0)
		code = perf_setup_opened(
			setup, cpu_rings_open(&setup->rings, &recording->rings, err), err);
	if (code < 0)
		return code;
	recording->tasks = task_table_new();
	if (!recording->tasks)
		return error_no_memory(err);
	progress_start(&recording->progress, isatty(STDERR_FILENO) && !request->quiet);
	return set_up_capture(recording, err);
}

/* ---- beginning ---- */

static int write_selection(struct recording *recording, struct error *err)
{
	const struct tracing *tracing = &recording->tracing;
	const struct selection_command command = {
		.pid = (int32_t)tracing->command.pid,
		.of_host = tracing->host.initial_pid_ns,
	};
	int code = selection_write(recording->writer, tracing->request, &command);

	if (code == 0)
		code = record_statuses_begin(&recording->statuses, recording->writer);
	return code < 0 ? write_failed(recording, code, err) : 0;
}

/* Notes on processes that are older than the recording. */
static int write_old_notes(const struct recording *recording)
{
	const struct tracing *tracing = &recording->tracing;
	const unsigned int needs = tracing->request->needs;
	int code = 0;

	if (tracing->host.initial_pid_ns && needs & NEED_ARGUMENTS)
		code = notes_write_old_processes(recording->writer, tracing->proc_fd);
	if (code == 0 && needs && tracing->command.pid)
		code = notes_write_command(recording->writer, (int32_t)tracing->command.pid,
					   tracing->command.forked_ns);
	return code;
}

static int write_initial_records(struct recording *recording, struct error *err)
{
	const struct tracing *tracing = &recording->tracing;
	const struct pid_list *pids = tracing->request->tids.count > 0 ? &tracing->request->tids
								       : &tracing->request->pids;
	const int32_t command = (int32_t)tracing->command.pid;
	const struct capture_beginning beginning = {
		.proc_fd = tracing->proc_fd,
		.descent = tracing->host.initial_pid_ns,
		.kernel = recording->setup.tracepoints.exit_paths.known,
		.cgroup_fd = recording->setup.rings.plan.cgroup ? cgroups_open_this_host() : -1,
		.pids = command ? &command : pids->pids,
		.pid_count = command ? 1 : pids->count,
	};
	struct buffer records = {0};
	int code = capture_initial_records(&beginning, &records);
	if (beginning.cgroup_fd >= 0)
		close(beginning.cgroup_fd);
	if (code < 0) {
		buffer_done(&records);
		return error_set(err, code, "cannot read /proc: %s", strerror(-code));
	}
	struct iovec piece = {records.bytes, records.size};
	code = capture_writer_append(recording->writer, &piece, 1);
	buffer_done(&records);
	if (code == 0 && recording->setup.tracepoints.exit_paths.known)
		code = notes_write_exit_paths(recording->writer,
					      &recording->setup.tracepoints.exit_paths);
	if (code == 0)
		code = write_old_notes(recording);
	if (code == 0)
		code = capture_writer_commit(recording->writer);
	return code < 0 ? write_failed(recording, code, err) : 0;
}

/* Events are let in first: what forks while /proc is read is then seen twice, not missed. */
static int begin(struct recording *recording, struct error *err)
{
	struct tracing *tracing = &recording->tracing;
	int code = cpu_rings_enable(recording->rings, err);

	if (code < 0)
		return code;
	tracing_begin(tracing);
	code = tracing_enter_roots(tracing, recording->tasks, err);
	if (code == 0)
		code = write_selection(recording, err);
	if (code == 0)
		code = write_initial_records(recording, err);
	if (code == 0)
		code = tracing_release_command(tracing, err);
	if (code < 0)
		return code;
	return confine_tracing(tracing, SANDBOX_RECORD, recording->completer != NULL, err);
}

/* ---- the loop ---- */

/* Whether INTERVAL has passed since *DONE, which then becomes NOW. */
static bool is_due(uint64_t *done, uint64_t interval, uint64_t now)
{
	if (now - *done < interval)
		return false;
	*done = now;
	return true;
}

static int take_ring(struct recording *recording, struct cpu_ring *ring, struct error *err)
{
	int code = ring->ids[0] == 0 ? cpu_ring_read_ids(ring) : 0;

	if (code < 0)
		return error_set(err, code, "cannot tell the events of CPU %d apart: %s", ring->cpu,
				 strerror(-code));
	code = collector_take(recording->collector, ring);
	if (code == 0)
		code = recording->note_code;
	if (code == -EBADMSG)
		return error_set(err, code, "the ring of CPU %d holds a malformed record",
				 ring->cpu);
	if (code == 0 && (recording->tracing.stopped || ring->leaving))
		code = collector_tell_lost(recording->collector, ring);
	return code < 0 ? write_failed(recording, code, err) : 0;
}

/* An exec and the note of its arguments belong into one round. */
static uint64_t round_length(const struct recording *recording)
{
	return recording->completer && completer_awaits_any(recording->completer) ? LONG_ROUND_NS
										  : ROUND_NS;
}

/* Where something was written since the last one. */
static int end_round(struct recording *recording, uint64_t now)
{
	struct perf_event_header round = capture_finished_round();
	struct iovec piece = {&round, sizeof(round)};
	int code = 0;

	if (capture_writer_size(recording->writer) == recording->size ||
	    !is_due(&recording->done.round, round_length(recording), now))
		return 0;
	code = capture_writer_append(recording->writer, &piece, 1);
	recording->size = capture_writer_size(recording->writer);
	uint64_t newest_ns = collector_counts(recording->collector).newest_ns;
	record_statuses_end_round(&recording->statuses, newest_ns > recording->newest_note_ns
								? newest_ns
								: recording->newest_note_ns);
	return code;
}

/* Also where nothing more comes: what a burst wrote last is to outlive a kill of the recorder. */
static int commit(struct recording *recording, uint64_t now)
{
	if (recording->committed == recording->size ||
	    !is_due(&recording->done.commit, COMMIT_NS, now))
		return 0;
	int code = capture_writer_commit(recording->writer);
	/* It takes room itself, which is no reason for another one. */
	recording->size = recording->committed = capture_writer_size(recording->writer);
	return code;
}

static int end_round_and_commit(struct recording *recording, struct error *err)
{
	uint64_t now = clock_now_ns(CLOCK_MONOTONIC);
	int code = end_round(recording, now);

	if (code == 0)
		code = commit(recording, now);
	return code < 0 ? write_failed(recording, code, err) : 0;
}

static int watch_wall(struct recording *recording, struct error *err)
{
	uint64_t from_ns;

	if (!(recording->setup.rings.plan.features & (1U << PERF_FEATURE_CLOCKID)) ||
	    !wall_watch_look(&recording->wall, &from_ns))
		return 0;
	recording->newest_note_ns = from_ns;
	int code = notes_write_wall_step(recording->writer, from_ns, recording->wall.offset_ns);
	return code < 0 ? write_failed(recording, code, err) : 0;
}

/* Behind the records of their exits. */
static int take_statuses(struct recording *recording, struct error *err)
{
	int code = recording->tracing.stopped
			   ? record_statuses_write_last(&recording->statuses, recording->writer)
			   : record_statuses_write(&recording->statuses, recording->writer);

	return code < 0 ? write_failed(recording, code, err) : 0;
}

/* Of execs that the rings tell no more of. */
static int end_completions(struct recording *recording, struct error *err)
{
	if (recording->completer)
		completer_end_round(recording->completer);
	return recording->note_code < 0 ? write_failed(recording, recording->note_code, err) : 0;
}

/* Every ring once. */
static int take_all(struct recording *recording, struct error *err)
{
	struct cpu_ring *ring;
	int code = 0;

	for (size_t i = 0; (ring = cpu_rings_at(recording->rings, i)); i++) {
		code = take_ring(recording, ring, err);
		if (code < 0 || recording->reader_gone)
			return code;
	}
	cpu_rings_close_left(recording->rings);
	code = end_completions(recording, err);
	if (code == 0)
		code = take_statuses(recording, err);
	if (code < 0 || recording->reader_gone)
		return code;
	return end_round_and_commit(recording, err);
}

/* Nothing in the rings is decoded, so /proc says who is alive. */
static int look_for_the_end(struct recording *recording, struct error *err)
{
	struct tracing *tracing = &recording->tracing;
	const struct request *request = tracing->request;

	if ((request->pids.count == 0 && request->tids.count == 0) ||
	    !is_due(&recording->done.look, LOOK_NS, clock_now_ns(CLOCK_MONOTONIC)))
		return 0;
	int code = request->pids.count > 0
			   ? proc_tasks_enter(tracing->proc_fd, recording->tasks, request->follow)
			   : 0;
	if (code < 0)
		return error_set(err, code, "cannot read /proc: %s", strerror(-code));
	proc_tasks_forget_dead(tracing->proc_fd, recording->tasks);
	if (task_table_followed(recording->tasks) == 0)
		tracing->stopped = true;
	return 0;
}

static void print_size(char *text, size_t size, uint64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	double value = (double)bytes;
	size_t unit = 0;

	while (value >= 1000 && unit + 1 < ARRAY_SIZE(units)) {
		value /= 1000;
		unit++;
	}
	snprintf(text, size, unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
}

static void show_progress(struct recording *recording)
{
	struct collector_counts counts = collector_counts(recording->collector);
	char size[32];

	if (!progress_is_due(&recording->progress))
		return;
	print_size(size, sizeof(size), capture_writer_size(recording->writer));
	progress_show(&recording->progress, "%" PRIu64 " events, %s, %" PRIu64 " lost, %.0f s",
		      counts.events, size, counts.lost, tracing_seconds(&recording->tracing));
}

static bool is_full(const struct recording *recording)
{
	uint64_t most = recording->tracing.request->max_events;

	return most > 0 && collector_counts(recording->collector).events >= most;
}

/* When to end the round or to commit, also where nothing more comes; UINT64_MAX: never. */
static uint64_t due_ns(const struct recording *recording)
{
	if (capture_writer_size(recording->writer) != recording->size)
		return recording->done.round + ROUND_NS;
	if (recording->committed != recording->size)
		return recording->done.commit + COMMIT_NS;
	return UINT64_MAX;
}

/* For how many ms to sleep at most. */
static int patience(const struct recording *recording)
{
	const int remaining = tracing_remaining_ms(&recording->tracing);
	const uint64_t now = clock_now_ns(CLOCK_MONOTONIC), due = due_ns(recording);
	const bool watches_wall = recording->tracing.wall_fd < 0 || recording->wall.unsure;
	int longest = watches_wall ? WALL_MS : LONGEST_MS;

	if (due <= now)
		longest = 0;
	else if ((due - now) / NS_PER_MS < (uint64_t)longest)
		longest = (int)((due - now) / NS_PER_MS) + 1;
	return remaining >= 0 && remaining < longest ? remaining : longest;
}

static int run(struct recording *recording, struct error *err)
{
	struct tracing *tracing = &recording->tracing;
	int code = 0;

	while (code == 0 && !recording->reader_gone) {
		tracing_look_around(tracing);
		if (tracing->stopped)
			cpu_rings_disable(recording->rings);
		/* What is in the rings once they are stopped is all there will be. */
		bool is_last = tracing->stopped;

		code = watch_wall(recording, err);
		if (code == 0)
			code = take_all(recording, err);
		if (is_last)
			return code;
		show_progress(recording);
		if (code == 0)
			code = look_for_the_end(recording, err);
		if (is_full(recording))
			tracing->stopped = true;
		if (code == 0 && !tracing->stopped)
			code = cpu_rings_wait(recording->rings, tracing->wake_fd,
					      patience(recording), false, err);
	}
	return code;
}

/* ---- the end ---- */

static void print_summary(const struct recording *recording)
{
	struct collector_counts counts = collector_counts(recording->collector);
	char size[32];

	print_size(size, sizeof(size), capture_writer_size(recording->writer));
	notice(recording->tracing.request, "%" PRIu64 " events, %" PRIu64 " lost, %s in %s, %.3f s",
	       counts.events, counts.lost, size, recording->output.name,
	       tracing_seconds(&recording->tracing));
	notice_statuses_lost(recording->tracing.request,
			     record_statuses_lost(&recording->statuses));
}

/* After a failed write too: ERR tells of the first failure then. */
static int finish_output(struct recording *recording, int failed, struct error *err)
{
	struct collector_counts counts = collector_counts(recording->collector);
	int code = capture_writer_close(recording->writer, counts.first_ns, counts.last_ns);

	int closed = capture_output_close(&recording->output);

	if (failed < 0)
		return failed;
	if (code == 0)
		code = closed;
	return code < 0 ? write_failed(recording, code, err) : 0;
}

/* Returns the exit status. A recording that could not begin leaves a capture without events. */
static int record_and_end(struct recording *recording, struct error *err)
{
	const struct command *command = &recording->tracing.command;
	int begun = begin(recording, err);
	int code = begun == 0 ? run(recording, err) : begun;

	progress_clear(&recording->progress);
	cpu_rings_disable(recording->rings);
	code = finish_output(recording, code, err);
	if (code == 0 && !recording->reader_gone)
		print_summary(recording);
	if (begun < 0)
		return command->status != 0 ? command->status : 1;
	if (code == 0)
		return tracing_end_command(&recording->tracing, recording->reader_gone);
	tracing_abandon_command(&recording->tracing);
	return 1;
}

static void tear_down(struct recording *recording)
{
	collector_free(recording->collector);
	completer_free(recording->completer);
	at_exec_reader_close(&recording->at_exec_reader);
	decoder_free(recording->decoder);
	env_selection_done(&recording->environment);
	capture_writer_free(recording->writer);
	record_statuses_done(&recording->statuses);
	task_table_free(recording->tasks);
	capture_output_close(&recording->output);
	if (recording->rings)
		tracing_leave_events(&recording->tracing);
	cpu_rings_free(recording->rings);
	perf_setup_done(&recording->setup);
	tracing_close(&recording->tracing);
}

int record_trace(const struct request *request, struct error *err)
{
	struct recording recording = {
		.output.fd = -1,
		.setup.tracepoints = {.dir.fd = -1, .hold_fd = -1},
	};
	int status = 1;

	if (set_up(&recording, request, err) == 0)
		status = record_and_end(&recording, err);
	tear_down(&recording);
	return status;
}
