/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * User stacks as an exec leaves them: built by hand, and real ones from fixtures/stacks.
 */
#ifndef PXT_TESTS_SUPPORT_STACK_H
#define PXT_TESTS_SUPPORT_STACK_H

#include "event/event.h"
#include "event/facts.h"
#include "support.h"

/* What a stack is built from; the lists end in NULL. */
struct stack_plan {
	uint8_t word_size;
	bool swap;
	const char *const *argv, *const *envp;
	uint32_t gap; /* bytes between tables and strings */
	struct credentials credentials;
};

struct made_stack {
	struct user_stack stack; /* its bytes are ours */
	uint32_t argc, envc;
	uint32_t env_null;                 /* the word that ends envp */
	uint32_t aux_end;                  /* where the credentials are all there, in bytes */
	uint32_t argv_at, env_at, env_end; /* the strings, in bytes */
};

/* The layout of create_elf_tables(), fs/binfmt_elf.c. Free with stack_done(). */
void stack_make(struct made_stack *made, const struct stack_plan *plan);
void stack_done(struct made_stack *made);

/* Overwrite a word. */
void stack_store(struct made_stack *made, uint32_t word, uint64_t value);

/* The address of the byte at OFFSET. */
uint64_t stack_address(const struct made_stack *made, uint32_t offset);

/* The dump fixtures/stacks/NAME.bin: only `stack` is filled. Free with stack_done(). */
void stack_load(struct made_stack *made, const char *name);

#endif
