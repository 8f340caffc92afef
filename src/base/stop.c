/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/stop.h"

#include <signal.h>

static volatile sig_atomic_t asked = STOP_NONE;

void stop_ask(enum stop stage)
{
	if ((int)stage > asked)
		asked = (int)stage;
}

bool stop_is_asked(void)
{
	return asked >= STOP_ASKED;
}

bool stop_is_due(void)
{
	return asked >= STOP_DUE;
}
