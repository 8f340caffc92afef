/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The name of a program in trees and summaries.
 */
#ifndef PXT_SINK_TEXT_PROGRAM_NAME_H
#define PXT_SINK_TEXT_PROGRAM_NAME_H

#include <stdbool.h>

#include "base/text.h"
#include "event/facts.h"

/*
 * Returns whether FILENAME is a link or a descriptor of proc(5), so that its last part names no
 * program: /proc/self/exe, /proc/PID/fd/N, /dev/fd/N (execveat(2), fexecve(3)).
 */
bool program_is_nameless(struct text filename);

/*
 * The name of a program: FILENAME without its folders. Where that is nameless, argv[0] of ARGUMENTS
 * without its folders and without a login shell's dash, if it is known and is a word: what its
 * caller says. Else COMM, the task's name. Borrowed from one of them.
 */
struct text program_name(struct text filename, const struct arguments *arguments, struct text comm);

#endif
