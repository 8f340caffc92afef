/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The exit codes and signals of --exit.
 */
#ifndef PXT_FILTER_EXIT_LIST_H
#define PXT_FILTER_EXIT_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/error.h"
#include "event/facts.h"

/* All 0: an empty list. */
struct exit_list {
	bool is_set;         /* it has an item */
	uint64_t codes[4];   /* a bit each, 0 to 255 */
	uint64_t signals[2]; /* a bit each, 1 to SIGNAL_MAX */
};

/*
 * Parse TEXT, "ITEM[,ITEM]…": exit codes, 0 to 255, and signals as signal_number() takes them.
 * Returns 0 with LIST replaced, or -EINVAL with ERR filled and LIST unchanged.
 */
int exit_list_parse(struct exit_list *list, const char *text, struct error *err) MUST_CHECK;

/* Returns whether STATUS is known and its code or signal is in LIST. */
bool exit_list_has(const struct exit_list *list, const struct exit_status *status);

#endif
