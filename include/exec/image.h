/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds the image of an exec (arguments, environment, credentials) from its stack dump and a
 * provider.
 */
#ifndef PXT_EXEC_IMAGE_H
#define PXT_EXEC_IMAGE_H

#include "base/compiler.h"
#include "event/event.h"
#include "event/facts.h"
#include "exec/argv_provider.h"
#include "exec/env_selection.h"

struct image_maker {
	const struct env_selection *selection; /* borrowed; NULL: no environment is wanted */
	struct argv_provider *provider;        /* borrowed; NULL: nothing completes a dump */
	struct buffer environment;
	struct exec_image image; /* the last one built */
	unsigned int completed;  /* what the provider completed in it (ARGV_WANT_*) */
};

/*
 * Build the image of EVENT, an EXEC, and set it in EVENT; it borrows from EVENT and MAKER until the
 * next call. Returns 0 or -ENOMEM.
 */
int image_make(struct image_maker *maker, struct event *event) MUST_CHECK;

void image_maker_done(struct image_maker *maker);

#endif
