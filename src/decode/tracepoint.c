/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/tracepoint.h"

const struct tracepoint_name tracepoint_names[TRACEPOINT_COUNT] = {
	[TRACEPOINT_FORK] = {"sched", "sched_process_fork"},
	[TRACEPOINT_EXEC] = {"sched", "sched_process_exec"},
	[TRACEPOINT_EXIT] = {"sched", "sched_process_exit"},
	[TRACEPOINT_NEW_TASK] = {"task", "task_newtask"},
	[TRACEPOINT_SIGNAL_SENT] = {"signal", "signal_generate"},
	[TRACEPOINT_SIGNAL_TAKEN] = {"signal", "signal_deliver"},
	[TRACEPOINT_OOM_VICTIM] = {"oom", "mark_victim"},
	[TRACEPOINT_EXIT_GROUP] = {"syscalls", "sys_enter_exit_group"},
	[TRACEPOINT_EXIT_THREAD] = {"syscalls", "sys_enter_exit"},
};
