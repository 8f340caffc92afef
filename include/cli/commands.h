/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands of the command line, one a mode.
 */
#ifndef PXT_CLI_COMMANDS_H
#define PXT_CLI_COMMANDS_H

#include "base/compiler.h"
#include "base/error.h"
#include "cli/options.h"

/* Exit statuses of our own failures. */
#define EXIT_RUNTIME 1
#define EXIT_USAGE 2

/* Returns the exit status, with ERR->what set where there is something to tell the user. */
typedef int command_run(const struct options *options, struct error *err);

command_run command_trace MUST_CHECK;
command_run command_record MUST_CHECK;
command_run command_replay MUST_CHECK;
command_run command_check MUST_CHECK;
command_run command_formats MUST_CHECK;
command_run command_help MUST_CHECK;
command_run command_version MUST_CHECK;

#endif
