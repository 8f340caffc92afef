/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The smallest process there is to start: it ends at once, or with an argument when it is killed.
 */
#include <unistd.h>

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		pause();
	return 0;
}
