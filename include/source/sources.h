/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The sources that a live trace can choose among (-b), the best first.
 */
#ifndef PXT_SOURCE_SOURCES_H
#define PXT_SOURCE_SOURCES_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/error.h"
#include "source/source.h"

/* Ended by NULL. */
extern const struct source_type *const source_types[];

/* The type of this NAME; NULL: there is none. */
const struct source_type *source_type_find(const char *name);

/* Write "auto, A, B or C" to NAMES, which has SIZE bytes. */
void source_type_names(char *names, size_t size);

/*
 * Whether TYPE can give what REQUEST asks for, on any host: 0, or -EINVAL with ERR naming the
 * option that it cannot serve.
 */
int source_type_serves(const struct source_type *type, const struct request *request,
		       struct error *err) MUST_CHECK;

/*
 * Open REQUEST->backend, or where that is NULL the first type that serves REQUEST and opens; with
 * -v notices tell which did not and why. Returns 0 with *SOURCE, or a negative errno with ERR
 * filled: that of the best type where none opens.
 */
int sources_open(const struct request *request, const struct source_host *host,
		 struct source **source, struct error *err) MUST_CHECK;

#endif
