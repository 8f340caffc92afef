/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes what `check` found as one JSON object (docs/check.schema.json).
 */
#ifndef PXT_CLI_CHECK_JSON_H
#define PXT_CLI_CHECK_JSON_H

#include "cli/check_advice.h"
#include "cli/check_row.h"
#include "cli/check_state.h"
#include "sink/text/json_writer.h"

/* Begin the object, with the state of the host. Rows follow, then the end. */
void check_json_begin(struct json_writer *json, const struct check *check);
void check_json_row(struct json_writer *json, const struct check_row *row);
void check_json_end(struct json_writer *json, enum verdict worst,
		    const struct check_advice *advice);

#endif
