/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <endian.h>
#include <string.h>

#include "exec/addresses.h"
#include "exec/stack.h"
#include "fuzz.h"

#define FLAG_NARROW 1U
#define FLAG_SWAP 2U

/* LIST is so many strings, and nothing else. */
static void check_list(const struct string_list *list)
{
	size_t nuls = 0;

	for (size_t i = 0; i < list->bytes.length; i++)
		nuls += list->bytes.bytes[i] == '\0';
	must_hold(nuls == list->count, "each string ends in a NUL");
	must_hold(list->bytes.length == 0 || list->bytes.bytes[list->bytes.length - 1] == '\0',
		  "the last one, too");
}

static void check_arguments(const struct user_stack *stack, const struct stack_tables *tables)
{
	struct arguments arguments;
	const unsigned char *start;

	stack_arguments(stack, tables, &arguments);
	check_list(&arguments.known);
	must_hold(arguments.complete == (arguments.known.count == arguments.argc),
		  "all are known, or it is not complete");
	if (arguments.known.count == 0)
		return;
	start = (const unsigned char *)arguments.known.bytes.bytes;
	must_hold(start >= stack->bytes &&
			  start + arguments.known.bytes.length <= stack->bytes + stack->size,
		  "they are in the dump");
	must_hold(stack_confirms(stack, tables, STACK_ARGV, arguments.known.bytes) ==
			  arguments.complete,
		  "what the dump says, it confirms");
}

static void check_environment(const struct user_stack *stack, const struct stack_tables *tables)
{
	static const struct env_selection all = {.all = true};
	static struct buffer buffer;
	struct environment environment;

	must_hold(stack_environment(stack, tables, &all, &buffer, &environment) == 0,
		  "there is memory");
	must_hold(environment.known || environment.entries.count == 0, "it is known, or empty");
	check_list(&environment.entries);
}

void fuzz_stack(const uint8_t *bytes, size_t size)
{
	struct stack_tables tables;
	struct credentials credentials;
	struct addresses addresses;
	uint64_t pointer;

	if (size < 1 + sizeof(pointer))
		return;
	memcpy(&pointer, bytes + 1, sizeof(pointer));
	const struct user_stack stack = {
		.bytes = bytes + 1 + sizeof(pointer),
		.size = (uint32_t)(size - 1 - sizeof(pointer)),
		.word_size = bytes[0] & FLAG_NARROW ? 4 : 8,
		.swap = ((bytes[0] & FLAG_SWAP) != 0) != (__BYTE_ORDER == __BIG_ENDIAN),
		.pointer = le64toh(pointer),
	};
	stack_tables_find(&stack, &tables);
	check_arguments(&stack, &tables);
	check_environment(&stack, &tables);
	stack_credentials(&stack, &tables, &credentials);
	must_hold(addresses_parse((const char *)bytes, size, &addresses) <= 0,
		  "any text is one or is none");
}
