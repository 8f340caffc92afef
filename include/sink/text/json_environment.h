/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An environment as a JSON object and a list. Entries may be any strings: without '=', with a
 * repeated name, or a name that is not UTF-8. The object has the first entry of each UTF-8 name, as
 * getenv(3) finds it; the list has all other entries.
 */
#ifndef PXT_SINK_TEXT_JSON_ENVIRONMENT_H
#define PXT_SINK_TEXT_JSON_ENVIRONMENT_H

#include <stddef.h>

#include "base/compiler.h"
#include "event/facts.h"

struct variable;

/* All 0 at first; json_environment_read() can be called again and again. */
struct json_environment {
	struct variable *items;
	size_t count, capacity;
};

/* Replace the content by ENTRIES, whose texts are borrowed. Returns 0 or -ENOMEM. */
int json_environment_read(struct json_environment *environment,
			  struct string_list entries) MUST_CHECK;

/* Free the memory. */
void json_environment_done(struct json_environment *environment);

/*
 * Write the object to OUT, which has JSON_TEXT_ROOM() (sink/text/json_text.h) of the length of all
 * entries, and JSON_TEXT_ROOM(0) for each. Returns the end.
 */
char *json_environment_put(char *out, const struct json_environment *environment);

/* Write the list of the other entries to OUT, likewise. Returns the end. */
char *json_environment_put_others(char *out, const struct json_environment *environment);

#endif
