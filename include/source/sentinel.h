/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sentinel is a process of ours whose whole life we know: what a tracer prints of it shows
 * whether that tracer is attached, and whether it is right.
 *
 * We fork a parent, which takes a random name and forks a child; that executes a shell by a random
 * spelling of its path, and both leave.
 */
#ifndef PXT_SOURCE_SENTINEL_H
#define PXT_SOURCE_SENTINEL_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "event/comm.h"

/* Of the path, NUL included: shorter than what any backend shows of one. */
#define SENTINEL_PATH_SIZE 120

/* On whichever CPU. */
#define SENTINEL_ANY_CPU (-1)

struct sentinel {
	int32_t parent, child;     /* pids; 0: none has been sent */
	char name[TASK_COMM_SIZE]; /* of the parent, and of the child up to its exec */
	char path[SENTINEL_PATH_SIZE];
	const char *new_name;         /* of the child from there on */
	int32_t prio;                 /* of both; EVENT_NO_PRIO: not known */
	uint64_t before_ns, after_ns; /* it lived between, by the host's CLOCK_MONOTONIC */
};

/*
 * Send one and wait for its end, some ms. Runs on CPU. Returns 0; a negative errno with ERR filled;
 * -EINVAL where CPU is not one that we may run on.
 */
int sentinel_send(struct sentinel *sentinel, int cpu, struct error *err) MUST_CHECK;

#endif
