/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/bpftrace_script.h"

#include <stddef.h>

#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

/*
 * One printf a line: what is lost is lost whole, and counted by lines. Texts are hexadecimal, all
 * of them: nobody's name can forge a line. buf() of a pointer would show what lies behind the NUL.
 * clang-format off: a line of code is a line of the script.
 */
/* clang-format off */
#define FORK(parent, parent_comm, child, child_comm) \
	"printf(\"F %llu %d %d %d %d %d %rx %rx\\n\", nsecs, cpu, pid, tid, " parent ", " child ", " \
	"buf(" parent_comm ", 16), buf(" child_comm ", 16)); }\n"
#define EXEC(task, old, filename) \
	"printf(\"E %llu %d %d %d %rx %rx\\n\", nsecs, cpu, " task ", " old ", " \
	"buf(comm, 16), buf(str(" filename "), " TEXT(BPFTRACE_PATH_SIZE) ")); }\n"
#define EXIT(task, prio, comm) \
	"printf(\"X %llu %d %d %d %d %d %rx\\n\", nsecs, cpu, pid, tid, " task ", " prio ", " \
	"buf(" comm ", 16)); }\n"
#define NEW_TASK(args) \
	"tracepoint:task:task_newtask { " \
	"printf(\"N %llu %d %d %d %d %llu\\n\", nsecs, cpu, pid, tid, " args "pid, " args "clone_flags); }\n"
#define BEAT "profile:hz:" TEXT(BPFTRACE_BEATS) " { printf(\"T %llu %d\\n\", nsecs, cpu); }\n"

/* ARGS gets a field, TEXT makes a text of a fork's name. */
#define TRACEPOINTS(args, text) \
	"tracepoint:sched:sched_process_fork { " \
	FORK(args "parent_pid", text "(" args "parent_comm)", args "child_pid", text "(" args "child_comm)") \
	"tracepoint:sched:sched_process_exec { " \
	EXEC(args "pid", args "old_pid", args "filename") \
	"tracepoint:sched:sched_process_exit { " \
	EXIT(args "pid", args "prio", args "comm") \
	NEW_TASK(args) BEAT

#define TASK(name, arg) name " = (struct task_struct *)" arg "; "

/* The tracepoints' own arguments, by the kernel's types (include/trace/events/sched.h). */
#define RAW_TRACEPOINTS(args) \
	"rawtracepoint:sched_process_fork { " TASK("$p", "arg0") TASK("$c", "arg1") \
	FORK("$p->pid", "str($p->comm)", "$c->pid", "str($c->comm)") \
	"rawtracepoint:sched_process_exec { " TASK("$t", "arg0") "$b = (struct linux_binprm *)arg2; " \
	EXEC("$t->pid", "(int32)arg1", "$b->filename") \
	"rawtracepoint:sched_process_exit { " TASK("$t", "arg0") \
	EXIT("$t->pid", "$t->prio", "$t->comm") \
	NEW_TASK(args) BEAT
/* clang-format on */

const struct bpftrace_script bpftrace_scripts[] = {
	/* From Linux 6.16 on the names in a fork are __data_loc, which take str(). */
	{"tracepoints", TRACEPOINTS("args->", "str")},
	{"tracepoints, names in arrays", TRACEPOINTS("args->", "")},
	{"tracepoints, fields by a dot", TRACEPOINTS("args.", "str")},
	{"tracepoints, fields by a dot, names in arrays", TRACEPOINTS("args.", "")},
	{"raw tracepoints", RAW_TRACEPOINTS("args.")},
	{NULL, NULL},
};
