/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is concluded from signals that were sent and taken and from how threads ended: what kernels
 * do (include/task/exit_evidence.h), step by step, and that nothing is concluded from too little.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "base/clock.h"
#include "support.h"
#include "task/exit_evidence.h"

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool has_memory = true;

void *__wrap_calloc(size_t count, size_t size)
{
	return has_memory ? __real_calloc(count, size) : NULL;
}

#define KERNEL SI_KERNEL
#define FAULT SEGV_MAPERR

enum step_kind {
	STEP_DONE,
	STEP_SENT, /* `signal` with `code` by `sender` */
	STEP_LEFT_GROUP,
	STEP_LEFT_THREAD,
	STEP_LEFT_SOMEHOW, /* without a code */
	STEP_HANDLED,
	STEP_TOOK, /* a thread ended with `signal` taken */
	STEP_OOM,
	STEP_EXEC,
	STEP_LOSS,
	STEP_UNSEEN, /* threads of it are not known */
};

struct step {
	enum step_kind kind;
	int64_t us; /* when */
	int32_t signal, code;
	int32_t sender; /* 0: not known, TARGET: the process itself */
	bool to_group, in_interrupt, is_reset;
};

#define TARGET 10
#define STEPS_MAX 8

enum outcome { UNKNOWN, CODE, SIGNAL };

struct scenario {
	const char *what;
	struct step steps[STEPS_MAX];
	enum outcome outcome;
	int32_t number; /* code or signal */
	int32_t killer;
	enum known oom, core;
};

/* What has been seen of the one process there is. */
struct seen {
	struct exit_evidence evidence;
	uint64_t losses;
	bool is_whole;
};

static void send(struct seen *of, const struct step *step)
{
	const struct event event = {
		.type = EVENT_SIGNAL_SENT,
		.time_ns = (uint64_t)step->us * 1000,
		.signal_sent = {.pid = TARGET,
				.signal = step->signal,
				.code = step->code,
				.is_group = step->to_group,
				.in_interrupt = step->in_interrupt},
	};
	const struct sender sender = {
		.pid = step->sender,
		.comm = {"killer", step->sender ? 6 : 0},
		.is_itself = step->sender == TARGET,
	};

	assert_int_equal(exit_evidence_sent(&of->evidence, &event, &sender, of->losses), 0);
}

static void handle(struct seen *of, const struct step *step)
{
	const struct event event = {
		.type = EVENT_SIGNAL_TAKEN,
		.time_ns = (uint64_t)step->us * 1000,
		.signal_taken = {.signal = step->signal,
				 .is_handled = true,
				 .is_reset = step->is_reset},
	};

	assert_int_equal(exit_evidence_handled(&of->evidence, &event, of->losses), 0);
}

static void end_thread(struct seen *of, const struct step *step)
{
	const struct thread_end end = {
		.taken = step->kind == STEP_TOOK ? step->signal : 0,
		.call =
			{
				.known = step->kind != STEP_LEFT_SOMEHOW && step->kind != STEP_TOOK,
				.is_group = step->kind == STEP_LEFT_GROUP,
				.code = step->code,
			},
	};

	exit_evidence_thread(&of->evidence, &end, (uint64_t)step->us * 1000);
}

static void take_step(struct seen *of, const struct step *step)
{
	switch (step->kind) {
	case STEP_SENT:
		send(of, step);
		break;
	case STEP_HANDLED:
		handle(of, step);
		break;
	case STEP_OOM:
		of->evidence.oom = true;
		break;
	case STEP_EXEC:
		exit_evidence_exec(&of->evidence);
		break;
	case STEP_LOSS:
		of->losses++;
		of->is_whole = false;
		break;
	case STEP_UNSEEN:
		of->is_whole = false;
		break;
	default:
		end_thread(of, step);
		break;
	}
}

static void take_steps(struct seen *of, const struct step *steps)
{
	for (size_t i = 0; i < STEPS_MAX && steps[i].kind != STEP_DONE; i++)
		take_step(of, &steps[i]);
}

/* The last one that begin() began; what is concluded borrows from it. */
static struct seen seen;

static void begin(void)
{
	exit_evidence_done(&seen.evidence);
	seen = (struct seen){.is_whole = true};
}

static int end(void **state)
{
	(void)state;
	begin();
	return 0;
}

static struct exit_status decide(const struct step *steps)
{
	begin();
	take_steps(&seen, steps);
	return exit_evidence_decide(&seen.evidence, seen.is_whole, seen.losses);
}

static void assert_outcome(const struct scenario *scenario)
{
	struct exit_status status = decide(scenario->steps);
	enum outcome outcome = !status.known ? UNKNOWN : status.signal ? SIGNAL : CODE;

	if (outcome != scenario->outcome)
		fail_msg("%s: outcome %d, not %d", scenario->what, outcome, scenario->outcome);
	if (outcome == CODE && status.code != scenario->number)
		fail_msg("%s: code %d, not %d", scenario->what, status.code, scenario->number);
	if (outcome == SIGNAL && status.signal != scenario->number)
		fail_msg("%s: signal %d, not %d", scenario->what, status.signal, scenario->number);
	if (status.killer_pid != scenario->killer)
		fail_msg("%s: killed by %d, not %d", scenario->what, status.killer_pid,
			 scenario->killer);
	assert_int_equal(status.killer_comm.length, scenario->killer ? 6 : 0);
	if (outcome == UNKNOWN)
		return;
	if (status.oom != (scenario->oom ? scenario->oom : KNOWN_NO))
		fail_msg("%s: oom is %d", scenario->what, status.oom);
	if (status.core != scenario->core)
		fail_msg("%s: core is %d", scenario->what, status.core);
}

static void check(const struct scenario *scenarios, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_outcome(&scenarios[i]);
}

#define SENT(at, signal_, code_, from)                                               \
	{                                                                            \
		.kind = STEP_SENT, .us = (at), .signal = (signal_), .code = (code_), \
		.sender = (from)                                                     \
	}
#define HANDLED(signal_)                                  \
	{                                                 \
		.kind = STEP_HANDLED, .signal = (signal_) \
	}
#define HANDLED_AT(at, signal_)                                       \
	{                                                             \
		.kind = STEP_HANDLED, .us = (at), .signal = (signal_) \
	}
#define HANDLED_ONCE(at, signal_)                                                       \
	{                                                                               \
		.kind = STEP_HANDLED, .us = (at), .signal = (signal_), .is_reset = true \
	}
#define TOOK(at, signal_)                                          \
	{                                                          \
		.kind = STEP_TOOK, .us = (at), .signal = (signal_) \
	}
#define LEFT_GROUP(at, code_)                                        \
	{                                                            \
		.kind = STEP_LEFT_GROUP, .us = (at), .code = (code_) \
	}
#define LEFT_THREAD(at, code_)                                        \
	{                                                             \
		.kind = STEP_LEFT_THREAD, .us = (at), .code = (code_) \
	}
#define LEFT_SOMEHOW(at)                              \
	{                                             \
		.kind = STEP_LEFT_SOMEHOW, .us = (at) \
	}
#define OOM                      \
	{                        \
		.kind = STEP_OOM \
	}
#define EXEC                      \
	{                         \
		.kind = STEP_EXEC \
	}
#define LOSS                      \
	{                         \
		.kind = STEP_LOSS \
	}
#define UNSEEN                      \
	{                           \
		.kind = STEP_UNSEEN \
	}

#define CODE_IS(code_) .outcome = CODE, .number = (code_), .core = KNOWN_NO
#define SIGNAL_IS(signal_) .outcome = SIGNAL, .number = (signal_), .core = KNOWN_NO
#define DUMPED(signal_) .outcome = SIGNAL, .number = (signal_), .core = KNOWN_NOT
#define BY(pid) .killer = (pid)

/* ---- one thread ---- */

static const struct scenario alone[] = {
	{"nothing was seen", {{0}}, .outcome = UNKNOWN},
	{"exit(0)", {LEFT_GROUP(100, 0)}, CODE_IS(0)},
	{"exit(255)", {LEFT_GROUP(100, 255)}, CODE_IS(255)},
	{"exit(2), the call", {LEFT_THREAD(100, 4)}, CODE_IS(4)},
	{"no registers", {LEFT_SOMEHOW(100)}, .outcome = UNKNOWN},
	{"SIGTERM is taken as SIGKILL",
	 {SENT(100, SIGTERM, SI_USER, 77), TOOK(110, SIGKILL)},
	 SIGNAL_IS(SIGTERM),
	 BY(77)},
	{"tgkill",
	 {SENT(100, SIGTERM, SI_TKILL, 77), TOOK(110, SIGKILL)},
	 SIGNAL_IS(SIGTERM),
	 BY(77)},
	{"sigqueue",
	 {SENT(100, SIGUSR1, SI_QUEUE, 77), TOOK(110, SIGKILL)},
	 SIGNAL_IS(SIGUSR1),
	 BY(77)},
	{"SIGKILL",
	 {SENT(100, SIGKILL, SI_USER, 77), TOOK(110, SIGKILL)},
	 SIGNAL_IS(SIGKILL),
	 BY(77)},
	{"nobody knows who sent it",
	 {SENT(100, SIGKILL, SI_USER, 0), TOOK(110, SIGKILL)},
	 SIGNAL_IS(SIGKILL)},
	{"ctrl-C comes from the terminal",
	 {SENT(100, SIGINT, KERNEL, 77), TOOK(110, SIGKILL)},
	 SIGNAL_IS(SIGINT)},
	{"a real-time signal",
	 {SENT(100, 64, SI_QUEUE, 77), TOOK(110, SIGKILL)},
	 SIGNAL_IS(64),
	 BY(77)},
	{"alarm(2)", {SENT(100, SIGALRM, KERNEL, 77), TOOK(110, SIGKILL)}, SIGNAL_IS(SIGALRM)},
	{"timer_create(2)",
	 {SENT(100, SIGALRM, SI_TIMER, 77), TOOK(110, SIGKILL)},
	 SIGNAL_IS(SIGALRM)},
	{"blocked, then taken as itself",
	 {SENT(100, SIGTERM, SI_USER, 77), TOOK(900000, SIGTERM)},
	 SIGNAL_IS(SIGTERM),
	 BY(77)},
	{"blocked, and another one sent since",
	 {SENT(100, SIGTERM, SI_USER, 77), SENT(50000, SIGUSR1, SI_USER, 78),
	  TOOK(900000, SIGTERM)},
	 SIGNAL_IS(SIGTERM)},
	{"taken, sent before the trace", {TOOK(100, SIGTERM)}, SIGNAL_IS(SIGTERM)},
	{"a fault", {SENT(100, SIGSEGV, FAULT, TARGET), TOOK(101, SIGSEGV)}, DUMPED(SIGSEGV)},
	{"kill -SEGV",
	 {SENT(100, SIGSEGV, SI_USER, 77), TOOK(101, SIGSEGV)},
	 DUMPED(SIGSEGV),
	 BY(77)},
	{"abort(3)",
	 {SENT(100, SIGABRT, SI_TKILL, TARGET), TOOK(101, SIGABRT)},
	 DUMPED(SIGABRT),
	 BY(TARGET)},
	{"seccomp", {SENT(100, SIGSYS, 1, TARGET), TOOK(101, SIGSYS)}, DUMPED(SIGSYS)},
	{"kill $$",
	 {SENT(100, SIGTERM, SI_USER, TARGET), TOOK(101, SIGKILL)},
	 SIGNAL_IS(SIGTERM),
	 BY(TARGET)},
	{"nobody reads the pipe: the kernel says the writer did it",
	 {SENT(100, SIGPIPE, SI_USER, TARGET), TOOK(101, SIGKILL)},
	 SIGNAL_IS(SIGPIPE)},
	{"kill -PIPE",
	 {SENT(100, SIGPIPE, SI_USER, 77), TOOK(101, SIGKILL)},
	 SIGNAL_IS(SIGPIPE),
	 BY(77)},
	{"handled earlier", {SENT(100, SIGUSR1, SI_USER, 77), LEFT_GROUP(900000, 7)}, CODE_IS(7)},
	{"handled, and left at once",
	 {SENT(100, SIGTERM, SI_USER, 77), HANDLED(SIGTERM), LEFT_GROUP(150, 7)},
	 CODE_IS(7)},
	{"perhaps met in exit_group(2)",
	 {SENT(100, SIGTERM, SI_USER, 77), LEFT_GROUP(150, 7)},
	 .outcome = UNKNOWN},
	{"one more while its handler runs does not kill",
	 {SENT(100, SIGTERM, SI_USER, 77), HANDLED_AT(102, SIGTERM),
	  SENT(110, SIGTERM, SI_USER, 78), LEFT_GROUP(150, 7)},
	 CODE_IS(7)},
	{"but for a handler of one signal only (SA_RESETHAND)",
	 {SENT(100, SIGTERM, SI_USER, 77), HANDLED_ONCE(102, SIGTERM),
	  SENT(110, SIGTERM, SI_USER, 78), LEFT_GROUP(150, 7)},
	 .outcome = UNKNOWN},
	{"long after the handler it may be another one's",
	 {SENT(100, SIGTERM, SI_USER, 77), HANDLED_AT(102, SIGTERM),
	  SENT(900000, SIGTERM, SI_USER, 78), LEFT_GROUP(900050, 7)},
	 .outcome = UNKNOWN},
	{"another one while a handler runs",
	 {SENT(100, SIGTERM, SI_USER, 77), HANDLED_AT(102, SIGTERM), SENT(110, SIGINT, SI_USER, 78),
	  LEFT_GROUP(150, 7)},
	 .outcome = UNKNOWN},
	{"another one was handled",
	 {SENT(100, SIGTERM, SI_USER, 77), HANDLED(SIGUSR1), LEFT_GROUP(150, 7)},
	 .outcome = UNKNOWN},
	{"one that dumps core is taken or does not count",
	 {SENT(100, SIGQUIT, SI_USER, 77), LEFT_GROUP(150, 7)},
	 CODE_IS(7)},
	{"handled earlier, killed by another",
	 {SENT(100, SIGUSR1, SI_USER, 77), SENT(900000, SIGTERM, SI_USER, 78),
	  TOOK(900010, SIGKILL)},
	 SIGNAL_IS(SIGTERM),
	 BY(78)},
	{"signals that end nobody do not count",
	 {SENT(100, SIGTERM, SI_USER, 77), SENT(110, SIGCONT, SI_USER, 78),
	  SENT(111, SIGWINCH, KERNEL, 78), TOOK(115, SIGKILL)},
	 SIGNAL_IS(SIGTERM),
	 BY(77)},
	{"before Linux 6.2 the second one counts as sent, too",
	 {SENT(100, SIGTERM, SI_USER, 77), SENT(150, SIGKILL, SI_USER, 77), TOOK(160, SIGKILL)},
	 .outcome = UNKNOWN},
	{"the same again leaves no doubt of the signal",
	 {SENT(100, SIGTERM, SI_USER, 77), SENT(150, SIGTERM, SI_TKILL, 77), TOOK(160, SIGKILL)},
	 SIGNAL_IS(SIGTERM),
	 BY(77)},
	{"one that dumps core is taken as itself, so it was another that killed",
	 {SENT(100, SIGQUIT, SI_USER, 77), TOOK(900000, SIGKILL)},
	 .outcome = UNKNOWN},
};

static void test_one_thread(void **state)
{
	(void)state;
	check(alone, ARRAY_SIZE(alone));
}

/* ---- several threads ---- */

static const struct scenario together[] = {
	{"exit_group zaps the others",
	 {LEFT_GROUP(100, 3), TOOK(101, SIGKILL), TOOK(102, SIGKILL)},
	 CODE_IS(3)},
	{"the same, the zapped ones first",
	 {TOOK(101, SIGKILL), TOOK(102, SIGKILL), LEFT_GROUP(103, 3)},
	 CODE_IS(3)},
	{"SIGTERM takes all",
	 {SENT(100, SIGTERM, SI_USER, 77), TOOK(110, SIGKILL), TOOK(111, SIGKILL)},
	 SIGNAL_IS(SIGTERM),
	 BY(77)},
	{"sigwait(3), then exit_group(0), which zaps the others",
	 {SENT(100, SIGTERM, SI_USER, 77), LEFT_GROUP(5000, 0), TOOK(5001, SIGKILL)},
	 CODE_IS(0)},
	{"the same at once: it may have been in exit_group(2) already",
	 {SENT(100, SIGTERM, SI_USER, 77), LEFT_GROUP(150, 0), TOOK(151, SIGKILL)},
	 .outcome = UNKNOWN},
	{"a core dump zaps the others",
	 {SENT(100, SIGSEGV, FAULT, TARGET), TOOK(101, SIGKILL), TOOK(102, SIGSEGV)},
	 DUMPED(SIGSEGV)},
	{"workers left before, with the same code",
	 {LEFT_THREAD(100, 0), LEFT_THREAD(200, 0), LEFT_THREAD(5000, 0)},
	 CODE_IS(0)},
	{"workers left before, it is known",
	 {LEFT_THREAD(100, 0), LEFT_THREAD(200, 0), LEFT_GROUP(5000, 3)},
	 CODE_IS(3)},
	{"workers left before, and others were zapped",
	 {LEFT_THREAD(100, 0), LEFT_GROUP(5000, 3), TOOK(5001, SIGKILL)},
	 CODE_IS(3)},
	{"workers left before SIGTERM came",
	 {LEFT_THREAD(100, 0), SENT(5000, SIGTERM, SI_USER, 77), TOOK(5010, SIGKILL)},
	 SIGNAL_IS(SIGTERM),
	 BY(77)},
	{"one left just before: perhaps by exit_group(2)",
	 {LEFT_GROUP(4900, 0), SENT(5000, SIGTERM, SI_USER, 77), TOOK(5010, SIGKILL)},
	 .outcome = UNKNOWN},
	{"one left just before, by exit(2)",
	 {LEFT_THREAD(4900, 0), SENT(5000, SIGTERM, SI_USER, 77), TOOK(5010, SIGKILL)},
	 SIGNAL_IS(SIGTERM),
	 BY(77)},
	{"signalled while it was dying from exit_group(2)",
	 {LEFT_GROUP(100, 5), SENT(5000, SIGKILL, SI_USER, 77), TOOK(5010, SIGKILL)},
	 CODE_IS(5)},
	{"exit(2) ends no others", {LEFT_THREAD(100, 5), TOOK(5010, SIGKILL)}, .outcome = UNKNOWN},
	{"who of the two was first in exit_group(2)",
	 {LEFT_GROUP(100, 5), LEFT_GROUP(101, 6)},
	 .outcome = UNKNOWN},
	{"the leader left first: kernels differ",
	 {LEFT_THREAD(100, 3), LEFT_THREAD(5000, 7)},
	 .outcome = UNKNOWN},
	{"one code is missing", {LEFT_THREAD(100, 0), LEFT_SOMEHOW(200)}, .outcome = UNKNOWN},
	{"one code is missing, but not that of exit_group(2)",
	 {LEFT_SOMEHOW(100), LEFT_GROUP(5000, 9)},
	 CODE_IS(9)},
	{"only zapped ones were seen",
	 {TOOK(100, SIGKILL), TOOK(101, SIGKILL)},
	 .outcome = UNKNOWN},
	{"the doubt of long ago is over",
	 {SENT(100, SIGUSR1, SI_USER, 77), LEFT_THREAD(150, 0), SENT(90000, SIGTERM, SI_USER, 78),
	  TOOK(90010, SIGKILL)},
	 SIGNAL_IS(SIGTERM),
	 BY(78)},
};

static void test_several_threads(void **state)
{
	(void)state;
	check(together, ARRAY_SIZE(together));
}

/* ---- exec, the OOM killer, losses ---- */

static const struct scenario others[] = {
	{"threads that an exec zapped do not count",
	 {TOOK(100, SIGKILL), LEFT_GROUP(101, 3), EXEC, LEFT_GROUP(5000, 4)},
	 CODE_IS(4)},
	{"what was sent before an exec still does",
	 {SENT(100, SIGTERM, SI_USER, 77), EXEC, TOOK(5000, SIGTERM)},
	 SIGNAL_IS(SIGTERM),
	 BY(77)},
	{"the OOM killer",
	 {SENT(100, SIGKILL, KERNEL, 77), OOM, TOOK(110, SIGKILL)},
	 SIGNAL_IS(SIGKILL),
	 .oom = KNOWN_YES},
	{"somebody else was first; it only marks who is dying",
	 {SENT(100, SIGKILL, SI_USER, 77), OOM, TOOK(110, SIGKILL)},
	 SIGNAL_IS(SIGKILL),
	 BY(77)},
	{"marked, but it had left", {LEFT_GROUP(100, 1), OOM}, CODE_IS(1)},
	{"a loss", {LOSS, LEFT_GROUP(100, 1)}, .outcome = UNKNOWN},
	{"unseen threads", {UNSEEN, LEFT_GROUP(100, 1)}, .outcome = UNKNOWN},
	{"a loss, but the signal was taken",
	 {LOSS, SENT(100, SIGSEGV, FAULT, 0), TOOK(101, SIGSEGV)},
	 DUMPED(SIGSEGV)},
	{"a loss, but all of its end was seen",
	 {LOSS, SENT(100, SIGTERM, SI_USER, 77), TOOK(101, SIGKILL)},
	 SIGNAL_IS(SIGTERM),
	 BY(77)},
	{"what was handled long ago is not what killed",
	 {SENT(100, SIGUSR1, SI_USER, 77), LOSS, TOOK(900000, SIGKILL)},
	 .outcome = UNKNOWN},
	{"SIGKILL is never handled, but somebody else may have sent the last one",
	 {SENT(100, SIGKILL, SI_USER, 77), LOSS, TOOK(900, SIGKILL)},
	 SIGNAL_IS(SIGKILL)},
	{"who sent the one that was taken may be lost",
	 {SENT(100, SIGTERM, SI_USER, 77), LOSS, TOOK(900, SIGTERM)},
	 SIGNAL_IS(SIGTERM)},
};

static void test_exec_oom_and_losses(void **state)
{
	(void)state;
	check(others, ARRAY_SIZE(others));
}

/* ---- who sent it ---- */

static void test_who_sent_it(void **state)
{
	static const struct {
		const char *what;
		struct step sent;
		enum signal_origin by;
		int32_t killer;
	} cases[] = {
		{"kill(2)", {.code = SI_USER, .sender = 77, .to_group = true}, SENT_BY_PROCESS, 77},
		{"cgroup.kill", {.code = SI_USER, .sender = 77}, SENT_BY_PROCESS, 77},
		{"sigqueue(3)", {.code = SI_QUEUE, .sender = 77}, SENT_BY_PROCESS, 77},
		{"mq_notify(3)", {.code = SI_MESGQ, .sender = 77}, SENT_BY_PROCESS, 77},
		{"aio(7)", {.code = SI_ASYNCIO, .sender = 77}, SENT_BY_PROCESS, 77},
		{"getaddrinfo_a(3)", {.code = -60, .sender = 77}, SENT_BY_PROCESS, 77},
		{"a code of its own", {.code = INT32_MIN, .sender = 77}, SENT_BY_PROCESS, 77},
		{"by nobody knows whom", {.code = SI_USER}, SENT_BY_PROCESS, 0},
		{"a terminal", {.code = SI_KERNEL, .sender = 77}, SENT_BY_KERNEL, 0},
		{"a timer",
		 {.code = SI_TIMER, .sender = 77, .in_interrupt = true},
		 SENT_BY_KERNEL,
		 0},
		{"a timer, or a liar", {.code = SI_TIMER, .sender = 77}, SENT_BY_UNKNOWN, 0},
		{"F_SETSIG, or a liar", {.code = SI_SIGIO, .sender = 77}, SENT_BY_UNKNOWN, 0},
		{"SysRq", {.code = SI_USER, .sender = 77, .in_interrupt = true}, SENT_BY_KERNEL, 0},
		{"nobody reads the pipe",
		 {.signal = SIGPIPE, .code = SI_USER, .sender = TARGET},
		 SENT_BY_KERNEL,
		 0},
		{"kill -PIPE $$",
		 {.signal = SIGPIPE, .code = SI_USER, .sender = TARGET, .to_group = true},
		 SENT_BY_PROCESS,
		 TARGET},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct step steps[STEPS_MAX] = {cases[i].sent, TOOK(110, SIGKILL)};

		steps[0].kind = STEP_SENT;
		steps[0].us = 100;
		steps[0].signal = steps[0].signal ? steps[0].signal : SIGTERM;
		const struct exit_status status = decide(steps);
		if (!status.known || status.sent_by != cases[i].by ||
		    status.killer_pid != cases[i].killer)
			fail_msg("%s: sent by %d, %d", cases[i].what, status.sent_by,
				 status.killer_pid);
	}
}

/* ---- what was handled before ---- */

static struct handled_signal last_handled(const struct step *steps)
{
	begin();
	for (size_t i = 0; i < STEPS_MAX && steps[i].kind != STEP_DONE; i++)
		take_step(&seen, &steps[i]);
	return exit_evidence_last_handled(&seen.evidence, 1000000);
}

static void test_what_was_handled_last(void **state)
{
	static const struct {
		const char *what;
		struct step steps[STEPS_MAX];
		int32_t signal, sender;
		enum signal_origin by;
	} cases[] = {
		{"nothing", {LEFT_GROUP(100, 2)}, 0, 0, SENT_BY_UNKNOWN},
		{"postgres",
		 {SENT(100, SIGQUIT, SI_USER, 77), HANDLED_AT(102, SIGQUIT), LEFT_GROUP(200, 2)},
		 SIGQUIT,
		 77,
		 SENT_BY_PROCESS},
		{"ctrl-C",
		 {SENT(100, SIGINT, KERNEL, 77), HANDLED_AT(102, SIGINT)},
		 SIGINT,
		 0,
		 SENT_BY_KERNEL},
		{"not its children's ends, nor timers, nor faults",
		 {SENT(100, SIGTERM, SI_USER, 77), HANDLED_AT(102, SIGTERM),
		  SENT(110, SIGCHLD, 1, 78), HANDLED_AT(112, SIGCHLD),
		  SENT(120, SIGALRM, KERNEL, 78), HANDLED_AT(122, SIGALRM),
		  SENT(130, SIGSEGV, FAULT, TARGET), HANDLED_AT(132, SIGSEGV)},
		 SIGTERM,
		 77,
		 SENT_BY_PROCESS},
		{"nor its own",
		 {SENT(100, SIGUSR1, SI_TKILL, TARGET), HANDLED_AT(102, SIGUSR1)},
		 0,
		 0,
		 SENT_BY_UNKNOWN},
		{"sent before the trace", {HANDLED_AT(102, SIGTERM)}, SIGTERM, 0, SENT_BY_UNKNOWN},
		{"who sent it may be lost",
		 {SENT(100, SIGTERM, SI_USER, 77), LOSS, HANDLED_AT(102, SIGTERM)},
		 SIGTERM,
		 0,
		 SENT_BY_UNKNOWN},
		{"another program's",
		 {SENT(100, SIGTERM, SI_USER, 77), HANDLED_AT(102, SIGTERM), EXEC},
		 0,
		 0,
		 SENT_BY_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct handled_signal handled = last_handled(cases[i].steps);

		if (handled.signal != cases[i].signal || handled.sender_pid != cases[i].sender ||
		    handled.sent_by != cases[i].by)
			fail_msg("%s: %d from %d, by %d", cases[i].what, handled.signal,
				 handled.sender_pid, handled.sent_by);
		if (handled.signal)
			assert_int_equal(handled.before_ns, 1000000 - 102000);
	}
}

static void test_which_signals_are_fatal(void **state)
{
	static const int harmless[] = {SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP,
				       SIGTTIN, SIGTTOU, SIGURG,  SIGWINCH};
	static const int32_t none[] = {INT32_MIN, -1, 0};
	int fatal = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(harmless); i++)
		assert_false(exit_signal_is_fatal(harmless[i]));
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		assert_false(exit_signal_is_fatal(none[i]));
	for (int32_t signal = 1; signal <= 64; signal++)
		fatal += exit_signal_is_fatal(signal);
	assert_int_equal(fatal, 64 - ARRAY_SIZE(harmless));
	assert_true(exit_signal_is_fatal(INT32_MAX));
}

/* ---- whatever happens ---- */

static void make_steps(struct random *random, struct step steps[STEPS_MAX])
{
	static const int32_t signals[] = {SIGTERM, SIGKILL, SIGSEGV, SIGCHLD, SIGPIPE, 64};
	static const int32_t codes[] = {SI_USER, SI_TKILL, SI_KERNEL, SI_TIMER, SEGV_MAPERR};
	size_t count = 1 + (size_t)random_below(random, STEPS_MAX);

	memset(steps, 0, STEPS_MAX * sizeof(*steps));
	for (size_t i = 0; i < count; i++) {
		enum step_kind kind = (enum step_kind)(1 + random_below(random, STEP_UNSEEN));
		bool is_sent = kind == STEP_SENT;

		steps[i] = (struct step){
			.kind = kind,
			.us = (int64_t)random_below(random, 5000),
			.signal = signals[random_below(random, ARRAY_SIZE(signals))],
			.code = is_sent ? codes[random_below(random, ARRAY_SIZE(codes))]
					: (int32_t)random_below(random, 3),
			.sender = (int32_t)random_below(random, 12),
		};
		/* The table takes no other for one that ended a thread. */
		if (kind == STEP_TOOK && !exit_signal_is_fatal(steps[i].signal))
			steps[i].signal = SIGKILL;
	}
}

static bool has(const struct step steps[STEPS_MAX], enum step_kind kind, int32_t code)
{
	for (size_t i = 0; i < STEPS_MAX; i++) {
		if (steps[i].kind == kind && (code < 0 || steps[i].code == code))
			return true;
	}
	return false;
}

static bool has_signal(const struct step steps[STEPS_MAX], int32_t signal)
{
	for (size_t i = 0; i < STEPS_MAX; i++) {
		if ((steps[i].kind == STEP_SENT || steps[i].kind == STEP_TOOK) &&
		    steps[i].signal == signal)
			return true;
	}
	return false;
}

static void check_any(const struct step steps[STEPS_MAX], const struct exit_status *status)
{
	if (!status->known) {
		assert_int_equal(status->signal, 0);
		assert_int_equal(status->killer_pid, 0);
		return;
	}
	if (status->signal == 0) {
		assert_in_range(status->code, 0, 255);
		assert_true(has(steps, STEP_LEFT_GROUP, status->code) ||
			    has(steps, STEP_LEFT_THREAD, status->code));
		assert_int_equal(status->killer_pid, 0);
		assert_false(has(steps, STEP_LOSS, -1) || has(steps, STEP_UNSEEN, -1));
		return;
	}
	assert_true(exit_signal_is_fatal(status->signal));
	assert_true(has_signal(steps, status->signal));
	assert_true(has(steps, STEP_TOOK, -1));
	assert_true(status->oom != KNOWN_YES ||
		    (status->signal == SIGKILL && has(steps, STEP_OOM, -1)));
}

static void test_nothing_is_made_up(void **state)
{
	struct random random = {.state = 4};
	struct step steps[STEPS_MAX];
	int known = 0;

	(void)state;
	for (int i = 0; i < 300000; i++) {
		make_steps(&random, steps);
		struct exit_status status = decide(steps);

		check_any(steps, &status);
		known += status.known;
	}
	assert_true(known > 10000);
}

/* Codes that nobody saw are never made up of those that somebody did. */
static void test_unknown_calls_give_no_code(void **state)
{
	struct random random = {.state = 5};
	struct step steps[STEPS_MAX];

	(void)state;
	for (int i = 0; i < 100000; i++) {
		make_steps(&random, steps);
		for (size_t at = 0; at < STEPS_MAX; at++) {
			if (steps[at].kind >= STEP_LEFT_GROUP && steps[at].kind < STEP_LEFT_SOMEHOW)
				steps[at].kind = STEP_LEFT_SOMEHOW;
		}
		struct exit_status status = decide(steps);
		assert_true(!status.known || status.signal > 0);
	}
}

/* Who of several was first in exit_group(2), codes that differ leave open. */
static void test_codes_that_differ_give_no_code(void **state)
{
	struct random random = {.state = 6};
	struct step steps[STEPS_MAX];

	(void)state;
	for (int i = 0; i < 100000; i++) {
		make_steps(&random, steps);
		for (size_t at = 0; at < STEPS_MAX; at++) {
			if (steps[at].kind == STEP_LEFT_THREAD || steps[at].kind == STEP_EXEC)
				steps[at].kind = STEP_LEFT_GROUP;
		}
		struct exit_status status = decide(steps);
		bool differ = has(steps, STEP_LEFT_GROUP, 0) + has(steps, STEP_LEFT_GROUP, 1) +
				      has(steps, STEP_LEFT_GROUP, 2) >
			      1;
		assert_true(!status.known || status.signal > 0 || !differ);
	}
}

/* ---- what the kernel told ---- */

struct told {
	const char *what;
	uint32_t wait_status;
	int32_t code, signal;
	enum known core, oom;
	int32_t killer;
	struct step steps[STEPS_MAX];
};

static const struct told tellings[] = {
	{"0", 0, .core = KNOWN_NO, .oom = KNOWN_NO},
	{"exit(3)", 3 << 8, .code = 3, .core = KNOWN_NO, .oom = KNOWN_NO},
	{"exit(255)", 255 << 8, .code = 255, .core = KNOWN_NO, .oom = KNOWN_NO},
	{"bits above", 0x70300, .code = 3, .core = KNOWN_NO, .oom = KNOWN_NO},
	{"a code, whatever was seen", 2 << 8, .code = 2, .core = KNOWN_NO, .oom = KNOWN_NO,
	 .steps = {OOM, SENT(100, SIGKILL, SI_USER, 77), TOOK(110, SIGKILL)}},
	{"a signal that nobody was seen to send", SIGTERM, .signal = SIGTERM, .core = KNOWN_NO,
	 .oom = KNOWN_NO},
	{"a real-time signal", 64, .signal = 64, .core = KNOWN_NO, .oom = KNOWN_NO},
	{"a core", SIGSEGV | 0x80, .signal = SIGSEGV, .core = KNOWN_YES, .oom = KNOWN_NO},
	{"none, though the signal dumps one", SIGSEGV, .signal = SIGSEGV, .core = KNOWN_NO,
	 .oom = KNOWN_NO},
	{"its sender", SIGTERM, .signal = SIGTERM, .core = KNOWN_NO, .oom = KNOWN_NO, .killer = 77,
	 .steps = {SENT(100, SIGTERM, SI_USER, 77)}},
	{"another signal's sender", SIGTERM, .signal = SIGTERM, .core = KNOWN_NO, .oom = KNOWN_NO,
	 .steps = {SENT(100, SIGINT, SI_USER, 77)}},
	{"another one may have sent it in the gap", SIGTERM, .signal = SIGTERM, .core = KNOWN_NO,
	 .oom = KNOWN_NO, .steps = {SENT(100, SIGTERM, SI_USER, 77), LOSS}},
	{"the OOM killer", SIGKILL, .signal = SIGKILL, .core = KNOWN_NO, .oom = KNOWN_YES,
	 .steps = {SENT(100, SIGKILL, KERNEL, 77), OOM}},
	{"marked, but another signal was first", SIGTERM, .signal = SIGTERM, .core = KNOWN_NO,
	 .oom = KNOWN_NO, .steps = {OOM}},
};

static void test_what_the_kernel_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tellings); i++) {
		const struct told *told = &tellings[i];

		begin();
		take_steps(&seen, told->steps);
		const struct exit_status status =
			exit_evidence_told(&seen.evidence, told->wait_status, seen.losses);
		if (!status.known || status.code != told->code || status.signal != told->signal ||
		    status.core != told->core || status.oom != told->oom ||
		    status.killer_pid != told->killer)
			fail_msg("%s: code %d, signal %d, core %d, oom %d, killer %d", told->what,
				 status.code, status.signal, status.core, status.oom,
				 status.killer_pid);
		assert_true(text_is(status.killer_comm, "killer") == (told->killer != 0));
	}
}

/* Without memory nothing is noted, and what needs none goes on. */
static void test_no_memory(void **state)
{
	const struct event sent = {.type = EVENT_SIGNAL_SENT, .signal_sent = {.signal = SIGTERM}};
	struct event taken = {.type = EVENT_SIGNAL_TAKEN,
			      .signal_taken = {.signal = SIGTERM, .is_handled = true}};
	const struct sender sender = {.pid = 77};

	(void)state;
	begin();
	has_memory = false;
	int sent_code = exit_evidence_sent(&seen.evidence, &sent, &sender, 0);
	int taken_code = exit_evidence_handled(&seen.evidence, &taken, 0);
	taken.signal_taken.signal = SIGCHLD;
	int harmless_code = exit_evidence_handled(&seen.evidence, &taken, 0);
	has_memory = true;
	assert_int_equal(sent_code, -ENOMEM);
	assert_int_equal(taken_code, -ENOMEM);
	assert_int_equal(harmless_code, 0);
	assert_null(seen.evidence.signals);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_thread),
		cmocka_unit_test(test_several_threads),
		cmocka_unit_test(test_exec_oom_and_losses),
		cmocka_unit_test(test_who_sent_it),
		cmocka_unit_test(test_what_was_handled_last),
		cmocka_unit_test(test_which_signals_are_fatal),
		cmocka_unit_test(test_what_the_kernel_told),
		cmocka_unit_test(test_nothing_is_made_up),
		cmocka_unit_test(test_unknown_calls_give_no_code),
		cmocka_unit_test(test_codes_that_differ_give_no_code),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, end);
}
