/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Starts a program as a child of ours in a clean state: standard input from /dev/null, an
 * environment of its own, default signals, no inherited files, and a process group of its own, so
 * that an interrupt from the terminal is ours to pass on. The kernel kills it when we die.
 */
#ifndef PXT_SOURCE_SPAWN_H
#define PXT_SOURCE_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

#include "base/compiler.h"

/* Most programs print to a terminal line by line, and keep back what is for a pipe. */
enum spawn_output {
	SPAWN_PIPE,
	SPAWN_TERMINAL, /* one that changes no byte */
};

struct spawned {
	pid_t pid;
	int out_fd, err_fd; /* its standard output and error; reads do not wait */
};

/*
 * Find program NAME in PATH and where the system's own are; write its path to PATH, which has SIZE
 * bytes. Returns 0 or -ENOENT.
 */
int spawn_find(const char *name, char *path, size_t size) MUST_CHECK;

/*
 * Start ARGV, whose first is a path, with the variables of EXTRA (NULL-ended, "NAME=value") beside
 * PATH and LC_ALL=C, its standard output an OUTPUT. Where tracefs is not mounted, the child sees
 * one of its own, if we may mount. Returns 0 with *SPAWNED, whose pid is to be reaped and whose fds
 * are to be closed; or a negative errno. A program that cannot be executed says so on its standard
 * error and ends with status 127.
 */
int spawn(char *const argv[], const char *const extra[], enum spawn_output output,
	  struct spawned *spawned) MUST_CHECK;

#endif
