/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parses decimal numbers that a user typed: digits only, without sign or blanks.
 */
#ifndef PXT_BASE_NUMBER_H
#define PXT_BASE_NUMBER_H

#include <stdint.h>

#include "base/compiler.h"

/*
 * Parse the digits at *TEXT as a number from MIN to MAX and move *TEXT behind them. Returns 0, or
 * -EINVAL with *TEXT and *NUMBER unchanged.
 */
int number_take(const char **text, uint64_t min, uint64_t max, uint64_t *number) MUST_CHECK;

/* Parse all of TEXT. Returns 0, or -EINVAL with *NUMBER unchanged. */
int number_parse(const char *text, uint64_t min, uint64_t max, uint64_t *number) MUST_CHECK;

/*
 * Parse all of TEXT as seconds with at most nine decimals, such as "0.5", above 0 and up to MAX_S.
 * Returns 0, or -EINVAL with *NS unchanged.
 */
int number_parse_seconds(const char *text, uint64_t max_s, uint64_t *ns) MUST_CHECK;

#endif
