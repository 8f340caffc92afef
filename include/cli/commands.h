/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions that run the commands, one for each mode.
 */
#ifndef PXT_CLI_COMMANDS_H
#define PXT_CLI_COMMANDS_H

#include "base/compiler.h"
#include "base/error.h"
#include "cli/options.h"

/* Exit statuses of our own failures. */
#define EXIT_RUNTIME 1
#define EXIT_USAGE 2

/* Run a command. Returns the exit status; ERR->what is set where the user must be told. */
typedef int command_run(const struct options *options, struct error *err);

command_run command_trace MUST_CHECK;
command_run command_record MUST_CHECK;
command_run command_replay MUST_CHECK;
command_run command_check MUST_CHECK;
command_run command_diff MUST_CHECK;
command_run command_formats MUST_CHECK;
command_run command_help MUST_CHECK;
command_run command_complete MUST_CHECK;
command_run command_version MUST_CHECK;

#endif
