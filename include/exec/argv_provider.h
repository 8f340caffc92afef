/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A provider of arguments and environment that a stack dump lacks: one interface, several sources.
 */
#ifndef PXT_EXEC_ARGV_PROVIDER_H
#define PXT_EXEC_ARGV_PROVIDER_H

#include <stdint.h>

#include "base/compiler.h"
#include "event/event.h"
#include "event/facts.h"

#define ARGV_WANT_ARGUMENTS 1U
#define ARGV_WANT_ENVIRONMENT 2U

struct argv_provider;

struct argv_provider_ops {
	int (*complete)(struct argv_provider *provider, int32_t pid, const struct user_stack *stack,
			unsigned int wants, struct arguments *arguments,
			struct environment *environment);
	void (*free)(struct argv_provider *provider);
};

/* The first member of every provider. */
struct argv_provider {
	const struct argv_provider_ops *ops;
};

/*
 * Complete ARGUMENTS and ENVIRONMENT, those of them that WANTS (ARGV_WANT_*) has, of the exec that
 * left STACK, by process PID (tgid, as our own /proc shows it). What is not proven to be of that
 * very exec stays as it is. New strings are borrowed until the next call. Returns 0, -ENOMEM.
 */
static inline MUST_CHECK int argv_provider_complete(struct argv_provider *provider, int32_t pid,
						    const struct user_stack *stack,
						    unsigned int wants, struct arguments *arguments,
						    struct environment *environment)
{
	return provider->ops->complete(provider, pid, stack, wants, arguments, environment);
}

static inline void argv_provider_free(struct argv_provider *provider)
{
	if (provider)
		provider->ops->free(provider);
}

#endif
