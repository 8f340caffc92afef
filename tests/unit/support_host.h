/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hosts under fixtures/hosts.
 */
#ifndef PXT_TESTS_SUPPORT_HOST_H
#define PXT_TESTS_SUPPORT_HOST_H

#include "host/state.h"

/* The facts of the tree at PATH, where the perf_event_open probe answers PERF_ERRNO. */
struct host_state host_at(const char *path, int perf_errno);

#endif
