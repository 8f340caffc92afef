/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/check_row.h"

#include <assert.h>

#include "base/compiler.h"
#include "event/event.h"
#include "event/facts.h"

void check_tells(const struct source_type *type, const char *tells[CHECK_TELLS_MAX])
{
	const struct {
		bool told;
		const char *word;
	} all[] = {
		{type->events & EVENT_BIT(EVENT_FORK), "forks"},
		{type->events & EVENT_BIT(EVENT_EXEC), "execs"},
		{type->events & EVENT_BIT(EVENT_EXIT), "exits"},
		{type->serves & NEED_TASKS, "parents"},
		{type->serves & NEED_ARGUMENTS, "arguments"},
		{type->has_users, "users"},
		{type->serves & NEED_STATUS, "exit statuses"},
		{type->serves & NEED_CGROUP, "cgroups"},
	};
	size_t count = 0;

	static_assert(ARRAY_SIZE(all) < CHECK_TELLS_MAX, "all words and the NULL have room");
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		if (all[i].told)
			tells[count++] = all[i].word;
	}
	tells[count] = NULL;
}
