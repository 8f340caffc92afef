/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a process ended, from what was seen of its threads.
 *
 * No tracepoint says it. There is the signal that was sent, the signal that a thread took before it
 * came to its end, and the argument of the system call that it was in. What follows from that, and
 * what does not (kernel/signal.c and kernel/exit.c, Linux 5.10 to 7.3):
 *
 * - A fatal signal that dumps no core is turned into a SIGKILL for every thread as soon as it is
 *   sent (complete_signal()): what the threads take is 9, what was sent before it is the truth. One
 *   that dumps core, or had been blocked, is taken as itself.
 * - exit_group(2) in one thread, and a core dump, make the others take a SIGKILL that nobody sent.
 * - A thread that took no fatal signal left by exit(2) or exit_group(2), with the code in the first
 *   argument. exit_group(2) decides over the process; where nobody called it, that is the leader's
 *   exit(2) or, since 6.0, that of the last thread: counted only where they agree. Where it is not
 *   known which of the two calls it was, all codes have to agree.
 * - Strict seccomp (prctl(2), SECCOMP_MODE_STRICT) ends a task without any signal: such an end is
 *   not known, but without call chains looks like exit(2).
 * - Nothing is known of a process that lived through a loss, but for a signal that was seen.
 */
#ifndef PXT_TASK_EXIT_EVIDENCE_H
#define PXT_TASK_EXIT_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "task/comm.h"

struct exit_evidence {
	/* The last signal that was sent to it and not ignored; 0: none. */
	struct {
		int32_t signal;
		uint64_t time_ns;
		int32_t sender_pid; /* tgid; 0: the kernel */
		struct comm sender_comm;
	} sent;
	int32_t taken;  /* the fatal signal other than SIGKILL that a thread took; 0: none */
	bool killed;    /* a thread took SIGKILL */
	bool oom;       /* the OOM killer chose it */
	bool ambiguous; /* what was seen has two explanations */

	/* Threads that left by themselves. */
	bool left_any;     /* there were some */
	bool left_unknown; /* the code of one of them is not known */
	bool left_differ;  /* their codes differ */
	int32_t left_code; /* of the first */
	uint64_t left_last_ns;
	bool has_group_code; /* one was in exit_group(2) for sure */
	bool group_differ;   /* several were, with different codes */
	int32_t group_code;
};

/* What is known of a thread when it comes to its end. */
struct thread_end {
	int32_t taken; /* the last fatal signal that it took; 0: none */
	struct exit_call call;
};

/* Whether SIGNAL, taken with its default action, ends a process (signal(7)). */
bool exit_signal_is_fatal(int32_t signal);

/* EVENT (SIGNAL_SENT) is for this process. SENDER_COMM: of sender_pid. */
void exit_evidence_sent(struct exit_evidence *evidence, const struct event *event,
			int32_t sender_pid, struct text sender_comm);

/* A thread of it came to its END at TIME_NS. */
void exit_evidence_thread(struct exit_evidence *evidence, const struct thread_end *end,
			  uint64_t time_ns);

/* It has execed: how its threads ended does not matter any more. */
void exit_evidence_exec(struct exit_evidence *evidence);

/*
 * The status of the process now that all its threads have ended. LIVED_THROUGH_LOSS: some of the
 * evidence may be missing. The killer's name is borrowed from EVIDENCE.
 */
struct exit_status exit_evidence_decide(const struct exit_evidence *evidence,
					bool lived_through_loss);

#endif
