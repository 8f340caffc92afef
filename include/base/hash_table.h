/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uthash, as all tables here use it.
 *
 * Keys come from captures and from processes, who may choose them so that all fall into one bucket
 * of a hash function that is known: this one has a key of its own in each run. Out of memory leaves
 * a table as it was; uthash clears hh.tbl of what it did not add.
 */
#ifndef PXT_BASE_HASH_TABLE_H
#define PXT_BASE_HASH_TABLE_H

#include "base/keyed_hash.h"

#define HASH_NONFATAL_OOM 1
#define HASH_FUNCTION(key, length, hash) ((hash) = (unsigned int)keyed_hash((key), (length)))
#include <uthash.h>

#endif
