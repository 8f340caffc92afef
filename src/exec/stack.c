/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec/stack.h"

#include <elf.h>
#include <limits.h>
#include <string.h>

#include "base/compiler.h"
#include "base/load.h"

#define ARGV_WORD 1U /* behind argc */

/* Some of the strings of a stack, as the tables number them: arguments, then environment. */
struct span {
	uint32_t first;
	uint32_t count;     /* of all that there are */
	uint32_t in_tables; /* of those whose pointers are in the dump */
};

/* ---- words ---- */

static uint32_t word_count(const struct user_stack *stack)
{
	return stack->size / stack->word_size;
}

static uint64_t load_word(const struct user_stack *stack, uint32_t word)
{
	const unsigned char *at = stack->bytes + (size_t)word * stack->word_size;

	return stack->word_size == sizeof(uint32_t) ? load32(at, stack->swap)
						    : load64(at, stack->swap);
}

static bool is_readable(const struct user_stack *stack)
{
	return stack->bytes &&
	       (stack->word_size == sizeof(uint32_t) || stack->word_size == sizeof(uint64_t)) &&
	       stack->size >= stack->word_size;
}

/* ---- tables ---- */

/* Words from FIRST on that are no NULL. */
static uint32_t count_pointers(const struct user_stack *stack, uint32_t first, uint32_t limit)
{
	uint32_t words = word_count(stack), count = 0;

	while (count < limit && first + count < words && load_word(stack, first + count) != 0)
		count++;
	return count;
}

/* Returns whether the dump has ARGC pointers to arguments and a NULL, or cuts them. */
static bool is_argv(const struct user_stack *stack, uint64_t argc, uint32_t count)
{
	uint32_t end = ARGV_WORD + count;

	return end >= word_count(stack) || (count == argc && load_word(stack, end) == 0);
}

static void find_env(const struct user_stack *stack, struct stack_tables *tables)
{
	uint32_t words = word_count(stack);
	uint32_t first = ARGV_WORD + tables->argv_count + 1;

	if (tables->argv_count < tables->argc || first > words)
		return;
	tables->env_count = count_pointers(stack, first, UINT32_MAX);
	tables->env_is_whole = first + tables->env_count < words;
	if (tables->env_is_whole)
		tables->auxv = first + tables->env_count + 1;
}

void stack_tables_find(const struct user_stack *stack, struct stack_tables *tables)
{
	*tables = (struct stack_tables){.argc = -1};
	if (!is_readable(stack))
		return;
	/* The kernel stores an int. */
	uint64_t argc = load_word(stack, 0);
	if (argc > INT_MAX)
		return;
	uint32_t count = count_pointers(stack, ARGV_WORD, (uint32_t)argc);
	if (!is_argv(stack, argc, count))
		return;
	tables->argc = (int64_t)argc;
	tables->argv_count = count;
	find_env(stack, tables);
}

/* ---- strings ---- */

static struct span argv_span(const struct stack_tables *tables)
{
	return (struct span){
		.count = tables->argc > 0 ? (uint32_t)tables->argc : 0,
		.in_tables = tables->argv_count,
	};
}

static struct span env_span(const struct stack_tables *tables)
{
	return (struct span){
		.first = tables->argv_count,
		.count = tables->env_count,
		.in_tables = tables->env_count,
	};
}

/* The address of string NUMBER; 0 where the dump does not have it. */
static uint64_t string_address(const struct user_stack *stack, const struct stack_tables *tables,
			       uint32_t number)
{
	bool is_argument = number < tables->argv_count;

	if (number >= tables->argv_count + tables->env_count)
		return 0;
	/* A NULL is between the two tables. */
	return load_word(stack, ARGV_WORD + number + !is_argument);
}

/* The bytes of the dump from ADDRESS on. */
static struct text bytes_from(const struct user_stack *stack, uint64_t address)
{
	uint64_t offset = address - stack->pointer;

	if (address < stack->pointer || offset > stack->size)
		offset = stack->size;
	return (struct text){(const char *)stack->bytes + offset, (size_t)(stack->size - offset)};
}

/*
 * Walk the strings of SPAN through BYTES, which start where the first one does, until one is not
 * whole, or the next one is not right behind it. Returns how many are, and *SIZE, their bytes.
 */
static uint32_t walk_strings(const struct user_stack *stack, const struct stack_tables *tables,
			     const struct span *span, struct text bytes, size_t *size)
{
	uint64_t start = string_address(stack, tables, span->first);
	uint32_t count = 0;

	*size = 0;
	while (count < span->count && *size < bytes.length) {
		const char *nul = memchr(bytes.bytes + *size, '\0', bytes.length - *size);

		if (!nul)
			break;
		size_t end = (size_t)(nul - bytes.bytes) + 1;
		uint64_t next = string_address(stack, tables, span->first + count + 1);
		if (next != 0 && next != start + end)
			break;
		*size = end;
		count++;
	}
	return count;
}

/* Those strings of SPAN, from its first one on, that are whole in the dump. */
static struct string_list whole_strings(const struct user_stack *stack,
					const struct stack_tables *tables, struct span span)
{
	uint64_t start = string_address(stack, tables, span.first);
	struct text bytes = bytes_from(stack, start);

	span.count = span.in_tables;
	uint32_t count = walk_strings(stack, tables, &span, bytes, &bytes.length);
	return (struct string_list){.bytes = bytes, .count = count};
}

/* ---- what they say ---- */

void stack_arguments(const struct user_stack *stack, const struct stack_tables *tables,
		     struct arguments *arguments)
{
	*arguments = (struct arguments){.argc = tables->argc, .source = ARGV_NONE};
	if (tables->argc < 0)
		return;
	arguments->known = whole_strings(stack, tables, argv_span(tables));
	arguments->complete = arguments->known.count == tables->argc;
	arguments->source = ARGV_STACK;
}

/* The environment starts where the arguments end: it is only known where these are, too. */
static bool find_variables(const struct user_stack *stack, const struct stack_tables *tables,
			   struct string_list *strings)
{
	*strings = (struct string_list){0};
	if (!tables->env_is_whole)
		return false;
	if (tables->env_count > 0 &&
	    whole_strings(stack, tables, argv_span(tables)).count == tables->argv_count)
		*strings = whole_strings(stack, tables, env_span(tables));
	return strings->count == tables->env_count;
}

int stack_environment(const struct user_stack *stack, const struct stack_tables *tables,
		      const struct env_selection *selection, struct buffer *buffer,
		      struct environment *environment)
{
	struct string_list strings;

	if (find_variables(stack, tables, &strings))
		return env_selection_take(selection, &strings, buffer, environment);
	*environment = (struct environment){0};
	return 0;
}

bool stack_has_arguments(const struct user_stack *stack, const struct stack_tables *tables)
{
	return tables->argc >= 0 &&
	       whole_strings(stack, tables, argv_span(tables)).count == tables->argc;
}

bool stack_has_environment(const struct user_stack *stack, const struct stack_tables *tables)
{
	struct string_list strings;

	return find_variables(stack, tables, &strings);
}

/* The auxiliary entries that credentials are made of: the first of each type counts. */
static const uint8_t id_types[] = {AT_UID, AT_EUID, AT_GID, AT_EGID, AT_SECURE};
#define IDS ARRAY_SIZE(id_types)

/* Returns the index of TYPE in id_types, IDS for others. */
static size_t id_index(uint64_t type)
{
	size_t i = 0;

	while (i < IDS && id_types[i] != type)
		i++;
	return i;
}

/* Read the values of id_types to IDS. False where one is not in the dump or more than 32 bits. */
static bool find_ids(const struct user_stack *stack, const struct stack_tables *tables,
		     uint32_t ids[IDS])
{
	uint32_t words = tables->auxv > 0 ? word_count(stack) : 0;
	unsigned int found = 0;

	for (uint32_t at = tables->auxv; at + 1 < words && found != (1U << IDS) - 1; at += 2) {
		const uint64_t type = load_word(stack, at);
		/* Most types, and AT_NULL, are none of them. */
		const size_t i = type >= AT_UID && type <= AT_SECURE ? id_index(type) : IDS;

		if (type == AT_NULL)
			return false;
		if (i == IDS || (found & 1U << i) != 0)
			continue;
		const uint64_t wide = load_word(stack, at + 1);
		if (wide > UINT32_MAX)
			return false;
		ids[i] = (uint32_t)wide;
		found |= 1U << i;
	}
	return found == (1U << IDS) - 1;
}

void stack_credentials(const struct user_stack *stack, const struct stack_tables *tables,
		       struct credentials *credentials)
{
	uint32_t ids[IDS];

	*credentials = (struct credentials){0};
	if (!find_ids(stack, tables, ids))
		return;
	*credentials = (struct credentials){
		.known = true,
		.uid = ids[0],
		.euid = ids[1],
		.gid = ids[2],
		.egid = ids[3],
		.secure = ids[4] != 0,
	};
}

/* ---- the same strings from elsewhere ---- */

static struct span area_span(const struct stack_tables *tables, enum stack_area area)
{
	return area == STACK_ARGV ? argv_span(tables) : env_span(tables);
}

bool stack_area_start(const struct user_stack *stack, const struct stack_tables *tables,
		      enum stack_area area, uint64_t *start)
{
	const struct span span = area_span(tables, area);

	if (span.in_tables == 0 || (area == STACK_ENVP && !tables->env_is_whole))
		return false;
	*start = string_address(stack, tables, span.first);
	return true;
}

bool stack_confirms(const struct user_stack *stack, const struct stack_tables *tables,
		    enum stack_area area, struct text strings)
{
	const struct span span = area_span(tables, area);
	uint64_t start;
	size_t size;

	if (!stack_area_start(stack, tables, area, &start) ||
	    walk_strings(stack, tables, &span, strings, &size) < span.count ||
	    size < strings.length)
		return false;
	struct text dumped = bytes_from(stack, start);
	size_t both = dumped.length < size ? dumped.length : size;
	return memcmp(dumped.bytes, strings.bytes, both) == 0;
}
