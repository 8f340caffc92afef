/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The facts of an event beyond its tracepoint's own fields: process and parents, arguments, ids,
 * exit status, cgroup. The task table makes them; filter and sinks read them. Each fact can be
 * unknown; none is ever a guess.
 */
#ifndef PXT_EVENT_FACTS_H
#define PXT_EVENT_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/string_list.h"
#include "base/text.h"

/* Extra kernel data to enable beside the three tracepoints, as bits. */
enum fact {
	FACT_TASKS,     /* processes and threads, their kinds, parents and times: task_newtask */
	FACT_ARGUMENTS, /* argv, environment and credentials: user stack at exec */
	FACT_STATUS, /* exit status, signal and sender: registers and call chain at exit, signals */
	FACT_CGROUP, /* PERF_SAMPLE_CGROUP */
	FACTS
};
#define FACT_BIT(fact) (1U << (fact))
#define FACTS_ALL ((1U << FACTS) - 1U)

enum known {
	KNOWN_NOT, /* nobody knows */
	KNOWN_NO,
	KNOWN_YES,
};

enum fork_kind {
	FORK_KIND_UNKNOWN,
	FORK_KIND_PROCESS,
	FORK_KIND_VFORK, /* a process too; its parent waits until it execs or exits */
	FORK_KIND_THREAD,
};

enum argv_source {
	ARGV_NONE,       /* nothing is known */
	ARGV_STACK,      /* the user stack as the exec left it */
	ARGV_PROC,       /* /proc/PID/cmdline, proven to be of this very exec */
	ARGV_PROC_START, /* of a process older than the trace: the same file as it began */
};

struct arguments {
	int64_t argc;             /* -1: not known */
	struct string_list known; /* the first ones of argv */
	bool complete;            /* `known` is all of argv */
	enum argv_source source;
};

struct environment {
	bool known;                 /* all that was asked for (--env) is in `entries` */
	struct string_list entries; /* "NAME=value" */
};

/*
 * At the process's last exec, as its own user namespace sees them; of one that is older than the
 * trace, at the start of that, as the tracer's does.
 */
struct credentials {
	bool known;
	uint32_t uid, euid, gid, egid;
	bool secure; /* AT_SECURE: setuid, setgid or file capabilities changed who it is */
};

/* What an exec has made of a process. */
struct exec_image {
	struct arguments arguments;
	struct environment environment;
	struct credentials credentials;
};

/*
 * The origin of a signal. Processes choose the si_code of signals to themselves freely: what one
 * sends itself in the kernel's name counts as the kernel's.
 */
enum signal_origin {
	SENT_BY_UNKNOWN,
	SENT_BY_PROCESS,
	SENT_BY_KERNEL,
};

/* How a process ended. */
struct exit_status {
	bool known;     /* either `code` or `signal` holds */
	int32_t code;   /* 0 to 255, where `signal` is 0 */
	int32_t signal; /* as it was sent; 0: it exited by itself */
	enum known core;
	enum known oom;     /* the OOM killer chose it */
	int32_t killer_pid; /* tgid of who sent the signal; 0: no process did, or not known which */
	struct text killer_comm; /* the process's name, as `name` in struct facts */
	int32_t killer_tid;      /* the thread that sent it; 0: as `killer_pid` */
	struct text killer_thread_comm;
	enum signal_origin sent_by;
};

/* A signal that a handler of the process took before it ended. */
struct handled_signal {
	int32_t signal; /* 0: none, or not known */
	enum signal_origin sent_by;
	int32_t sender_pid; /* tgid; 0: no process sent it, or not known which */
	struct text sender_comm;
	int64_t before_ns; /* how long before the end the handler took it */
};

struct ancestor {
	int32_t pid;
	struct text comm; /* when it forked the one before it in the chain */
	bool from_proc;   /* it is older than the trace: as /proc showed it */
};

/*
 * All texts are borrowed: valid until the next event. -1 and NULL texts stand for what is not
 * known.
 */
struct facts {
	/* The task that the event happened to; of a fork, the one that forks. */
	int32_t tgid, tid;
	int32_t ppid;     /* who forked its process, whoever adopted it since; 0: nobody did */
	bool from_proc;   /* the process is older than the trace */
	struct text name; /* the process's: its leader's, the last one if that has left before */

	/* FORK */
	int32_t child_tgid;
	enum fork_kind kind;
	bool has_clone_flags;
	uint64_t clone_flags;      /* CLONE_* of linux/sched.h */
	bool clone_flags_complete; /* else those above bit 31 are not known: a 32-bit kernel */

	/* EXEC and EXIT: the program that runs, as of the last exec that was seen. */
	struct text filename;
	struct arguments arguments;
	struct environment environment;
	struct credentials credentials; /* FORK too */

	/* EXIT */
	enum known last;           /* the whole process is gone, and `status` is the process's */
	struct exit_status status; /* known only where `last` is KNOWN_YES */
	/*
	 * The name that its last exec gave it, one that did not come to be: it died after the
	 * kernel had given up the old program and before the new one ran. No program is known
	 * then. NULL: no such exec is known.
	 */
	struct text failed_exec;
	struct handled_signal
		handled; /* the last one before that: task/exit_evidence.h says which */

	/* EXEC and EXIT, in ns; -1: not known. */
	int64_t age_ns;        /* since the process was forked */
	int64_t since_exec_ns; /* since its previous exec */

	struct text cgroup; /* path in the cgroup v2 hierarchy, "/" for the root; NULL: not known */

	/* The parents, nearest first. */
	const struct ancestor *ancestry;
	size_t ancestor_count;
	bool ancestry_complete; /* up to the root; else a gap follows the last one */
};

/* Nothing is known. */
extern const struct facts facts_unknown;

#endif
