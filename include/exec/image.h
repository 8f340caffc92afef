/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds the image of an exec (arguments, environment, credentials) from its stack dump and a
 * provider.
 */
#ifndef PXT_EXEC_IMAGE_H
#define PXT_EXEC_IMAGE_H

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/error.h"
#include "event/event.h"
#include "event/facts.h"
#include "exec/argv_provider.h"
#include "exec/at_exec_kept.h"
#include "exec/env_selection.h"

struct image_maker {
	const struct env_selection *selection; /* borrowed; NULL: no environment is wanted */
	struct argv_provider *provider;        /* borrowed; NULL: nothing completes a dump */
	struct at_exec_kept *at_exec;          /* borrowed; NULL: nothing of /proc is wanted */
	struct buffer environment;
	struct exec_image image; /* the last one built */
};

/*
 * Prepare MAKER, all zero, for the environment that --env TEXT selects (NULL: none); it borrows
 * SELECTION, which is filled. Returns 0, or a negative errno with ERR filled.
 */
int image_maker_init(struct image_maker *maker, const char *text, struct env_selection *selection,
		     struct error *err) MUST_CHECK;

/*
 * Build the image of EVENT, an EXEC, and set it in EVENT; it borrows from EVENT and MAKER
 * until the next call. Returns 0 or -ENOMEM.
 */
int image_make(struct image_maker *maker, struct event *event) MUST_CHECK;

void image_maker_done(struct image_maker *maker);

#endif
