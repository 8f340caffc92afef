/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names and processes of live tasks, by tid, for sources whose events do not tell them.
 */
#ifndef PXT_SOURCE_NAMES_H
#define PXT_SOURCE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"

struct names;

/* Returns NULL without memory. */
struct names *names_new(void);
void names_free(struct names *names);

/* Set the name of TID, of process TGID; NULL bytes: it is not known. Returns 0 or -ENOMEM. */
int names_set(struct names *names, int32_t tid, int32_t tgid, struct text comm) MUST_CHECK;

/* Returns the name of TID, borrowed until it is set or forgotten; NULL bytes: not known. */
struct text names_of(const struct names *names, int32_t tid);

/* Returns TGID where that is alive, else any thread of that process; TGID too where none is. */
int32_t names_thread_of(const struct names *names, int32_t tgid);

/* Whether process TGID has a live thread other than TID. */
bool names_has_others(const struct names *names, int32_t tid, int32_t tgid);

void names_forget(struct names *names, int32_t tid);

#endif
