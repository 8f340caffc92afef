/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_DEFAULT 80

unsigned int terminal_width(int fd)
{
	struct winsize size;

	if (!isatty(fd))
		return 0;
	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : WIDTH_DEFAULT;
}

bool terminal_wants_color(int fd, enum terminal_color when)
{
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

	if (when != TERMINAL_COLOR_AUTO)
		return when == TERMINAL_COLOR_ALWAYS;
	return isatty(fd) && (!no_color || !*no_color) && terminal && *terminal &&
	       strcmp(terminal, "dumb") != 0;
}
