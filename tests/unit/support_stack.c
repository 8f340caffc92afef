/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "support_stack.h"

#include <elf.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/load.h"

#define AUX_PAIRS 8

static uint32_t strings_size(const char *const *strings, uint32_t *count)
{
	size_t size = 0;

	for (*count = 0; strings[*count]; (*count)++)
		size += strlen(strings[*count]) + 1;
	return (uint32_t)size;
}

uint64_t stack_address(const struct made_stack *made, uint32_t offset)
{
	return made->stack.pointer + offset;
}

void stack_store(struct made_stack *made, uint32_t word, uint64_t value)
{
	unsigned char *at = (unsigned char *)made->stack.bytes + word * made->stack.word_size;
	uint32_t narrow = (uint32_t)value;

	if (made->stack.word_size == sizeof(narrow)) {
		narrow = load32(&narrow, made->stack.swap);
		memcpy(at, &narrow, sizeof(narrow));
	} else {
		value = load64(&value, made->stack.swap);
		memcpy(at, &value, sizeof(value));
	}
}

/* Pointers from WORD on, and the strings from OFFSET on; the word behind the NULL. */
static uint32_t put_strings(struct made_stack *made, uint32_t word, uint32_t offset,
			    const char *const *strings)
{
	for (; *strings; strings++) {
		stack_store(made, word++, stack_address(made, offset));
		strcpy((char *)made->stack.bytes + offset, *strings);
		offset += (uint32_t)strlen(*strings) + 1;
	}
	stack_store(made, word++, 0);
	return word;
}

/* AT_SECURE comes last of those that matter, as in real stacks. */
static void put_auxv(struct made_stack *made, uint32_t word, const struct credentials *credentials)
{
	const uint64_t pairs[AUX_PAIRS][2] = {
		{AT_PAGESZ, 4096},
		{AT_UID, credentials->uid},
		{AT_EUID, credentials->euid},
		{AT_GID, credentials->gid},
		{AT_EGID, credentials->egid},
		{AT_SECURE, credentials->secure},
		{AT_RANDOM, 0xdead},
		{AT_NULL, 0},
	};

	for (uint32_t i = 0; i < AUX_PAIRS; i++) {
		stack_store(made, word + 2 * i, pairs[i][0]);
		stack_store(made, word + 2 * i + 1, pairs[i][1]);
	}
	made->aux_end = (word + 2 * 6) * made->stack.word_size;
}

void stack_make(struct made_stack *made, const struct stack_plan *plan)
{
	uint32_t argc, envc;
	uint32_t argv_size = strings_size(plan->argv, &argc);
	uint32_t env_size = strings_size(plan->envp, &envc);
	uint32_t tables = (3 + argc + envc + 2 * AUX_PAIRS) * plan->word_size;

	*made = (struct made_stack){
		.argc = argc,
		.envc = envc,
		.env_null = 2 + argc + envc,
		.argv_at = tables + plan->gap,
		.env_at = tables + plan->gap + argv_size,
		.env_end = tables + plan->gap + argv_size + env_size,
	};
	made->stack = (struct user_stack){
		.bytes = calloc(1, made->env_end),
		.size = made->env_end,
		.word_size = plan->word_size,
		.swap = plan->swap,
		.pointer = plan->word_size == 4 ? 0xffa01230 : UINT64_C(0x7ffc00001230),
	};
	assert_non_null(made->stack.bytes);
	stack_store(made, 0, argc);
	uint32_t word = put_strings(made, 1, made->argv_at, plan->argv);
	word = put_strings(made, word, made->env_at, plan->envp);
	put_auxv(made, word, &plan->credentials);
}

void stack_done(struct made_stack *made)
{
	free((void *)made->stack.bytes);
}

/* u64 stack pointer, u64 word size, both little-endian; the dump. */
void stack_load(struct made_stack *made, const char *name)
{
	char path[128];
	uint64_t head[2];
	size_t length;

	snprintf(path, sizeof(path), "fixtures/stacks/%s.bin", name);
	char *bytes = load_file(path, &length);
	assert_true(length > sizeof(head));
	memcpy(head, bytes, sizeof(head));
	memmove(bytes, bytes + sizeof(head), length - sizeof(head));
	*made = (struct made_stack){
		.stack =
			{
				.bytes = (unsigned char *)bytes,
				.size = (uint32_t)(length - sizeof(head)),
				.word_size = (uint8_t)le64toh(head[1]),
				.swap = __BYTE_ORDER == __BIG_ENDIAN,
				.pointer = le64toh(head[0]),
			},
	};
}
