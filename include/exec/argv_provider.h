/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The interface of providers: they complete arguments and environment that a stack dump lacks.
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
 * Complete ARGUMENTS and ENVIRONMENT, as far as in WANTS (ARGV_WANT_*), for the exec of process PID
 * (tgid, as in our /proc) whose dump is STACK. What is not proven to be of this exec is left
 * unchanged. New strings are borrowed until the next call. Returns 0 or -ENOMEM.
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
