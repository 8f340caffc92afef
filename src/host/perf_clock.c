/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/perf_clock.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/files.h"

/* Inode of the initial time namespace: PROC_TIME_INIT_INO of include/linux/proc_ns.h. */
#define INITIAL_NAMESPACE 0xEFFFFFFAU

/* Between two readings of a clock, more is an interruption. */
#define UNDISTURBED_NS 200000U
#define TRIES 3

int64_t perf_clock_parse_shift(const char *text)
{
	const char *line = strstr(text, "monotonic");
	int64_t seconds, ns, shift;

	if (!line || sscanf(line, "monotonic %" SCNd64 " %" SCNd64, &seconds, &ns) != 2 ||
	    __builtin_mul_overflow(seconds, (int64_t)NS_PER_S, &shift) ||
	    __builtin_add_overflow(shift, ns, &shift))
		return 0;
	return shift;
}

static int64_t read_shift(void)
{
	char text[256];
	struct stat namespace;

	/* The offsets are those of our children, who may be in another one than we are. */
	if (stat("/proc/self/ns/time", &namespace) < 0 || namespace.st_ino == INITIAL_NAMESPACE)
		return 0;
	ssize_t got = file_read_at(AT_FDCWD, "/proc/self/timens_offsets", text, sizeof(text));
	return got > 0 ? perf_clock_parse_shift(text) : 0;
}

/* It cannot change: offsets are writable only until somebody is in the namespace. */
static uint64_t shift_ns(void)
{
	static bool known;
	static int64_t shift;

	if (!known)
		shift = read_shift();
	known = true;
	return (uint64_t)shift;
}

uint64_t perf_clock_now_ns(void)
{
	return clock_now_ns(CLOCK_MONOTONIC) - shift_ns();
}

bool perf_clock_wall_offset(int64_t *offset_ns)
{
	for (int i = 0; i < TRIES; i++) {
		uint64_t before = perf_clock_now_ns();
		uint64_t wall = clock_now_ns(CLOCK_REALTIME);
		uint64_t after = perf_clock_now_ns();

		*offset_ns = (int64_t)(wall - (before + (after - before) / 2));
		if (after - before < UNDISTURBED_NS)
			return true;
	}
	return false;
}
