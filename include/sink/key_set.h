/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A set of numbers, such as pids or hashes.
 */
#ifndef PXT_SINK_KEY_SET_H
#define PXT_SINK_KEY_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct key;

/* All zero is an empty one. */
struct key_set {
	struct key *keys;
};

bool key_set_has(const struct key_set *set, uint64_t key);

/* Returns 1 where KEY is new, 0 where SET has it, -ENOMEM. */
int key_set_add(struct key_set *set, uint64_t key) MUST_CHECK;

/* Remove KEY, which SET need not have. */
void key_set_remove(struct key_set *set, uint64_t key);

/* Free the memory. */
void key_set_done(struct key_set *set);

#endif
