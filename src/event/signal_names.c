/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "event/signal_names.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/compiler.h"
#include "base/number.h"

#define PREFIX "SIG"

/* By number, not by this host's SIG… macros: a capture may be from elsewhere. */
static const char *const signals[] = {
	[1] = "SIGHUP",       [2] = "SIGINT",       [3] = "SIGQUIT",      [4] = "SIGILL",
	[5] = "SIGTRAP",      [6] = "SIGABRT",      [7] = "SIGBUS",       [8] = "SIGFPE",
	[9] = "SIGKILL",      [10] = "SIGUSR1",     [11] = "SIGSEGV",     [12] = "SIGUSR2",
	[13] = "SIGPIPE",     [14] = "SIGALRM",     [15] = "SIGTERM",     [16] = "SIGSTKFLT",
	[17] = "SIGCHLD",     [18] = "SIGCONT",     [19] = "SIGSTOP",     [20] = "SIGTSTP",
	[21] = "SIGTTIN",     [22] = "SIGTTOU",     [23] = "SIGURG",      [24] = "SIGXCPU",
	[25] = "SIGXFSZ",     [26] = "SIGVTALRM",   [27] = "SIGPROF",     [28] = "SIGWINCH",
	[29] = "SIGIO",       [30] = "SIGPWR",      [31] = "SIGSYS",      [34] = "SIGRTMIN",
	[35] = "SIGRTMIN+1",  [36] = "SIGRTMIN+2",  [37] = "SIGRTMIN+3",  [38] = "SIGRTMIN+4",
	[39] = "SIGRTMIN+5",  [40] = "SIGRTMIN+6",  [41] = "SIGRTMIN+7",  [42] = "SIGRTMIN+8",
	[43] = "SIGRTMIN+9",  [44] = "SIGRTMIN+10", [45] = "SIGRTMIN+11", [46] = "SIGRTMIN+12",
	[47] = "SIGRTMIN+13", [48] = "SIGRTMIN+14", [49] = "SIGRTMIN+15", [50] = "SIGRTMIN+16",
	[51] = "SIGRTMIN+17", [52] = "SIGRTMIN+18", [53] = "SIGRTMIN+19", [54] = "SIGRTMIN+20",
	[55] = "SIGRTMIN+21", [56] = "SIGRTMIN+22", [57] = "SIGRTMIN+23", [58] = "SIGRTMIN+24",
	[59] = "SIGRTMIN+25", [60] = "SIGRTMIN+26", [61] = "SIGRTMIN+27", [62] = "SIGRTMIN+28",
	[63] = "SIGRTMIN+29", [64] = "SIGRTMIN+30",
};

const char *signal_name(int32_t signal)
{
	return signal >= 0 && (size_t)signal < ARRAY_SIZE(signals) ? signals[signal] : NULL;
}

static int number_of_name(const char *name, int32_t *signal)
{
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (signals[i] && strcmp(signals[i] + strlen(PREFIX), name) == 0) {
			*signal = (int32_t)i;
			return 0;
		}
	}
	return -EINVAL;
}

int signal_number(const char *text, int32_t *signal)
{
	bool has_prefix = strncmp(text, PREFIX, strlen(PREFIX)) == 0;
	const char *name = has_prefix ? text + strlen(PREFIX) : text;
	uint64_t number;

	if (!has_prefix || number_parse(name, 1, SIGNAL_MAX, &number) < 0)
		return number_of_name(name, signal);
	*signal = (int32_t)number;
	return 0;
}
