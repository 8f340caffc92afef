/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/stop.h"

#include <signal.h>

static volatile sig_atomic_t asked;

void stop_ask(void)
{
	asked = 1;
}

bool stop_is_asked(void)
{
	return asked != 0;
}
