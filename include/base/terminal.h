/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a descriptor is a terminal, how wide it is, and whether to use colour on it.
 */
#ifndef PXT_BASE_TERMINAL_H
#define PXT_BASE_TERMINAL_H

#include <stdbool.h>

/* The width of the terminal FD in columns, 80 where it does not tell; 0: FD is no terminal. */
unsigned int terminal_width(int fd);

enum terminal_color {
	TERMINAL_COLOR_AUTO,
	TERMINAL_COLOR_ALWAYS,
	TERMINAL_COLOR_NEVER,
};

/*
 * Whether to use colour on FD. AUTO: where it is a terminal that shows colour and the user does not
 * refuse it: NO_COLOR is unset or empty (no-color.org), TERM is set, not empty and not "dumb"
 * (terminfo(5)).
 */
bool terminal_wants_color(int fd, enum terminal_color when);

#endif
