/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uthash with a keyed hash function, so that nobody can choose keys that all fall into one bucket:
 * keys come from captures and from processes.
 *
 * Without memory a table stays as it was, and hh.tbl of the element that was not added is NULL.
 */
#ifndef PXT_BASE_HASH_TABLE_H
#define PXT_BASE_HASH_TABLE_H

#include "base/keyed_hash.h"

#define HASH_NONFATAL_OOM 1
#define HASH_FUNCTION(key, length, hash) ((hash) = (unsigned int)keyed_hash((key), (length)))
#include <uthash.h>

#endif
