/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/PID/mountinfo (proc_pid_mountinfo(5)).
 */
#ifndef PXT_HOST_MOUNTINFO_H
#define PXT_HOST_MOUNTINFO_H

/* Undo, in place, the \ooo that stand for blanks and the like (mangle_path(), fs/seq_file.c). */
void mountinfo_unescape(char *text);

#endif
