/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec/argv_kept.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/hash_table.h"
#include "exec/stack.h"

/* Address space randomisation makes the stack pointer tell one exec of a pid from the next. */
struct key {
	uint64_t pointer;
	int64_t pid;
};

struct entry {
	struct key key;
	UT_hash_handle hh;
	bool has_arguments, has_environment;
	enum argv_source source;                   /* of the arguments */
	struct string_list arguments, environment; /* in `bytes` */
	size_t size;
	char bytes[];
};

struct kept {
	struct argv_provider provider;
	const struct env_selection *selection;
	struct entry *entries; /* uthash keeps the order of insertion: the oldest is the head */
	size_t size;
	struct entry *given;       /* taken out; its strings are still borrowed */
	struct buffer environment; /* what was selected of it */
};

static void take_out(struct kept *kept, struct entry *entry)
{
	HASH_DEL(kept->entries, entry);
	kept->size -= entry->size;
}

static struct entry *find(const struct kept *kept, const struct key *key)
{
	struct entry *entry;

	HASH_FIND(hh, kept->entries, key, sizeof(*key), entry);
	return entry;
}

static struct string_list copy(const struct string_list *from, char *to)
{
	struct string_list copied = {.count = from->count};

	if (from->bytes.length > 0)
		memcpy(to, from->bytes.bytes, from->bytes.length);
	copied.bytes = (struct text){to, from->bytes.length};
	return copied;
}

static struct entry *make_entry(const struct key *key, const struct string_list *arguments,
				enum argv_source source, const struct string_list *environment)
{
	static const struct string_list none = {{NULL, 0}, 0};
	const struct string_list *argv = arguments ? arguments : &none;
	const struct string_list *env = environment ? environment : &none;
	size_t size = sizeof(struct entry) + argv->bytes.length + env->bytes.length;
	struct entry *entry = malloc(size);

	if (!entry)
		return NULL;
	*entry = (struct entry){
		.key = *key,
		.has_arguments = arguments != NULL,
		.has_environment = environment != NULL,
		.source = source,
		.arguments = copy(argv, entry->bytes),
		.environment = copy(env, entry->bytes + argv->bytes.length),
		.size = size,
	};
	return entry;
}

int argv_kept_add(struct argv_provider *provider, int32_t pid, uint64_t pointer,
		  const struct string_list *arguments, enum argv_source source,
		  const struct string_list *environment)
{
	struct kept *kept = (struct kept *)provider;
	const struct key key = {pointer, pid};
	struct entry *old = find(kept, &key);

	/* Arguments and environment come in two notes. */
	if (old && !arguments && old->has_arguments) {
		arguments = &old->arguments;
		source = old->source;
	}
	if (old && !environment && old->has_environment)
		environment = &old->environment;
	struct entry *entry = make_entry(&key, arguments, source, environment);
	if (!entry)
		return -ENOMEM;
	if (old) {
		take_out(kept, old);
		free(old);
	}
	HASH_ADD(hh, kept->entries, key, sizeof(entry->key), entry);
	if (!entry->hh.tbl) {
		free(entry);
		return -ENOMEM;
	}
	kept->size += entry->size;
	while (kept->size > ARGV_KEPT_MAX && kept->entries != entry) {
		old = kept->entries;
		take_out(kept, old);
		free(old);
	}
	return 0;
}

/* Without randomisation the stack pointer may be that of another exec. */
static bool is_of_that_exec(const struct entry *entry, const struct user_stack *stack)
{
	struct stack_tables tables;

	stack_tables_find(stack, &tables);
	return !entry->has_arguments ||
	       stack_confirms(stack, &tables, STACK_ARGV, entry->arguments.bytes);
}

static int kept_complete(struct argv_provider *provider, int32_t pid,
			 const struct user_stack *stack, unsigned int wants,
			 struct arguments *arguments, struct environment *environment)
{
	struct kept *kept = (struct kept *)provider;
	const struct key key = {stack->pointer, pid};
	struct entry *entry = find(kept, &key);

	if (!entry)
		return 0;
	take_out(kept, entry);
	free(kept->given);
	kept->given = entry;
	if (!is_of_that_exec(entry, stack))
		return 0;
	if (wants & ARGV_WANT_ARGUMENTS && entry->has_arguments)
		*arguments = (struct arguments){
			.argc = entry->arguments.count,
			.known = entry->arguments,
			.complete = true,
			.source = entry->source,
		};
	if (!(wants & ARGV_WANT_ENVIRONMENT) || !entry->has_environment || !kept->selection)
		return 0;
	return env_selection_take(kept->selection, &entry->environment, &kept->environment,
				  environment);
}

static void kept_free(struct argv_provider *provider)
{
	struct kept *kept = (struct kept *)provider;

	while (kept->entries) {
		struct entry *entry = kept->entries;

		take_out(kept, entry);
		free(entry);
	}
	free(kept->given);
	buffer_done(&kept->environment);
	free(kept);
}

static const struct argv_provider_ops kept_ops = {.complete = kept_complete, .free = kept_free};

struct argv_provider *argv_kept_new(const struct env_selection *selection)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	if (!kept)
		return NULL;
	kept->provider.ops = &kept_ops;
	kept->selection = selection;
	return &kept->provider;
}
