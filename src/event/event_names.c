/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "event/event_names.h"

#include <string.h>

const char *const event_names[EVENT_NAMES] = {
	[EVENT_FORK] = "fork",
	[EVENT_EXEC] = "exec",
	[EVENT_EXIT] = "exit",
	[EVENT_EXEC_FAILED] = "exec_failed",
};

unsigned int event_bit_of_name(const char *name, size_t length)
{
	for (unsigned int i = 0; i < EVENT_NAMES; i++) {
		if (strlen(event_names[i]) == length && memcmp(event_names[i], name, length) == 0)
			return EVENT_BIT(i);
	}
	return 0;
}
