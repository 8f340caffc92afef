/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Removes the events of tools that were killed: the kernel keeps what they had defined.
 */
#ifndef PXT_PROBE_LEFT_EVENTS_H
#define PXT_PROBE_LEFT_EVENTS_H

/*
 * Remove, through FD (dynamic_events_open()), every event of ours in the directory TRACEFS whose
 * owner is gone: no process of PROC_FD, a directory fd of /proc, has its pid and its start, or that
 * one is a zombie. Returns how many there were.
 */
int left_events_remove(const char *tracefs, int fd, int proc_fd);

#endif
