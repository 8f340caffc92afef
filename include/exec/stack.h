/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parses the user stack that an exec leaves: argc, argv pointers, NULL, envp pointers, NULL, the
 * auxiliary vector, a gap, and the strings. The gap may hold a page that was never touched; the
 * dump ends there.
 *
 * The kernel lays the strings out one after the other, arguments first (create_elf_tables(),
 * fs/binfmt_elf.c). Strings and pointers that say otherwise are not the kernel's, and what they say
 * counts as not known. The work is bounded by the size of the dump, whatever is in it.
 */
#ifndef PXT_EXEC_STACK_H
#define PXT_EXEC_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "event/event.h"
#include "event/facts.h"
#include "exec/env_selection.h"

/* Where the tables are. Words are numbered from the stack pointer up. */
struct stack_tables {
	int64_t argc;        /* -1: not known, and nothing else is */
	uint32_t argv_count; /* pointers to arguments that are in the dump, from word 1 on */
	uint32_t env_count;  /* pointers to the environment that are in the dump */
	bool env_is_whole;   /* these are all */
	uint32_t auxv;       /* the first word of it; 0: it is not in the dump */
};

/* Find the tables in STACK, which may hold anything, or nothing. */
void stack_tables_find(const struct user_stack *stack, struct stack_tables *tables);

/* The arguments that are whole in the dump, up to the first that is not: borrowed from STACK. */
void stack_arguments(const struct user_stack *stack, const struct stack_tables *tables,
		     struct arguments *arguments);

/*
 * The variables that SELECTION asks for, copied to BUFFER, where the whole environment is in the
 * dump; else ENVIRONMENT is not known. Returns 0 or -ENOMEM.
 */
int stack_environment(const struct user_stack *stack, const struct stack_tables *tables,
		      const struct env_selection *selection, struct buffer *buffer,
		      struct environment *environment) MUST_CHECK;

/* Whether all arguments, all of the environment, are whole in the dump. */
bool stack_has_arguments(const struct user_stack *stack, const struct stack_tables *tables);
bool stack_has_environment(const struct user_stack *stack, const struct stack_tables *tables);

/* From the auxiliary vector (getauxval(3)); known only where all five entries are in the dump. */
void stack_credentials(const struct user_stack *stack, const struct stack_tables *tables,
		       struct credentials *credentials);

/* The strings of argv, the strings of the environment. */
enum stack_area { STACK_ARGV, STACK_ENVP };

/* The address of AREA's first string; false where the dump has it not, or there is none. */
bool stack_area_start(const struct user_stack *stack, const struct stack_tables *tables,
		      enum stack_area area, uint64_t *start);

/*
 * Returns whether STRINGS, read from elsewhere, agree with AREA of the dump: their number, the
 * pointer of each, and every byte that the dump has.
 */
bool stack_confirms(const struct user_stack *stack, const struct stack_tables *tables,
		    enum stack_area area, struct text strings);

#endif
