/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/exit_evidence.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/clock.h"
#include "event/facts.h"

/*
 * A signal that was sent so shortly before a thread left may have ended the process, or may have
 * made it leave by itself (sigwait(3), signalfd(2)): no handler took it. One that was sent so
 * shortly after another, or after a thread left, may have met a process that was dying already.
 */
#define SHORTLY_NS NS_PER_MS

#define BIT(signal) (UINT64_C(1) << (signal))

/* signal(7): the default action is to ignore it, to stop, or to continue. */
static const uint64_t harmless = BIT(SIGCHLD) | BIT(SIGCONT) | BIT(SIGSTOP) | BIT(SIGTSTP) |
				 BIT(SIGTTIN) | BIT(SIGTTOU) | BIT(SIGURG) | BIT(SIGWINCH);

/* signal(7): the default action is to dump core. */
static const uint64_t dumping = BIT(SIGQUIT) | BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGABRT) |
				BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGSEGV) | BIT(SIGXCPU) |
				BIT(SIGXFSZ) | BIT(SIGSYS);

/* With these, people, terminals and service managers ask a process to end. */
static const uint64_t ending = BIT(SIGHUP) | BIT(SIGINT) | BIT(SIGQUIT) | BIT(SIGTERM);

/* Of perf's captures of other machines only those are read whose numbers are the same. */
static bool is_among(int32_t signal, uint64_t signals)
{
	return signal > 0 && signal < 64 && (signals & BIT(signal)) != 0;
}

bool exit_signal_is_fatal(int32_t signal)
{
	return signal > 0 && !is_among(signal, harmless);
}

/*
 * The kernel sends these two to whoever writes in vain as if it had done so itself:
 * SEND_SIG_NOINFO, which the tracepoint shows as SI_USER (fs/pipe.c, mm/filemap.c).
 */
static bool is_for_a_write(int32_t signal, int32_t code)
{
	return code == SI_USER && (signal == SIGPIPE || signal == SIGXFSZ);
}

/*
 * Processes may send each other any si_code below 0 (rt_sigqueueinfo(2)), and glibc and
 * mq_notify(3) do. Of the kernel's own, timers go off in interrupts; SI_TIMER and SI_SIGIO
 * elsewhere are whoever's. kill(2) has no signal to a single thread: SI_USER there is the kernel's
 * for a write, or cgroup.kill.
 */
static enum signal_origin origin_of(const struct event *event, const struct sender *sender)
{
	const int32_t code = event->signal_sent.code;

	if (event->signal_sent.in_interrupt || code > 0)
		return SENT_BY_KERNEL;
	if (sender->is_itself && !event->signal_sent.is_group &&
	    is_for_a_write(event->signal_sent.signal, code))
		return SENT_BY_KERNEL;
	return code == SI_TIMER || code == SI_SIGIO ? SENT_BY_UNKNOWN : SENT_BY_PROCESS;
}

static bool is_shortly_after(uint64_t time_ns, uint64_t before_ns)
{
	return time_ns - before_ns < SHORTLY_NS;
}

void exit_evidence_done(struct exit_evidence *evidence)
{
	free(evidence->signals);
}

/* Returns EVIDENCE's signals, made if there are none yet, or NULL without memory. */
static struct exit_signals *need_signals(struct exit_evidence *evidence)
{
	if (!evidence->signals)
		evidence->signals = calloc(1, sizeof(*evidence->signals));
	return evidence->signals;
}

/* The last fatal signal sent; its `signal` is 0 where there was none. */
static const struct sent_signal *sent_of(const struct exit_evidence *evidence)
{
	static const struct sent_signal none;

	return evidence->signals ? &evidence->signals->sent : &none;
}

static void set_sent(struct sent_signal *sent, const struct event *event,
		     const struct sender *sender, uint64_t losses)
{
	static const struct sender nobody;
	enum signal_origin by = origin_of(event, sender);
	const struct sender *named = by == SENT_BY_PROCESS ? sender : &nobody;

	*sent = (struct sent_signal){
		.signal = event->signal_sent.signal,
		.time_ns = event->time_ns,
		.losses = losses,
		.by = by,
		.sender_pid = named->pid,
		.sender_tid = named->tid,
		.by_itself = named->is_itself,
	};
	comm_set(&sent->sender_comm, named->comm);
	comm_set(&sent->sender_thread_comm, named->thread_comm);
}

int exit_evidence_sent(struct exit_evidence *evidence, const struct event *event,
		       const struct sender *sender, uint64_t losses)
{
	const int32_t signal = event->signal_sent.signal;

	if (!exit_signal_is_fatal(signal))
		return 0;
	struct exit_signals *signals = need_signals(evidence);
	if (!signals)
		return -ENOMEM;
	const struct sent_signal *before = &signals->sent;
	evidence->has_rival = before->signal != 0 && before->signal != signal &&
			      is_shortly_after(event->time_ns, before->time_ns);
	evidence->ambiguous =
		evidence->maybe_group && is_shortly_after(event->time_ns, evidence->left_last_ns);
	evidence->sent_is_masked = signals->caught.signal == signal &&
				   is_shortly_after(event->time_ns, signals->caught.time_ns);
	set_sent(&signals->sent, event, sender, losses);
	return 0;
}

static void add_code(struct exit_codes *codes, const struct exit_call *call)
{
	if (!call->known)
		codes->unknown = true;
	else if (!codes->any)
		codes->first = call->code;
	else if (call->code != codes->first)
		codes->differ = true;
	codes->any = true;
}

static void left_by_itself(struct exit_evidence *evidence, const struct exit_call *call,
			   uint64_t time_ns)
{
	add_code(&evidence->left, call);
	if (call->known && call->is_group)
		add_code(&evidence->group, call);
	evidence->maybe_group |= !call->known || call->is_group;
	evidence->left_last_ns = time_ns;
	const struct sent_signal *sent = sent_of(evidence);
	if (sent->signal && !evidence->sent_is_masked && is_shortly_after(time_ns, sent->time_ns)) {
		evidence->ambiguous = true;
		evidence->overtaken |= !is_among(sent->signal, dumping);
	}
}

/* Not those that runtimes send themselves, nor timers' and faults'. */
static bool tells_why(const struct sent_signal *sent)
{
	if (sent->by == SENT_BY_PROCESS)
		return exit_signal_is_fatal(sent->signal) && !sent->by_itself;
	return is_among(sent->signal, ending);
}

static void keep_handled(struct exit_signals *signals, const struct event *event, uint64_t losses)
{
	const int32_t signal = event->signal_taken.signal;
	struct sent_signal taken = {.signal = signal};

	if (signals->sent.signal == signal && signals->sent.losses == losses)
		taken = signals->sent;
	signals->caught.signal = event->signal_taken.is_reset ? 0 : signal;
	signals->caught.time_ns = event->time_ns;
	if (!tells_why(&taken))
		return;
	signals->handled = taken;
	signals->handled_ns = event->time_ns;
}

int exit_evidence_handled(struct exit_evidence *evidence, const struct event *event,
			  uint64_t losses)
{
	const int32_t signal = event->signal_taken.signal;

	/* A handler of SIGCHLD is common, and alone no evidence. */
	if (event->signal_taken.is_handled && exit_signal_is_fatal(signal) &&
	    !need_signals(evidence))
		return -ENOMEM;
	struct exit_signals *signals = evidence->signals;
	if (!signals)
		return 0;
	if (event->signal_taken.is_handled)
		keep_handled(signals, event, losses);
	if (signals->sent.signal == signal)
		signals->sent.signal = 0;
	return 0;
}

struct handled_signal exit_evidence_last_handled(const struct exit_evidence *evidence,
						 uint64_t now_ns)
{
	const struct exit_signals *signals = evidence->signals;

	if (!signals || signals->handled.signal == 0 || now_ns < signals->handled_ns)
		return (struct handled_signal){0};
	const struct sent_signal *handled = &signals->handled;
	return (struct handled_signal){
		.signal = handled->signal,
		.sent_by = handled->by,
		.sender_pid = handled->sender_pid,
		.sender_comm = comm_text(&handled->sender_comm),
		.before_ns = (int64_t)(now_ns - signals->handled_ns),
	};
}

void exit_evidence_thread(struct exit_evidence *evidence, const struct thread_end *end,
			  uint64_t time_ns)
{
	if (end->taken == 0)
		left_by_itself(evidence, &end->call, time_ns);
	else if (end->taken == SIGKILL)
		evidence->killed = true;
	else
		evidence->taken = end->taken;
}

void exit_evidence_exec(struct exit_evidence *evidence)
{
	/* Handlers do not live through it (execve(2)). */
	if (evidence->signals)
		*evidence->signals = (struct exit_signals){.sent = evidence->signals->sent};
	*evidence = (struct exit_evidence){.signals = evidence->signals, .oom = evidence->oom};
}

/* ---- the verdict ---- */

static struct exit_status by_signal(const struct exit_evidence *evidence, int32_t signal,
				    uint64_t losses)
{
	const struct sent_signal *sent = sent_of(evidence);
	bool is_sent = sent->signal == signal;
	bool by_process = is_sent && sent->by == SENT_BY_PROCESS;
	struct exit_status status = {
		.known = true,
		.signal = signal,
		/* Only its parent learns whether a core was dumped. */
		.core = is_among(signal, dumping) ? KNOWN_NOT : KNOWN_NO,
		/* It also marks who is dying anyway: task_will_free_mem(), mm/oom_kill.c. */
		.oom = evidence->oom && signal == SIGKILL && !by_process ? KNOWN_YES : KNOWN_NO,
	};

	if (is_sent && sent->losses == losses) {
		status.sent_by = sent->by;
		status.killer_pid = sent->sender_pid;
		status.killer_comm = comm_text(&sent->sender_comm);
		status.killer_tid = sent->sender_tid;
		status.killer_thread_comm = comm_text(&sent->sender_thread_comm);
	}
	return status;
}

static struct exit_status by_code(int32_t code)
{
	return (struct exit_status){.known = true, .code = code, .core = KNOWN_NO, .oom = KNOWN_NO};
}

static const struct exit_status unknown_status = {.core = KNOWN_NOT, .oom = KNOWN_NOT};

static struct exit_status by_codes(const struct exit_codes *codes)
{
	return codes->any && !codes->unknown && !codes->differ ? by_code(codes->first)
							       : unknown_status;
}

/* Some thread left by itself, and no signal is known to have ended the process. */
static struct exit_status by_leaving(const struct exit_evidence *evidence)
{
	/* Nobody who left can have made the others take SIGKILL. */
	if (evidence->killed && !evidence->maybe_group)
		return unknown_status;
	return by_codes(evidence->group.any ? &evidence->group : &evidence->left);
}

static bool is_ambiguous(const struct exit_evidence *evidence)
{
	return evidence->ambiguous || (evidence->has_rival && !evidence->is_recent);
}

/* Returns whether the signal that was sent can have made threads take SIGKILL. */
static bool may_have_killed(const struct exit_evidence *evidence)
{
	const struct sent_signal *sent = sent_of(evidence);
	/* A thread that left after the signal was sent shows that it was not a fatal one. */
	bool went_on = evidence->left.any && evidence->left_last_ns > sent->time_ns;

	return sent->signal != 0 && !is_among(sent->signal, dumping) && !went_on &&
	       !evidence->group.any;
}

struct exit_status exit_evidence_decide(const struct exit_evidence *evidence, bool is_whole,
					uint64_t losses)
{
	if (evidence->taken != 0)
		return by_signal(evidence, evidence->taken, losses);
	if (evidence->killed && is_ambiguous(evidence))
		return unknown_status;
	if (evidence->killed && may_have_killed(evidence)) {
		const struct sent_signal *sent = sent_of(evidence);
		bool is_sure = sent->signal == SIGKILL || sent->losses == losses;

		return is_sure ? by_signal(evidence, sent->signal, losses) : unknown_status;
	}
	return is_whole && !evidence->overtaken ? by_leaving(evidence) : unknown_status;
}

struct exit_status exit_evidence_told(const struct exit_evidence *evidence, uint32_t wait_status,
				      uint64_t losses)
{
	const int32_t signal = (int32_t)(wait_status & 0x7f);

	if (signal == 0)
		return by_code((int32_t)(wait_status >> 8 & 0xff));
	struct exit_status status = by_signal(evidence, signal, losses);
	status.core = wait_status & 0x80 ? KNOWN_YES : KNOWN_NO;
	return status;
}
