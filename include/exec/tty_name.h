/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names terminals by their device numbers, as ps(1) does: "pts/3", "tty1", "ttyS0".
 */
#ifndef PXT_EXEC_TTY_NAME_H
#define PXT_EXEC_TTY_NAME_H

#include <stdint.h>

#define TTY_NAME_ROOM 64

/*
 * Write the name of the terminal with the number TTY_NR of /proc/PID/stat to NAME, as SYS_FD, a
 * directory fd of /sys, has it: "MAJOR:MINOR" where it has none, "" for TTY_NR 0, no terminal.
 */
void tty_name(int sys_fd, uint32_t tty_nr, char name[TTY_NAME_ROOM]);

#endif
