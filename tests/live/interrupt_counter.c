/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says "ready", then how many interrupts came within half a second of the first, and leaves with 6.
 */
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t count;

static void on_interrupt(int signal)
{
	(void)signal;
	count++;
}

static void wait_ms(long ms)
{
	struct timespec left = {.tv_nsec = ms * 1000000};

	while (nanosleep(&left, &left) < 0)
		;
}

int main(void)
{
	const struct sigaction action = {.sa_handler = on_interrupt};

	sigaction(SIGINT, &action, NULL);
	puts("ready");
	fflush(stdout);
	/* Not for ever, should none come. */
	for (int i = 0; i < 400 && count == 0; i++)
		wait_ms(50);
	wait_ms(500);
	printf("interrupts: %d\n", (int)count);
	return 6;
}
