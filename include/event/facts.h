/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The facts of an event: what is known beyond the fields of its tracepoint, such as process,
 * parents, arguments, credentials, exit status and cgroup. The task table fills them; filter and
 * sinks read them. Each can be unknown; none is a guess.
 */
#ifndef PXT_EVENT_FACTS_H
#define PXT_EVENT_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/string_list.h"
#include "base/text.h"

/* Extra kernel data to enable beside the three tracepoints, as bits. */
#define NEED_TASKS (1U << 0)     /* processes and threads, kinds, parents, times: task_newtask */
#define NEED_ARGUMENTS (1U << 1) /* argv, environment and credentials: the user stack at exec */
#define NEED_STATUS (1U << 2)    /* exit status and signal: registers, call chain, signals */
#define NEED_CGROUP (1U << 3)    /* cgroup: PERF_SAMPLE_CGROUP */
#define NEEDS_ALL (NEED_TASKS | NEED_ARGUMENTS | NEED_STATUS | NEED_CGROUP)

/* No format needs these by itself: options ask for them. */
#define NEED_USAGE (1U << 4) /* CPU time, memory and I/O of processes that end: taskstats */
#define NEED_CWD (1U << 5)   /* the directory of an exec: /proc/PID/cwd */
#define NEED_EXE (1U << 6)   /* its executable: /proc/PID/exe */
#define NEED_SESSION                                                                \
	(1U << 7) /* its session, terminal and login user: /proc/PID/stat, loginuid \
		   */
#define NEEDS_AT_EXEC (NEED_CWD | NEED_EXE | NEED_SESSION)

enum known {
	KNOWN_NOT, /* not known */
	KNOWN_NO,
	KNOWN_YES,
};

enum fork_kind {
	FORK_KIND_UNKNOWN,
	FORK_KIND_PROCESS,
	FORK_KIND_VFORK, /* a process, too; its parent waits until it execs or exits */
	FORK_KIND_THREAD,
};

enum argv_source {
	ARGV_NONE,       /* no arguments are known */
	ARGV_STACK,      /* the user stack at the end of the exec */
	ARGV_PROC,       /* /proc/PID/cmdline, proven to be of this exec */
	ARGV_PROBE,      /* the kernel's copy at the exec, by a probe of ours */
	ARGV_PROC_START, /* /proc/PID/cmdline at the start of the trace, for older processes */
};

struct arguments {
	int64_t argc;             /* -1: not known */
	struct string_list known; /* the first strings of argv */
	bool complete;            /* `known` is all of argv */
	enum argv_source source;
};

struct environment {
	bool known;                 /* `entries` has all variables of --env that are set */
	struct string_list entries; /* "NAME=value" */
};

/*
 * The credentials of a process at its last exec, as ids of its own user namespace. For a process
 * older than the trace: at the start of the trace, as ids of the tracer's user namespace.
 */
struct credentials {
	bool known;
	uint32_t uid, euid, gid, egid;
	bool secure; /* AT_SECURE: setuid, setgid or file capabilities changed the credentials */
};

/* Nobody has logged in, or the kernel has no audit: it has no `loginuid`. */
#define LOGINUID_UNSET UINT32_MAX

/* The session that a process is in. */
struct login_session {
	bool known;
	int32_t sid;       /* the pid that called setsid(2); 0: a helper that the kernel started */
	struct text tty;   /* the controlling terminal, "pts/3"; NULL: there is none */
	uint32_t loginuid; /* who logged in, as audit knows; or LOGINUID_UNSET */
};

/* Facts that /proc showed of a process just after its exec. */
struct at_exec {
	struct text cwd; /* the directory that it runs in; NULL: not known */
	struct text
		exe; /* the file that it executes, of a script the interpreter; NULL: not known */
	struct login_session session;
};

/* The new program of an exec, by its stack dump. */
struct exec_image {
	struct arguments arguments;
	struct environment environment;
	struct credentials credentials;
	struct at_exec at_exec;
};

/*
 * The origin of a signal, by its si_code. A process can send itself signals with any si_code, also
 * one of the kernel's; such a signal counts as sent by the kernel.
 */
enum signal_origin {
	SENT_BY_UNKNOWN,
	SENT_BY_PROCESS,
	SENT_BY_KERNEL,
};

/* The end of a process. */
struct exit_status {
	bool known;              /* `code` or `signal` is valid */
	int32_t code;            /* 0 to 255, valid where `signal` is 0 */
	int32_t signal;          /* that ended it; 0: it exited by itself */
	enum known core;         /* a core was dumped */
	enum known oom;          /* the OOM killer chose it */
	int32_t killer_pid;      /* tgid of the signal's sender; 0: not a process, or not known */
	struct text killer_comm; /* the sending process's name, as `name` in struct facts */
	int32_t killer_tid;      /* the sending thread; 0: as `killer_pid` */
	struct text killer_thread_comm;
	enum signal_origin sent_by;
};

/* A signal that a handler of the process took before it ended. */
struct handled_signal {
	int32_t signal; /* 0: none, or not known */
	enum signal_origin sent_by;
	int32_t sender_pid; /* tgid; 0: not a process, or not known */
	struct text sender_comm;
	int64_t before_ns; /* time from the handler's call to the end */
};

/* The resources that a process used, all its threads together, from its fork to its end. -1: not
 * known. */
struct usage {
	int64_t user_ns, system_ns;        /* both -1: nothing is known */
	int64_t max_rss_bytes;             /* since its last exec */
	int64_t read_bytes, written_bytes; /* from and to storage */
};

#define USAGE_UNKNOWN                                                                  \
	(struct usage)                                                                 \
	{                                                                              \
		.user_ns = -1, .system_ns = -1, .max_rss_bytes = -1, .read_bytes = -1, \
		.written_bytes = -1                                                    \
	}

/* A process in the chain of parents. */
struct ancestor {
	int32_t pid;
	struct text comm; /* its name when it forked the next nearer one */
	bool from_proc;   /* it is older than the trace; from /proc */
};

/* All texts are borrowed, valid until the next event. -1 and NULL texts mean not known. */
struct facts {
	/* The event's task (FORK: the one that forks). */
	int32_t tgid, tid;
	int32_t ppid;     /* the process that forked its process, whichever adopted it; 0: none */
	bool from_proc;   /* the process is older than the trace */
	struct text name; /* the process's: its leader's name, the last one if it has exited */

	/* FORK */
	int32_t child_tgid;
	enum fork_kind kind;
	bool has_clone_flags;
	uint64_t clone_flags;      /* CLONE_* of linux/sched.h */
	bool clone_flags_complete; /* false: a 32-bit kernel, bits above 31 are not known */

	/* The program of the last exec; FORK: of the process that forks. */
	struct text filename;
	struct arguments arguments;
	struct environment environment; /* EXEC */
	struct at_exec at_exec;         /* EXEC */
	struct credentials credentials;

	/* EXIT */
	enum known last;           /* the process ends with this task */
	struct exit_status status; /* the process's; known only where `last` is KNOWN_YES */
	/*
	 * The new name by an exec that failed after the old program was gone and before the new one
	 * ran, so that the process died. No program is known then. NULL: no such exec is known.
	 */
	struct text failed_exec;
	struct handled_signal handled; /* the likely reason: exit_evidence_last_handled() */
	struct usage usage;            /* the process's; as `status` */

	/* EXEC and EXIT, in ns; -1: not known. */
	int64_t age_ns;        /* since the process was forked */
	int64_t since_exec_ns; /* since its previous exec */

	struct text cgroup; /* path in the cgroup v2 hierarchy, "/" for the root; NULL: not known */

	/* The chain of parents, nearest first. */
	const struct ancestor *ancestry;
	size_t ancestor_count;
	bool ancestry_complete; /* it reaches the root; false: a gap follows the last one */
	uint64_t ancestry_id;   /* equal ones: equal ancestries; 0: not known */
};

/* Returns the CPU time of USAGE in ns; -1: not known. */
static inline int64_t usage_cpu_ns(const struct usage *usage)
{
	return usage->user_ns < 0 || usage->system_ns < 0
		       ? -1
		       : (int64_t)((uint64_t)usage->user_ns + (uint64_t)usage->system_ns);
}

/* Facts of which none is known. */
extern const struct facts facts_unknown;

#endif
