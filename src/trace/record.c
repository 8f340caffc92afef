/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace/record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/collector.h"
#include "capture/write_head.h"
#include "capture/write_records.h"
#include "capture/writer.h"
#include "source/live.h"
#include "task/proc.h"
#include "task/task_table.h"
#include "trace/notice.h"
#include "trace/progress.h"
#include "trace/tracing.h"

#define NS_PER_MS 1000000ULL

/*
 * Rounds are no shorter, so that a record that a CPU is slow to make visible still comes within the
 * next one.
 */
#define ROUND_NS (10 * NS_PER_MS)

/* How often perf is led to what has been written, and /proc is looked at. */
#define COMMIT_NS (250 * NS_PER_MS)
#define LOOK_NS (200 * NS_PER_MS)

/* Names of events: "sched:" and a tracepoint's. */
#define EVENT_NAME_SIZE 64

/* When something was last done, ns. */
struct clock_marks {
	uint64_t round, commit, look;
};

struct recording {
	struct tracing tracing;
	struct capture_writer *writer;
	struct collector *collector;
	struct task_table *tasks; /* those of -p, with whom the recording ends */
	int output_fd;            /* -1: standard output */
	bool stream;
	bool on_terminal; /* there is somebody to show progress to */
	bool shows_line;  /* a progress line stands on the terminal */
	bool reader_gone; /* of a stream: end quietly */
	uint64_t size;    /* of the capture as of the last round, bytes */
	struct clock_marks done;
	struct progress progress;
};

static const char *output_name(const struct recording *recording)
{
	const char *path = recording->tracing.options->output;

	return strcmp(path, "-") == 0 ? "standard output" : path;
}

/* ---- the output ---- */

static int use_stdout(struct recording *recording, struct error *err)
{
	if (isatty(STDOUT_FILENO)) {
		error_set(err, -EINVAL, "a capture is nothing for a terminal");
		error_remedy(err, "-o FILE, or a pipe behind it: | perf script -i -");
		return -EINVAL;
	}
	recording->stream = true;
	return 0;
}

/* A pipe or a device that somebody has made for us: nothing to rename, nothing to seek in. */
static int open_special(const char *path)
{
	return open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
}

/* Captures hold what processes were called: for nobody else's eyes. */
static int create_file(const char *path)
{
	char *old;

	if (asprintf(&old, "%s.old", path) < 0)
		return -ENOMEM;
	int code = rename(path, old) < 0 && errno != ENOENT ? -errno : 0;
	free(old);
	if (code < 0)
		return code;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : fd;
}

static int open_output(struct recording *recording, struct error *err)
{
	const char *path = recording->tracing.options->output;
	struct stat found;

	if (strcmp(path, "-") == 0)
		return use_stdout(recording, err);
	recording->stream = stat(path, &found) == 0 && !S_ISREG(found.st_mode);
	int fd = recording->stream ? open_special(path) : create_file(path);
	if (fd == -1)
		fd = -errno;
	if (fd < 0)
		return error_set(err, fd, "cannot write %.200s: %s", path, strerror(-fd));
	recording->output_fd = fd;
	return 0;
}

static int write_failed(struct recording *recording, int code, struct error *err)
{
	if (code == -EPIPE) {
		recording->reader_gone = true;
		return 0;
	}
	return error_set(err, code, "cannot write %.200s: %s%s", output_name(recording),
			 strerror(-code),
			 recording->stream ? "" : "; what was written until then can be replayed");
}

/* ---- setting up ---- */

struct event_table {
	struct recorded_event events[CPU_RING_EVENTS];
	char names[CPU_RING_EVENTS][EVENT_NAME_SIZE];
	uint64_t *ids; /* of event 0 on all CPUs, then of event 1, ... */
	uint64_t newest_id;
	size_t event_count, cpu_count;
};

static int read_ids(struct recording *recording, struct event_table *table)
{
	struct cpu_ring *ring;

	while (live_ring(recording->tracing.source, table->cpu_count))
		table->cpu_count++;
	table->ids = calloc(table->event_count * table->cpu_count, sizeof(*table->ids));
	if (!table->ids)
		return -ENOMEM;
	for (size_t cpu = 0; (ring = live_ring(recording->tracing.source, cpu)); cpu++) {
		int code = cpu_ring_read_ids(ring);

		if (code < 0)
			return code;
		for (size_t i = 0; i < table->event_count; i++) {
			table->ids[i * table->cpu_count + cpu] = ring->ids[i];
			if (ring->ids[i] > table->newest_id)
				table->newest_id = ring->ids[i];
		}
	}
	return 0;
}

static int make_event_table(struct recording *recording, struct event_table *table)
{
	const struct cpu_ring_plan *plan = &recording->tracing.plan;

	*table = (struct event_table){.event_count = plan->tracepoint_count + 1};
	int code = read_ids(recording, table);
	for (size_t i = 0; code == 0 && i < table->event_count; i++) {
		snprintf(table->names[i], EVENT_NAME_SIZE, "%s%s",
			 i < plan->tracepoint_count ? "sched:" : "",
			 i < plan->tracepoint_count ? plan->tracepoints[i].name : "dummy");
		table->events[i] = (struct recorded_event){
			.attr = cpu_ring_attr(plan, i),
			.name = table->names[i],
			.ids = table->ids + i * table->cpu_count,
			.id_count = table->cpu_count,
		};
	}
	return code;
}

static void on_fork(void *context, int32_t parent, int32_t child)
{
	struct recording *recording = context;
	const struct task *task = task_table_find(recording->tasks, parent);

	/* Where memory is short, /proc is there to fall back on. */
	if (task && task->followed && task_table_add(recording->tasks, child, true) < 0)
		recording->done.look = 0;
}

static int make_collector(struct recording *recording, const struct event_table *table)
{
	uint64_t ids[CPU_RING_EVENTS];

	for (size_t i = 0; i < table->event_count; i++)
		ids[i] = table->events[i].ids[0];
	recording->collector =
		collector_new(recording->writer, ids, table->event_count, table->newest_id,
			      recording->tracing.options->follow ? on_fork : NULL, recording);
	return recording->collector ? 0 : -ENOMEM;
}

static int start_capture(struct recording *recording, const struct event_table *table,
			 struct error *err)
{
	const struct tracing *tracing = &recording->tracing;
	const struct capture_description description = {
		.events = table->events,
		.event_count = table->event_count,
		.formats = &tracing->tracepoints.dir,
		.argv = (const char *const *)tracing->options->argv,
		.cpus_online = (uint32_t)table->cpu_count,
		.cpus_configured = (uint32_t)sysconf(_SC_NPROCESSORS_CONF),
	};
	struct capture_features features;
	int code = capture_features_make(&description, &features, err);

	if (code < 0)
		return code;
	/* Only now, so that a recording that cannot begin leaves an old file alone. */
	code = open_output(recording, err);
	if (code == 0) {
		int fd = recording->output_fd >= 0 ? recording->output_fd : STDOUT_FILENO;

		code = capture_writer_new(fd, recording->stream, &description, &features,
					  &recording->writer);
		if (code < 0)
			error_set(err, code, "cannot write %.200s: %s", output_name(recording),
				  strerror(-code));
	}
	capture_features_done(&features);
	return code;
}

static int set_up(struct recording *recording, const struct options *options, struct error *err)
{
	struct event_table table = {0};
	int code = tracing_open(&recording->tracing, options, true, err);

	if (code < 0)
		return code;
	recording->tasks = task_table_new();
	code = recording->tasks ? make_event_table(recording, &table) : -ENOMEM;
	if (code < 0)
		error_set(err, code, "cannot prepare the recording: %s", strerror(-code));
	if (code == 0)
		code = start_capture(recording, &table, err);
	if (code == 0 && make_collector(recording, &table) < 0)
		code = error_set(err, -ENOMEM, "out of memory");
	free(table.ids);
	progress_start(&recording->progress, isatty(STDERR_FILENO) && !options->quiet);
	return code;
}

/* ---- beginning ---- */

/* Whom the recording is about, and who is there already. */
static int write_initial_records(struct recording *recording, struct error *err)
{
	const struct tracing *tracing = &recording->tracing;
	const struct pid_list *pids = &tracing->options->pids;
	const int32_t command = (int32_t)tracing->command.pid;
	char *records;
	size_t size;
	int code = capture_initial_records(tracing->proc_fd, tracing->facts.initial_pid_ns,
					   command ? &command : pids->pids,
					   command ? 1 : pids->count, &records, &size);

	if (code < 0)
		return error_set(err, code, "cannot read /proc: %s", strerror(-code));
	struct iovec piece = {records, size};
	code = capture_writer_append(recording->writer, &piece, 1);
	free(records);
	if (code == 0)
		code = capture_writer_commit(recording->writer);
	return code < 0 ? write_failed(recording, code, err) : 0;
}

/* Events are let in first: what forks while /proc is read is then seen twice, not missed. */
static int begin(struct recording *recording, struct error *err)
{
	struct tracing *tracing = &recording->tracing;
	int code = tracing_begin(tracing, err);

	if (code == 0)
		code = tracing_enter_pids(tracing, recording->tasks, err);
	if (code == 0)
		code = write_initial_records(recording, err);
	return code == 0 ? tracing_release_command(tracing, err) : code;
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

static int take_ring(struct recording *recording, struct cpu_ring *ring)
{
	int code = ring->ids[0] == 0 ? cpu_ring_read_ids(ring) : 0;

	if (code == 0)
		code = collector_take(recording->collector, ring);
	if (code == 0 && (recording->tracing.stopped || ring->leaving))
		code = collector_tell_lost(recording->collector, ring);
	return code;
}

/* Where something was written since the last one. */
static int end_round(struct recording *recording)
{
	uint64_t size = capture_writer_size(recording->writer);
	uint64_t now = tracing_now_ns();
	struct perf_event_header round = capture_finished_round();
	struct iovec piece = {&round, sizeof(round)};
	int code = 0;

	if (size == recording->size || !is_due(&recording->done.round, ROUND_NS, now))
		return 0;
	code = capture_writer_append(recording->writer, &piece, 1);
	if (code == 0 && is_due(&recording->done.commit, COMMIT_NS, now))
		code = capture_writer_commit(recording->writer);
	recording->size = capture_writer_size(recording->writer);
	return code;
}

/* Every ring once. */
static int take_all(struct recording *recording, struct error *err)
{
	struct source *source = recording->tracing.source;
	struct cpu_ring *ring;
	int code = 0;

	for (size_t i = 0; code == 0 && (ring = live_ring(source, i)); i++)
		code = take_ring(recording, ring);
	if (code == 0)
		code = end_round(recording);
	if (code == -EBADMSG)
		return error_set(err, code, "a perf ring holds a malformed record: %s",
				 strerror(-code));
	if (code < 0)
		return write_failed(recording, code, err);
	live_close_left(source);
	return 0;
}

/* Nothing in the rings is decoded, so /proc says who is alive. */
static int look_for_the_end(struct recording *recording, struct error *err)
{
	struct tracing *tracing = &recording->tracing;
	const struct options *options = tracing->options;

	if (options->pids.count == 0 || !is_due(&recording->done.look, LOOK_NS, tracing_now_ns()))
		return 0;
	int code = options->follow ? proc_scan(tracing->proc_fd, recording->tasks) : 0;
	if (code < 0)
		return error_set(err, code, "cannot read /proc: %s", strerror(-code));
	proc_forget_dead(tracing->proc_fd, recording->tasks);
	if (task_table_followed(recording->tasks) == 0)
		tracing_stop(tracing);
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
	uint64_t most = recording->tracing.options->max_events;

	return most > 0 && collector_counts(recording->collector).events >= most;
}

static int run(struct recording *recording, struct error *err)
{
	struct tracing *tracing = &recording->tracing;
	int code = 0;

	while (code == 0 && !recording->reader_gone) {
		tracing_look_around(tracing);
		/* What is in the rings once they are stopped is all there will be. */
		bool is_last = tracing->stopped;

		code = take_all(recording, err);
		if (is_last)
			return code;
		show_progress(recording);
		if (code == 0)
			code = look_for_the_end(recording, err);
		if (is_full(recording))
			tracing_stop(tracing);
		if (code == 0 && !tracing->stopped)
			code = tracing_wait(tracing, err);
	}
	return code;
}

/* ---- the end ---- */

static void print_summary(const struct recording *recording)
{
	struct collector_counts counts = collector_counts(recording->collector);
	char size[32];

	print_size(size, sizeof(size), capture_writer_size(recording->writer));
	notice(recording->tracing.options, "%" PRIu64 " events, %" PRIu64 " lost, %s in %s, %.3f s",
	       counts.events, counts.lost, size, output_name(recording),
	       tracing_seconds(&recording->tracing));
}

/* After a failed write too: ERR tells of the first failure then. */
static int finish_output(struct recording *recording, int failed, struct error *err)
{
	struct collector_counts counts = collector_counts(recording->collector);
	int code = capture_writer_close(recording->writer, counts.first_ns, counts.last_ns);

	if (recording->output_fd >= 0 && close(recording->output_fd) < 0 && code == 0)
		code = -errno;
	recording->output_fd = -1;
	if (failed < 0)
		return failed;
	return code < 0 ? write_failed(recording, code, err) : 0;
}

/* Returns the exit status. A recording that could not begin leaves a capture without events. */
static int record_and_end(struct recording *recording, struct error *err)
{
	const struct command *command = &recording->tracing.command;
	int begun = begin(recording, err);
	int code = begun == 0 ? run(recording, err) : begun;

	progress_clear(&recording->progress);
	tracing_stop(&recording->tracing);
	code = finish_output(recording, code, err);
	if (code == 0 && !recording->reader_gone)
		print_summary(recording);
	if (begun < 0)
		return command->status != 0 ? command->status : 1;
	tracing_wait_for_command(&recording->tracing, recording->reader_gone);
	return code < 0 ? 1 : command->status;
}

static void tear_down(struct recording *recording)
{
	collector_free(recording->collector);
	capture_writer_free(recording->writer);
	task_table_free(recording->tasks);
	if (recording->output_fd >= 0)
		close(recording->output_fd);
	tracing_close(&recording->tracing);
}

int record_trace(const struct options *options, struct error *err)
{
	struct recording recording = {.output_fd = -1};
	int status = 1;

	if (set_up(&recording, options, err) == 0)
		status = record_and_end(&recording, err);
	tear_down(&recording);
	return status;
}
