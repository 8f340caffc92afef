/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The smallest process there is to start: it ends at once, or with the argument "wait" when it is
 * killed. */
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "wait") == 0)
		pause();
	return 0;
}
