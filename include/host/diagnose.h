/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Explains why the kernel refused: adds cause and remedy to an error, from the state of the host.
 */
#ifndef PXT_HOST_DIAGNOSE_H
#define PXT_HOST_DIAGNOSE_H

#include "base/error.h"
#include "host/state.h"

/*
 * Explain the failure of perf_event_open with CODE (negative errno): append the cause to ERR->what
 * and set the remedy. The cause is the paranoid level, a missing capability, a user namespace, a
 * seccomp filter, lockdown or a kernel without perf, according to FACTS. An ERR that has a remedy,
 * and one whose CODE is no refusal, stay unchanged. Returns CODE.
 */
int diagnose_refusal(const struct host_facts *facts, int code, struct error *err);

/* Explain the failure to find tracefs or to read a format file from it, in the same way. */
int diagnose_tracefs(const struct host_facts *facts, int code, struct error *err);

#endif
