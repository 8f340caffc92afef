/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Infers the exit status of a process from the signals and exits of its threads.
 *
 * No tracepoint reports the exit status. The evidence is the signal that was sent, the fatal signal
 * that a thread took, and the argument of the system call in which it exited. The rules, by
 * kernel/signal.c and kernel/exit.c of Linux 5.10 to 7.3:
 *
 * - A fatal signal without core dump becomes a SIGKILL for every thread when it is sent
 *   (complete_signal()). The threads take 9; the status has the signal that was sent. A signal that
 *   dumps core, or was blocked, is taken as itself.
 * - exit_group(2) in one thread, or a core dump, makes the other threads take a SIGKILL that nobody
 *   sent.
 * - A thread that took no fatal signal left by exit(2) or exit_group(2); the code is the first
 *   argument. exit_group(2) sets the status of the process. Without it the status comes from the
 *   leader's exit(2) up to Linux 5.10, from the last thread's on 6.18 (measured), so it is known
 *   only if all codes are equal.
 * - A fatal signal without core dump may arrive while the last thread is in exit_group(2), which
 *   then takes no signal. Until PF_EXITING is set (exit_signals()) the status is the signal, from
 *   then on the code.
 * - While a signal's handler runs, the same signal stays pending (sigaction(2)); it cannot end the
 *   process. Another one shortly after the handler took the first does not make an exit ambiguous.
 * - A dying process takes no signals, but before Linux 6.2 they are reported as sent
 *   (prepare_signal()). Of two signals sent at nearly the same time either may have ended it.
 * - Strict seccomp (prctl(2), SECCOMP_MODE_STRICT) ends a task without a signal: not known. So does
 *   a seccomp(2) filter on 5.10.
 * - If events were lost while the process lived, its status is not known unless its signal was
 *   seen.
 */
#ifndef PXT_TASK_EXIT_EVIDENCE_H
#define PXT_TASK_EXIT_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "event/comm.h"
#include "event/event.h"

/* A count of losses that equals no other: the process was not seen from its start. */
#define LOSSES_UNKNOWN UINT64_MAX

/* Summary of the exit codes of several threads; packed, since each process has two. */
struct exit_codes {
	int32_t first;    /* the first known one */
	bool any : 1;     /* there is at least one */
	bool unknown : 1; /* at least one is not known */
	bool differ : 1;  /* the known ones are not all equal */
} __attribute__((packed));

/* A signal sent to the process, and its sender. */
struct sent_signal {
	int32_t signal; /* 0: none */
	uint64_t time_ns;
	uint64_t losses; /* how often events had been lost */
	enum signal_origin by;
	int32_t sender_pid; /* tgid; 0: not a process, or not known */
	struct comm sender_comm;
	int32_t sender_tid; /* 0: not known */
	struct comm sender_thread_comm;
	bool by_itself; /* sender and receiver are the same process */
};

/* The signals that may be the reason of the end. */
struct exit_signals {
	struct sent_signal sent;    /* the last fatal one that was neither ignored nor handled */
	struct sent_signal handled; /* the last handled one that may be the reason of the end */
	uint64_t handled_ns;        /* when the handler took it */
	/* The last signal of any kind that a handler took, if that handler is still installed. */
	struct {
		int32_t signal; /* 0: none */
		uint64_t time_ns;
	} caught;
};

/* The evidence collected about one process. All 0 at first. */
struct exit_evidence {
	struct exit_signals *signals; /* owned; NULL: none of them, as with most processes */
	uint64_t left_last_ns;        /* when the last of `left` exited */
	int32_t taken;           /* fatal signal other than SIGKILL that a thread took; 0: none */
	struct exit_codes left;  /* of threads that exited by themselves */
	struct exit_codes group; /* of those that certainly called exit_group(2) */
	bool maybe_group : 1;    /* one of them may have called it */
	bool sent_is_masked : 1; /* the handler of `sent` had just begun to run: it cannot kill */
	bool killed : 1;         /* a thread took SIGKILL */
	bool oom : 1;            /* the OOM killer chose it */
	bool ambiguous : 1; /* a thread's SIGKILL may come from the signal or from exit_group(2) */
	bool has_rival : 1; /* another signal was sent shortly before the last one */
	bool overtaken : 1; /* a signal came so late that either it or the exit code may count */
	bool is_recent : 1; /* Linux 6.16 or later: no signal is reported as sent to a dying process
			     */
};

/* The sender of a signal. All borrowed. */
struct sender {
	int32_t pid;      /* tgid; 0: not known */
	struct text comm; /* of the process */
	int32_t tid;
	struct text thread_comm;
	bool is_itself; /* it is the process that receives the signal */
};

/* The end of a thread. */
struct thread_end {
	int32_t taken; /* the last fatal signal that it took; 0: none */
	struct exit_call call;
};

/* Returns whether the default action of SIGNAL ends a process (signal(7)). */
bool exit_signal_is_fatal(int32_t signal);

/* Free what EVIDENCE owns. */
void exit_evidence_done(struct exit_evidence *evidence);

/*
 * Record EVENT, a SIGNAL_SENT to this process by SENDER. LOSSES, here and below: how often events
 * have been lost until now. Returns 0 or -ENOMEM.
 */
int exit_evidence_sent(struct exit_evidence *evidence, const struct event *event,
		       const struct sender *sender, uint64_t losses) MUST_CHECK;

/*
 * Record EVENT, a SIGNAL_TAKEN that the process ignores or handles: it does not end it. Returns 0
 * or -ENOMEM.
 */
int exit_evidence_handled(struct exit_evidence *evidence, const struct event *event,
			  uint64_t losses) MUST_CHECK;

/*
 * Return the last handled signal that may be the reason why the process ends at NOW_NS: one whose
 * default action is fatal and that another process sent; or SIGHUP, SIGINT, SIGQUIT or SIGTERM from
 * the kernel or an unknown sender. The sender's name is borrowed from EVIDENCE.
 */
struct handled_signal exit_evidence_last_handled(const struct exit_evidence *evidence,
						 uint64_t now_ns);

/* Record that a thread of the process ended at TIME_NS, as END says. */
void exit_evidence_thread(struct exit_evidence *evidence, const struct thread_end *end,
			  uint64_t time_ns);

/* Forget how its threads ended: the process has execed. */
void exit_evidence_exec(struct exit_evidence *evidence);

/*
 * Return the exit status of the process after all its threads have ended. IS_WHOLE: no event of its
 * life was lost. The killer's name is borrowed from EVIDENCE.
 */
struct exit_status exit_evidence_decide(const struct exit_evidence *evidence, bool is_whole,
					uint64_t losses);

/*
 * Returns how the process ended, by WAIT_STATUS (wait(2)) that the kernel itself told of its last
 * task. EVIDENCE, with LOSSES as exit_evidence_decide() takes them, has who sent a signal.
 */
struct exit_status exit_evidence_told(const struct exit_evidence *evidence, uint32_t wait_status,
				      uint64_t losses);

#endif
