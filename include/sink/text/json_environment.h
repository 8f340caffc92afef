/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An environment as a JSON object, though its entries may be any strings: some have no '=', a name
 * may stand there twice, and need not be UTF-8. The object has the first entry of each name that is
 * UTF-8, which is what getenv(3) gives; all others go to a list.
 */
#ifndef PXT_SINK_TEXT_JSON_ENVIRONMENT_H
#define PXT_SINK_TEXT_JSON_ENVIRONMENT_H

#include <stddef.h>

#include "base/compiler.h"
#include "event/facts.h"

struct variable;

/* Begins as all 0; can be read into any number of times. */
struct json_environment {
	struct variable *items;
	size_t count, capacity;
};

/* Take over ENTRIES, which are borrowed. Returns 0 or -ENOMEM. */
int json_environment_read(struct json_environment *environment,
			  struct string_list entries) MUST_CHECK;
void json_environment_done(struct json_environment *environment);

/* Write the object to OUT, which has JSON_TEXT_ROOM() for its texts (sink/text/json_text.h) and as
 * much for each entry, and return the end. */
char *json_environment_put(char *out, const struct json_environment *environment);

/* The same for the list of the others, each a whole entry. */
char *json_environment_put_others(char *out, const struct json_environment *environment);

#endif
