/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/tracepoint.h"

const struct tracepoint_type *const tracepoint_types[TRACEPOINT_COUNT] = {
	[TRACEPOINT_FORK] = &tracepoint_fork,
	[TRACEPOINT_EXEC] = &tracepoint_exec,
	[TRACEPOINT_EXIT] = &tracepoint_exit,
	[TRACEPOINT_NEW_TASK] = &tracepoint_new_task,
	[TRACEPOINT_SIGNAL_SENT] = &tracepoint_signal_sent,
	[TRACEPOINT_SIGNAL_TAKEN] = &tracepoint_signal_taken,
	[TRACEPOINT_OOM_VICTIM] = &tracepoint_oom_victim,
	[TRACEPOINT_EXIT_GROUP] = &tracepoint_exit_group,
	[TRACEPOINT_EXIT_THREAD] = &tracepoint_exit_thread,
	[TRACEPOINT_EXECVE] = &tracepoint_execve,
	[TRACEPOINT_EXECVEAT] = &tracepoint_execveat,
	[TRACEPOINT_EXECVE_END] = &tracepoint_execve_end,
	[TRACEPOINT_EXECVEAT_END] = &tracepoint_execveat_end,
	[TRACEPOINT_PROBED_PATH] = &tracepoint_probed_path,
};
