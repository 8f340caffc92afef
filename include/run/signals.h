/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals as something to poll: SIGINT, SIGTERM and SIGHUP ask for a clean end, SIGCHLD says that
 * COMMAND may have ended. From a stop signal on, SIGALRM interrupts whatever blocks, so that a
 * reader who takes nothing holds nobody up (write_all.h). A stop signal has its default effect
 * again 150 ms after a stop is due (stop.h): after the first one, or the second of a trace of
 * COMMAND. Until then the same signal counts as one: timeout(1) sends two at once.
 *
 * With stop.h the only mutable global state of the program: a handler has no other place to write
 * to.
 */
#ifndef PXT_RUN_SIGNALS_H
#define PXT_RUN_SIGNALS_H

#include <stdbool.h>

#include "base/compiler.h"

/*
 * Install the handlers, and ignore SIGPIPE and SIGXFSZ: a write then says EPIPE or EFBIG. With
 * OF_COMMAND the first stop signal only asks for a stop, and the second makes it due. Returns a
 * descriptor that becomes readable with every signal, or a negative errno.
 */
int signals_install(bool of_command) MUST_CHECK;

/* Of several descriptors of signals_install(), have WAKE_FD become readable, not the last one. */
void signals_wake(int wake_fd);

/* Make the descriptor unreadable until the next signal. */
void signals_clear_wake(int wake_fd);

/* Stop signals, up to now. */
struct stop_signals {
	unsigned int count;
	int last;          /* valid where `count` is not 0 */
	bool from_process; /* not the terminal sent the last one */
};

struct stop_signals signals_stops(void);

#endif
