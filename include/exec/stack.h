/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parses the dump of the user stack at the end of an exec: argc, argv pointers, NULL, envp
 * pointers, NULL, the auxiliary vector, a gap, and the strings. The gap may contain a page that was
 * never touched; the dump ends there.
 *
 * The kernel stores the strings one after the other, arguments first (create_elf_tables(),
 * fs/binfmt_elf.c). Strings and pointers in another layout are not the kernel's and count as not
 * known. The work is bounded by the size of the dump, whatever it contains.
 */
#ifndef PXT_EXEC_STACK_H
#define PXT_EXEC_STACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "event/event.h"
#include "event/facts.h"
#include "exec/env_selection.h"

/* The positions of the tables, in words from the stack pointer up. */
struct stack_tables {
	int64_t argc;        /* -1: not known, and then nothing else is */
	uint32_t argv_count; /* argv pointers in the dump, from word 1 on */
	uint32_t env_count;  /* envp pointers in the dump */
	bool env_is_whole;   /* all envp pointers are */
	uint32_t auxv;       /* first word of the auxiliary vector; 0: not in the dump */
};

/* Find the tables in STACK, which may contain anything or be empty. */
void stack_tables_find(const struct user_stack *stack, struct stack_tables *tables);

/* Get the arguments up to the first that is not whole in the dump; borrowed from STACK. */
void stack_arguments(const struct user_stack *stack, const struct stack_tables *tables,
		     struct arguments *arguments);

/*
 * Copy the variables of SELECTION to BUFFER if the whole environment is in the dump; else
 * ENVIRONMENT is not known. Returns 0 or -ENOMEM.
 */
int stack_environment(const struct user_stack *stack, const struct stack_tables *tables,
		      const struct env_selection *selection, struct buffer *buffer,
		      struct environment *environment) MUST_CHECK;

/* Whether all arguments, all of the environment, are whole in the dump. */
bool stack_has_arguments(const struct user_stack *stack, const struct stack_tables *tables);
bool stack_has_environment(const struct user_stack *stack, const struct stack_tables *tables);

/*
 * Get the credentials from the auxiliary vector (getauxval(3)); known only if all five entries are
 * in the dump.
 */
void stack_credentials(const struct user_stack *stack, const struct stack_tables *tables,
		       struct credentials *credentials);

/* The strings of argv, the strings of the environment. */
enum stack_area { STACK_ARGV, STACK_ENVP };

/* Get the address of AREA's first string. Returns false if it has none or it is not in the dump. */
bool stack_area_start(const struct user_stack *stack, const struct stack_tables *tables,
		      enum stack_area area, uint64_t *start);

/*
 * Returns whether STRINGS, from elsewhere, agree with AREA of the dump in their number, in the
 * pointer to each, and in every byte that is in the dump.
 */
bool stack_confirms(const struct user_stack *stack, const struct stack_tables *tables,
		    enum stack_area area, struct text strings);

#endif
