/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of `check` that try something on this host, besides those of the sources.
 */
#ifndef PXT_CLI_CHECK_TRIALS_H
#define PXT_CLI_CHECK_TRIALS_H

#include "cli/check_state.h"

check_look check_tracefs;
check_look check_formats; /* after check_tracefs(): it may have opened the directory */
check_look check_exit_status;
check_look check_failed_execs;
check_look check_taskstats;
check_look check_argv_probe;
check_look check_sandbox;

#endif
