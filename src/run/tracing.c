/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/tracing.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "decode/format_dir.h"
#include "decode/tracepoint.h"
#include "event/facts.h"
#include "host/cgroups.h"
#include "host/diagnose.h"
#include "host/proc.h"
#include "perf/perf_event.h"
#include "perf/ring_room.h"
#include "run/notice.h"
#include "run/signals.h"
#include "source/perf_live.h"
#include "task/proc_tasks.h"

/* After an interrupt, COMMAND has this long to end too and show how. */
#define GRACE_MS 1000U

double tracing_seconds(const struct tracing *tracing)
{
	return (double)(clock_now_ns(CLOCK_MONOTONIC) - tracing->started_ns) / (double)NS_PER_S;
}

/* ---- notices ---- */

static void notice_cpu(void *context, int cpu, int online)
{
	const struct tracing *tracing = context;

	notice(tracing->request,
	       online ? "CPU %d came online: traced from now on" : "CPU %d went offline", cpu);
}

static uint32_t stack_at_exec(const struct tracing *tracing, const struct cpu_ring_plan *plan)
{
	const size_t exec = tracepoints_opened_at(&tracing->tracepoints, TRACEPOINT_EXEC);

	return tracing->tracepoints.formats[TRACEPOINT_EXEC]
		       ? plan->tracepoints[exec].extra.stack_user
		       : 0;
}

/* Execs that the ring has no room for: those of names longer than is common. */
static void notice_room(const struct tracing *tracing)
{
	const struct cpu_ring_plan *plan = &tracing->plan;
	const size_t exec = tracepoints_opened_at(&tracing->tracepoints, TRACEPOINT_EXEC);

	if (!tracing->tracepoints.formats[TRACEPOINT_EXEC])
		return;
	uint32_t room = ring_room(&plan->tracepoints[exec].extra, RING_ROOM_LONGEST_NAME);

	if (!ring_room_is_in(room, plan->pages))
		notice(tracing->request,
		       "-m %u: an exec of a very long file name is too large for the ring and "
		       "counts as lost; -m %u holds any",
		       plan->pages, ring_room_pages(room));
}

static void notice_shortcomings(const struct tracing *tracing, const struct cpu_ring_plan *wanted)
{
	const struct cpu_ring_plan *got = &tracing->plan;

	for (unsigned int i = 0; i < PERF_FEATURES; i++) {
		if (!(got->features & (1U << i)))
			notice(tracing->request, "%s",
			       perf_feature_consequence((enum perf_feature)i));
	}
	if (got->pages < wanted->pages)
		notice(tracing->request,
		       "ring buffers of %u pages per CPU, not %u: over "
		       "kernel.perf_event_mlock_kb and RLIMIT_MEMLOCK",
		       got->pages, wanted->pages);
	if (stack_at_exec(tracing, got) < stack_at_exec(tracing, wanted))
		notice(tracing->request,
		       "no more than %u bytes of arguments per exec from its stack, not %u: rings "
		       "of %u pages hold no more",
		       stack_at_exec(tracing, got), stack_at_exec(tracing, wanted), got->pages);
	notice_room(tracing);
}

static void notice_exit_status(const struct tracing *tracing)
{
	const struct tracepoints *tracepoints = &tracing->tracepoints;

	if (!(tracepoints->facts & FACT_BIT(FACT_STATUS)))
		return;
	if (tracepoints->exit_paths.known) {
		if (tracing->request->verbose)
			notice(tracing->request, "exit statuses from registers and call chains");
	} else if (tracepoints->formats[TRACEPOINT_EXIT_GROUP]) {
		notice(tracing->request,
		       "exit statuses from the system calls: this kernel shows no registers at an "
		       "exit; every task takes the kernel's slow path meanwhile");
	} else {
		notice(tracing->request,
		       "this kernel shows neither registers at an exit nor system calls: of exit "
		       "statuses only signals are known");
	}
}

/* -c selects by what samples tell. */
static void notice_cgroups(const struct tracing *tracing)
{
	static const char *const wrong[] = {
		[CGROUPS_NOT_MOUNTED] =
			"cgroup2 is not mounted here, or this is a cgroup namespace",
		[CGROUPS_OF_V1] = "perf_event is a cgroup controller of version 1 here",
		[CGROUPS_ROOT_ONLY] = ("to this kernel's samples all may be in the root cgroup, as "
				       "long as the root's cgroup.subtree_control is empty"),
	};
	enum cgroups_told told = cgroups_of_this_host();

	if (tracing->request->filter.cgroup && told != CGROUPS_TOLD)
		notice(tracing->request, "-c may select nothing: %s", wrong[told]);
}

static void notice_opened(const struct tracing *tracing)
{
	static const char *const origins[] = {
		[FORMAT_DIR_MOUNTED] = "",
		[FORMAT_DIR_PRIVATE] = " (tracefs, mounted for this process alone)",
		[FORMAT_DIR_GIVEN] = " (--formats)",
	};
	const struct format_dir *dir = &tracing->tracepoints.dir;
	const struct cpu_ring_plan *plan = &tracing->plan;

	if (!tracing->request->verbose)
		return;
	notice(tracing->request, "formats from %s%s", dir->path, origins[dir->origin]);
	for (size_t i = 0; i < plan->tracepoint_count; i++)
		notice(tracing->request, "%s:%s is event %u%s%s", plan->tracepoints[i].system,
		       plan->tracepoints[i].name, plan->tracepoints[i].id,
		       plan->tracepoints[i].filter ? ", filter " : "",
		       plan->tracepoints[i].filter ? plan->tracepoints[i].filter : "");
	notice(tracing->request, "ring buffers of %u pages per CPU", plan->pages);
}

/* ---- opening ---- */

static int check_pids(const struct tracing *tracing, struct error *err)
{
	const struct pid_list *pids = &tracing->request->pids;

	if (pids->count > 0 && !tracing->facts.initial_pid_ns)
		return error_set(
			err, -EINVAL,
			"-p takes pids of the host, which this pid namespace does not show; "
			"run it outside of the container");
	for (size_t i = 0; i < pids->count; i++) {
		if (!proc_is_alive(tracing->proc_fd, pids->pids[i]))
			return error_set(err, -ESRCH, "-p %d: no such process", pids->pids[i]);
	}
	return 0;
}

static int open_source(struct tracing *tracing, bool recording, struct error *err)
{
	const struct request *request = tracing->request;
	bool has_stacks = (request->facts & FACT_BIT(FACT_ARGUMENTS)) != 0;
	uint32_t size = request->facts ? LIVE_RING_SIZE_WITH_FACTS : LIVE_RING_SIZE;
	uint32_t good = size / (uint32_t)sysconf(_SC_PAGESIZE);
	struct live_options live = {
		.plan =
			{
				.pages = request->mmap_pages ? request->mmap_pages : good,
				.may_shrink = request->mmap_pages == 0,
				.features = PERF_FEATURES_ALL,
				/* An exec, and no other event, is so large. */
				.watermark = has_stacks ? request->arg_bytes / 2 : 0,
			},
		.sysfs_online = LIVE_ONLINE_CPUS,
		.notice = notice_cpu,
		.notice_context = tracing,
	};

	tracepoints_plan(&tracing->tracepoints, &live.plan);
	live.plan.comm |= recording;
	const struct cpu_ring_plan wanted = live.plan;
	int code = live_open(&live, &tracing->source, err);
	if (code < 0)
		return code;
	tracing->plan = live.plan;
	notice_opened(tracing);
	notice_exit_status(tracing);
	notice_cgroups(tracing);
	notice_shortcomings(tracing, &wanted);
	return 0;
}

static int open_tracing(struct tracing *tracing, bool recording, struct error *err)
{
	int code = tracepoints_init(&tracing->tracepoints, tracing->request, err);

	if (code < 0)
		return tracing->request->formats ? code
						 : diagnose_tracefs(&tracing->facts, code, err);
	code = open_source(tracing, recording, err);
	return code < 0 ? diagnose_refusal(&tracing->facts, code, err) : 0;
}

/* COMMAND comes before the signal handlers: it is to have what we were given. */
static int start_command(struct tracing *tracing, bool recording, struct error *err)
{
	const struct request *request = tracing->request;

	if (!request->command)
		return 0;
	/* Where a recording goes to standard output, COMMAND's goes elsewhere. */
	bool divert = recording && request->output && strcmp(request->output, "-") == 0;
	return command_start(&tracing->command, request->command, divert, err);
}

int tracing_open(struct tracing *tracing, const struct request *request, bool recording,
		 struct error *err)
{
	*tracing = (struct tracing){
		.request = request,
		.tracepoints = {.dir.fd = -1, .hold_fd = -1},
		.command = {.hold_fd = -1, .error_fd = -1},
		.proc_fd = -1,
		.wake_fd = -1,
	};
	tracing->proc_fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tracing->proc_fd < 0)
		return error_set(err, -errno, "cannot open /proc: %s", strerror(errno));
	host_facts_of_this_host(&tracing->facts);
	int code = check_pids(tracing, err);
	if (code == 0)
		code = start_command(tracing, recording, err);
	if (code < 0)
		return code;
	tracing->wake_fd = signals_install();
	if (tracing->wake_fd < 0)
		return error_set(err, tracing->wake_fd, "cannot catch signals: %s",
				 strerror(-tracing->wake_fd));
	return open_tracing(tracing, recording, err);
}

void tracing_close(struct tracing *tracing)
{
	command_done(&tracing->command);
	source_free(tracing->source);
	tracepoints_done(&tracing->tracepoints);
	if (tracing->proc_fd >= 0)
		close(tracing->proc_fd);
	if (tracing->wake_fd >= 0)
		close(tracing->wake_fd);
}

/* ---- running ---- */

int tracing_begin(struct tracing *tracing, struct error *err)
{
	int code = live_enable(tracing->source, err);

	if (code < 0)
		return code;
	tracing->started_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (tracing->request->duration_s > 0)
		tracing->deadline_ns =
			tracing->started_ns + tracing->request->duration_s * NS_PER_S;
	return 0;
}

int tracing_enter_roots(const struct tracing *tracing, struct task_table *tasks, struct error *err)
{
	const struct pid_list *pids = &tracing->request->pids;
	const int32_t command = (int32_t)tracing->command.pid;
	int code = 0;

	if (command && tracing->facts.initial_pid_ns)
		code = task_table_add(tasks, command, true);
	for (size_t i = 0; code == 0 && i < pids->count; i++) {
		if (proc_is_alive(tracing->proc_fd, pids->pids[i]))
			code = task_table_add(tasks, pids->pids[i], true);
	}
	if (code == 0 && tracing->request->follow)
		code = proc_tasks_enter(tracing->proc_fd, tasks);
	return code < 0 ? error_set(err, code, "cannot read /proc: %s", strerror(-code)) : 0;
}

int tracing_release_command(struct tracing *tracing, struct error *err)
{
	if (!tracing->request->command)
		return 0;
	return command_release(&tracing->command, tracing->request->command[0], err);
}

void tracing_stop(struct tracing *tracing)
{
	source_stop(tracing->source);
	tracing->stopped = true;
}

/* Interrupted: COMMAND gets the signal too, unless the terminal gave it that already. */
static void pass_on(const struct tracing *tracing, int signal, bool from_process)
{
	if (tracing->command.pid > 0 && !tracing->command.ended && from_process)
		kill(tracing->command.pid, signal);
}

static void on_stop_signal(struct tracing *tracing, int signal, bool from_process)
{
	uint64_t grace_end = clock_now_ns(CLOCK_MONOTONIC) + GRACE_MS * NS_PER_MS;

	if (tracing->command.pid == 0) {
		tracing_stop(tracing);
		return;
	}
	pass_on(tracing, signal, from_process);
	if (tracing->deadline_ns == 0 || tracing->deadline_ns > grace_end)
		tracing->deadline_ns = grace_end;
}

void tracing_look_around(struct tracing *tracing)
{
	bool from_process;
	int signal = signals_stop(&from_process);

	if (signal != 0 && tracing->handled_signal == 0) {
		tracing->handled_signal = signal;
		on_stop_signal(tracing, signal, from_process);
	}
	if (command_has_ended(&tracing->command, false))
		tracing_stop(tracing);
	if (tracing->deadline_ns != 0 && clock_now_ns(CLOCK_MONOTONIC) >= tracing->deadline_ns)
		tracing_stop(tracing);
}

static int remaining_ms(const struct tracing *tracing)
{
	uint64_t now = clock_now_ns(CLOCK_MONOTONIC);

	if (tracing->deadline_ns == 0)
		return -1;
	uint64_t left = tracing->deadline_ns > now ? tracing->deadline_ns - now : 0;
	uint64_t ms = left / NS_PER_MS + 1;
	return ms < 1000 ? (int)ms : 1000;
}

int tracing_wait(struct tracing *tracing, struct error *err)
{
	int code = source_wait(tracing->source, tracing->wake_fd, remaining_ms(tracing), err);

	signals_clear_wake(tracing->wake_fd);
	return code;
}

void tracing_wait_for_command(struct tracing *tracing, bool quietly)
{
	bool from_process;

	if (tracing->command.pid == 0 || command_has_ended(&tracing->command, false))
		return;
	if (!quietly && signals_stop(&from_process) == 0)
		notice(tracing->request, "the trace is over; waiting for '%.80s' (pid %d)",
		       tracing->request->command[0], (int)tracing->command.pid);
	while (signals_stop(&from_process) == 0) {
		if (command_has_ended(&tracing->command, true))
			return;
	}
	/* While the output was stuck, nobody looked around. */
	if (tracing->handled_signal == 0)
		pass_on(tracing, signals_stop(&from_process), from_process);
}
