/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec/argv_proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/files.h"
#include "event/facts.h"
#include "exec/addresses.h"
#include "exec/proc_exec.h"
#include "exec/stack.h"

/* The kernel takes no more than 6 MiB of both (bprm_stack_limits(), fs/exec.c). */
#define STRINGS_MAX ((size_t)8 * 1024 * 1024)

struct proc_provider {
	struct argv_provider base;
	int proc_fd;
	const struct env_selection *selection;
	struct buffer argv, envp; /* as /proc has them */
	struct buffer variables;  /* those that are selected */
};

/* ---- reading ---- */

static int read_strings(const struct proc_provider *provider, int32_t pid, const char *name,
			struct buffer *buffer)
{
	char path[32];

	snprintf(path, sizeof(path), "%d/%s", pid, name);
	return file_read_all(provider->proc_fd, path, STRINGS_MAX, buffer);
}

/* ---- proof ---- */

/* Returns whether the exec that left STACK put STRINGS between START and END. */
static bool is_area(const struct user_stack *stack, const struct stack_tables *tables,
		    enum stack_area area, uint64_t start, uint64_t end,
		    const struct buffer *strings)
{
	const struct text text = {strings->bytes, strings->size};
	uint64_t expected;

	return stack_area_start(stack, tables, area, &expected) && start == expected &&
	       end - start == text.length && stack_confirms(stack, tables, area, text);
}

/* Those of WANTS that are read, and are of the exec that left STACK. */
static unsigned int proven(const struct proc_provider *provider, int32_t pid,
			   const struct user_stack *stack, const struct stack_tables *tables,
			   unsigned int wants)
{
	struct addresses addresses;
	unsigned int found = 0;

	if (!proc_exec_addresses(provider->proc_fd, pid, stack->pointer, &addresses))
		return 0;
	if (wants & ARGV_WANT_ARGUMENTS && is_area(stack, tables, STACK_ARGV, addresses.arg_start,
						   addresses.arg_end, &provider->argv))
		found |= ARGV_WANT_ARGUMENTS;
	if (wants & ARGV_WANT_ENVIRONMENT && is_area(stack, tables, STACK_ENVP, addresses.env_start,
						     addresses.env_end, &provider->envp))
		found |= ARGV_WANT_ENVIRONMENT;
	return found && proc_exec_is_random(provider->proc_fd, pid) ? found : 0;
}

/* ---- the provider ---- */

/* Those of WANTS that could be read; -ENOMEM. */
static int read_wanted(struct proc_provider *provider, int32_t pid, unsigned int wants)
{
	int argv = wants & ARGV_WANT_ARGUMENTS
			   ? read_strings(provider, pid, "cmdline", &provider->argv)
			   : -ENOENT;
	int envp = wants & ARGV_WANT_ENVIRONMENT
			   ? read_strings(provider, pid, "environ", &provider->envp)
			   : -ENOENT;

	if (argv == -ENOMEM || envp == -ENOMEM)
		return -ENOMEM;
	return (argv == 0 ? (int)ARGV_WANT_ARGUMENTS : 0) |
	       (envp == 0 ? (int)ARGV_WANT_ENVIRONMENT : 0);
}

static void set_arguments(const struct stack_tables *tables, const struct buffer *strings,
			  struct arguments *arguments)
{
	*arguments = (struct arguments){
		.argc = tables->argc,
		.known = {.bytes = {strings->bytes, strings->size},
			  .count = (uint32_t)tables->argc},
		.complete = true,
		.source = ARGV_PROC,
	};
}

static int set_environment(struct proc_provider *provider, const struct stack_tables *tables,
			   struct environment *environment)
{
	const struct string_list strings = {
		.bytes = {provider->envp.bytes, provider->envp.size},
		.count = tables->env_count,
	};

	return env_selection_take(provider->selection, &strings, &provider->variables, environment);
}

static int proc_complete(struct argv_provider *base, int32_t pid, const struct user_stack *stack,
			 unsigned int wants, struct arguments *arguments,
			 struct environment *environment)
{
	struct proc_provider *provider = (struct proc_provider *)base;
	struct stack_tables tables;

	stack_tables_find(stack, &tables);
	if (tables.argc < 0 || pid <= 0)
		return 0;
	int read = read_wanted(provider, pid, wants);
	if (read <= 0)
		return read;
	unsigned int found = proven(provider, pid, stack, &tables, (unsigned int)read);
	if (found & ARGV_WANT_ENVIRONMENT && set_environment(provider, &tables, environment) < 0)
		return -ENOMEM;
	if (found & ARGV_WANT_ARGUMENTS)
		set_arguments(&tables, &provider->argv, arguments);
	return 0;
}

static void proc_free(struct argv_provider *base)
{
	struct proc_provider *provider = (struct proc_provider *)base;

	buffer_done(&provider->argv);
	buffer_done(&provider->envp);
	buffer_done(&provider->variables);
	free(provider);
}

static const struct argv_provider_ops proc_ops = {
	.complete = proc_complete,
	.free = proc_free,
};

struct argv_provider *argv_proc_new(int proc_fd, const struct env_selection *selection)
{
	struct proc_provider *provider = calloc(1, sizeof(*provider));

	if (!provider)
		return NULL;
	provider->base.ops = &proc_ops;
	provider->proc_fd = proc_fd;
	provider->selection = selection;
	return &provider->base;
}
