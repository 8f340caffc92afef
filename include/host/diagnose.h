/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a refused system call and the host's facts to a cause and a remedy in words.
 */
#ifndef PXT_HOST_DIAGNOSE_H
#define PXT_HOST_DIAGNOSE_H

#include "base/error.h"
#include "host/state.h"

/*
 * Complete ERR, which says what failed with CODE (negative errno) in perf_event_open: append the
 * cause, told apart by FACTS (paranoid level, missing capability, user namespace, seccomp filter,
 * lockdown, a kernel without perf), and set the remedy. An ERR that has a remedy already, and a
 * CODE that is no refusal, stay as they are. Returns CODE.
 */
int diagnose_refusal(const struct host_facts *facts, int code, struct error *err);

/* The same for what failed in finding tracefs or in reading a format file from it. */
int diagnose_tracefs(const struct host_facts *facts, int code, struct error *err);

#endif
