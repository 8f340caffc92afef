/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Directories that execs ran in, kept from when they were read until the exec's turn comes.
 */
#ifndef PXT_EXEC_CWDS_H
#define PXT_EXEC_CWDS_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"

/* The most bytes that are kept; beyond that the oldest are dropped. */
#define CWDS_MAX (4U * 1024U * 1024U)

struct cwds;

/* Returns NULL without memory. */
struct cwds *cwds_new(void);

void cwds_free(struct cwds *cwds);

/*
 * Keep a copy of CWD for the exec of PID that left its stack pointer at POINTER, in place of an
 * earlier one. Returns 0 or -ENOMEM.
 */
int cwds_add(struct cwds *cwds, int32_t pid, uint64_t pointer, struct text cwd) MUST_CHECK;

/* Take it out again; NULL: none is kept. Borrowed until the next call. */
struct text cwds_take(struct cwds *cwds, int32_t pid, uint64_t pointer);

#endif
