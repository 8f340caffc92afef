/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Infers how a process ended from the signals and exits of its threads.
 *
 * No tracepoint tells the exit status. There is the signal that was sent, the signal that a thread
 * took before it came to its end, and the argument of the system call that it was in. What follows
 * from that, and what does not (kernel/signal.c and kernel/exit.c, Linux 5.10 to 7.3):
 *
 * - A fatal signal that dumps no core is turned into a SIGKILL for every thread as soon as it is
 *   sent (complete_signal()): what the threads take is 9, what was sent before it is the truth. One
 *   that dumps core, or had been blocked, is taken as itself.
 * - exit_group(2) in one thread, and a core dump, make the others take a SIGKILL that nobody sent.
 * - A thread that took no fatal signal left by exit(2) or exit_group(2), with the code in the first
 *   argument. exit_group(2) decides over the process; where nobody called it, that is the leader's
 *   exit(2) up to Linux 5.10, the last thread's on 6.18 (measured): counted only where all agree.
 * - A fatal signal that dumps no core counts even where it meets the last thread in exit_group(2)
 *   already, which then takes none: until PF_EXITING is set (exit_signals()), the status is the
 *   signal's, after that the code.
 * - While a signal's handler runs, the same one waits (sigaction(2)), and it ends nobody as long as
 *   there is the handler: one more, shortly after a handler took it, does not make an exit
 * doubtful.
 * - A process that is dying takes no more signals, but before Linux 6.2 they count as sent
 *   (prepare_signal()): of two that are sent at nearly the same time either may have ended it.
 * - Strict seccomp (prctl(2), SECCOMP_MODE_STRICT) ends a task without any signal: not known. So
 *   does a filter of seccomp(2) on 5.10.
 * - Nothing is known of a process that lived through a loss, but for a signal that was seen.
 */
#ifndef PXT_TASK_EXIT_EVIDENCE_H
#define PXT_TASK_EXIT_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "event/comm.h"
#include "event/event.h"

/* Stands for a count of losses where not all was seen from the beginning. */
#define LOSSES_UNKNOWN UINT64_MAX

/* The codes of some threads. */
struct exit_codes {
	bool any;      /* there are some */
	bool unknown;  /* one of them is not known */
	bool differ;   /* they are not all the same */
	int32_t first; /* that is known */
};

struct sent_signal {
	int32_t signal; /* 0: none */
	uint64_t time_ns;
	uint64_t losses; /* that had been seen until then */
	enum signal_origin by;
	int32_t sender_pid; /* tgid; 0: no process, or not known which */
	struct comm sender_comm;
	int32_t sender_tid; /* 0: not known */
	struct comm sender_thread_comm;
	bool by_itself; /* the process that it was sent to */
};

struct exit_evidence {
	struct sent_signal sent;    /* the last one, not ignored and not handled */
	bool sent_is_masked;        /* a handler for it had just begun: it does not kill */
	struct sent_signal handled; /* the last one by a handler that says why it ended */
	uint64_t handled_ns;        /* when the handler took it */
	/* The last one that a handler took, whichever it is, and that is still in place. */
	struct {
		int32_t signal; /* 0: none */
		uint64_t time_ns;
	} caught;
	int32_t taken;  /* the fatal signal other than SIGKILL that a thread took; 0: none */
	bool killed;    /* a thread took SIGKILL */
	bool oom;       /* the OOM killer chose it */
	bool ambiguous; /* that a thread was killed now has two explanations */
	bool has_rival; /* shortly before the last signal another one was sent */
	bool overtaken; /* a signal was sent so late that it may count, or the code of who left */
	bool is_recent; /* the kernel is so new (6.16+) that a dying process is sent none */

	struct exit_codes left;  /* of threads that left by themselves */
	struct exit_codes group; /* of those that did so by exit_group(2) for sure */
	bool maybe_group;        /* one may have */
	uint64_t left_last_ns;
};

/* Who sent a signal. */
struct sender {
	int32_t pid;      /* tgid; 0: not known */
	struct text comm; /* of the process */
	int32_t tid;
	struct text thread_comm;
	bool is_itself; /* the process that it was sent to */
};

/* What is known of a thread when it comes to its end. */
struct thread_end {
	int32_t taken; /* the last fatal signal that it took; 0: none */
	struct exit_call call;
};

/* Whether SIGNAL, taken with its default action, ends a process (signal(7)). */
bool exit_signal_is_fatal(int32_t signal);

/* EVENT (SIGNAL_SENT) is for this process. LOSSES: how often events were lost until now. */
void exit_evidence_sent(struct exit_evidence *evidence, const struct event *event,
			const struct sender *sender, uint64_t losses);

/* EVENT (SIGNAL_TAKEN) is one that it ignores, or that a handler of it took: that ends nobody. */
void exit_evidence_handled(struct exit_evidence *evidence, const struct event *event,
			   uint64_t losses);

/*
 * The last signal that a handler of it took, of those that tell why a process ends: their default
 * action would have ended it, and another process sent them, or the kernel or nobody knows who one
 * of SIGHUP, SIGINT, SIGQUIT and SIGTERM. NOW_NS: the end. The sender's name is borrowed from
 * EVIDENCE.
 */
struct handled_signal exit_evidence_last_handled(const struct exit_evidence *evidence,
						 uint64_t now_ns);

/* A thread of it came to its END at TIME_NS. */
void exit_evidence_thread(struct exit_evidence *evidence, const struct thread_end *end,
			  uint64_t time_ns);

/* It has execed: how its threads ended does not matter any more. */
void exit_evidence_exec(struct exit_evidence *evidence);

/*
 * The status of the process now that all its threads have ended. IS_WHOLE: all that happened to it
 * was seen; LOSSES: how often events were lost until now. The killer's name is borrowed from
 * EVIDENCE.
 */
struct exit_status exit_evidence_decide(const struct exit_evidence *evidence, bool is_whole,
					uint64_t losses);

#endif
