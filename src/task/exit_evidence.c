/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "task/exit_evidence.h"

#include <signal.h>
#include <stddef.h>

#include "clock.h"

/*
 * A signal that was sent so shortly before a thread left may have ended the process, or may have
 * made it leave by itself (sigwait(3), signalfd(2)).
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

/* Of perf's captures of other machines only those are read whose numbers are the same. */
static bool is_among(int32_t signal, uint64_t signals)
{
	return signal > 0 && signal < 64 && (signals & BIT(signal)) != 0;
}

bool exit_signal_is_fatal(int32_t signal)
{
	return signal > 0 && !is_among(signal, harmless);
}

void exit_evidence_sent(struct exit_evidence *evidence, const struct event *event,
			int32_t sender_pid, struct text sender_comm)
{
	const int32_t code = event->signal_sent.code;
	bool by_process = code == SI_USER || code == SI_QUEUE || code == SI_TKILL;

	if (!exit_signal_is_fatal(event->signal_sent.signal))
		return;
	evidence->sent.signal = event->signal_sent.signal;
	evidence->sent.time_ns = event->time_ns;
	evidence->sent.sender_pid = by_process ? sender_pid : 0;
	comm_set(&evidence->sent.sender_comm, by_process ? sender_comm : (struct text){0});
}

static void left_by_itself(struct exit_evidence *evidence, const struct exit_call *call,
			   uint64_t time_ns)
{
	if (!call->known)
		evidence->left_unknown = true;
	else if (!evidence->left_any)
		evidence->left_code = call->code;
	else if (call->code != evidence->left_code)
		evidence->left_differ = true;
	evidence->left_any = true;
	evidence->left_last_ns = time_ns;
	if (evidence->sent.signal && time_ns - evidence->sent.time_ns < SHORTLY_NS)
		evidence->ambiguous = true;
	if (!call->known || !call->is_group_known || !call->is_group)
		return;
	evidence->group_differ |= evidence->has_group_code && call->code != evidence->group_code;
	evidence->has_group_code = true;
	evidence->group_code = call->code;
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
	*evidence = (struct exit_evidence){.sent = evidence->sent, .oom = evidence->oom};
}

/* ---- the verdict ---- */

static struct exit_status by_signal(const struct exit_evidence *evidence, int32_t signal)
{
	struct exit_status status = {
		.known = true,
		.signal = signal,
		/* Whether a core was dumped, the kernel tells its parent alone. */
		.core = is_among(signal, dumping) ? KNOWN_NOT : KNOWN_NO,
		.oom = evidence->oom && signal == SIGKILL ? KNOWN_YES : KNOWN_NO,
	};

	if (evidence->sent.signal == signal && status.oom != KNOWN_YES) {
		status.killer_pid = evidence->sent.sender_pid;
		status.killer_comm = comm_text(&evidence->sent.sender_comm);
	}
	return status;
}

static struct exit_status by_code(int32_t code)
{
	return (struct exit_status){.known = true, .code = code, .core = KNOWN_NO, .oom = KNOWN_NO};
}

static const struct exit_status unknown_status = {.core = KNOWN_NOT, .oom = KNOWN_NOT};

/* Some thread left by itself, and no signal is known to have ended the process. */
static struct exit_status by_leaving(const struct exit_evidence *evidence)
{
	if (evidence->has_group_code)
		return evidence->group_differ ? unknown_status : by_code(evidence->group_code);
	if (!evidence->left_any || evidence->left_unknown || evidence->left_differ)
		return unknown_status;
	return by_code(evidence->left_code);
}

struct exit_status exit_evidence_decide(const struct exit_evidence *evidence,
					bool lived_through_loss)
{
	/* A thread that left after the signal was sent shows that it was not a fatal one. */
	bool was_sent = evidence->sent.signal != 0 &&
			!(evidence->left_any && evidence->left_last_ns > evidence->sent.time_ns);

	if (evidence->taken != 0)
		return by_signal(evidence, evidence->taken);
	if (evidence->killed && was_sent)
		return by_signal(evidence, evidence->sent.signal);
	if (lived_through_loss || (evidence->killed && evidence->ambiguous))
		return unknown_status;
	return by_leaving(evidence);
}
