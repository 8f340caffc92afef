/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signals as something to poll: SIGINT, SIGTERM and SIGHUP ask for a clean end, SIGCHLD says that
 * COMMAND may have ended. From a stop signal on, SIGALRM interrupts whatever blocks, so that a
 * reader who takes nothing holds nobody up (write_all.h). A second one of the same stop signal has
 * its default effect.
 *
 * With stop.h the only mutable global state of the program: a handler has no other place to write
 * to.
 */
#ifndef PXT_RUN_SIGNALS_H
#define PXT_RUN_SIGNALS_H

#include <stdbool.h>

#include "base/compiler.h"

/*
 * Install the handlers, and ignore SIGPIPE and SIGXFSZ: a write then says EPIPE or EFBIG. Returns a
 * descriptor that becomes readable with every signal, or a negative errno.
 */
int signals_install(void) MUST_CHECK;

/* Make the descriptor unreadable until the next signal. */
void signals_clear_wake(int wake_fd);

/* The stop signal that came, 0: none. *FROM_PROCESS: not the terminal sent it. */
int signals_stop(bool *from_process);

#endif
