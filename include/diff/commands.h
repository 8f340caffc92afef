/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands that a capture ran: each distinct command line once, with how often it ran, how it
 * ended and how long it took. Memory is bounded by what is distinct.
 */
#ifndef PXT_DIFF_COMMANDS_H
#define PXT_DIFF_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/hash_table.h"
#include "base/text.h"
#include "event/facts.h"

/* A command line, normalised; all borrowed. */
struct command_line {
	struct text program;  /* the file, without a NUL */
	struct text argv;     /* words with a NUL behind each; empty: none is known */
	struct text numbered; /* the same with the pids that `argv` has replaced */
	bool complete;        /* `argv` is all of it */
};

/* Runs that ended alike. */
struct ending {
	int32_t code, signal; /* as in struct exit_status */
	uint64_t runs;
};

/* A sum of times. */
struct spent {
	uint64_t runs; /* of which the time is known */
	uint64_t ns;
};

struct ran_command {
	struct command_line line; /* its own */
	const char *name;         /* the last part of the program's path, in `line` */
	uint64_t runs;
	struct ending *endings; /* those that are known */
	size_t ending_count, ending_capacity;
	struct spent wall, cpu;

	/* Of the comparison */
	struct ran_command *twin; /* what is compared with it on the other side; NULL: nothing */
	uint64_t surplus;         /* runs that the other side does not have */

	UT_hash_handle hh;
	char key[]; /* program, NUL, whether complete, argv; and `numbered` behind it */
};

/* All 0 is an empty one. Walk it by `hh.next`, in the order of their first runs. */
struct commands {
	struct ran_command *by_key;
	uint64_t runs;
	uint64_t with_arguments; /* of the runs, those of which arguments are known */
	uint64_t incomplete;     /* of the runs, those of which not all are */
	uint64_t lost;           /* events */
};

/* The command of LINE, new or known; its address stays the same. NULL without memory. */
struct ran_command *commands_get(struct commands *commands, const struct command_line *line);

struct ran_command *commands_find(const struct commands *commands, const struct ran_command *like);

/* Count a run that began; its arguments are known where the command's are. */
void command_began(struct commands *commands, struct ran_command *command);

/* Note how a run ended, which need not be known. Returns 0 or -ENOMEM. */
int command_ended(struct ran_command *command, const struct exit_status *status) MUST_CHECK;

/* Add the time of one run, or all of another sum. */
void spent_add(struct spent *spent, uint64_t ns);
void spent_merge(struct spent *sum, const struct spent *spent);

/* The mean of SPENT in ns; -1: of no run is it known. */
int64_t spent_mean(const struct spent *spent);

/* Fill OUT with what becomes of COMMAND's line; borrowed until the next one. 0 or -ENOMEM. */
typedef int rewrite_line(void *context, const struct ran_command *command,
			 struct command_line *out);

/*
 * Give all commands the lines that REWRITE makes of theirs; those that become equal are one then.
 * What the commands were stays in BEFORE (free with commands_done()), where `twin` is what each has
 * become. Returns 0 or -ENOMEM, after which both can only be freed.
 */
int commands_rewrite(struct commands *commands, rewrite_line *rewrite, void *context,
		     struct commands *before) MUST_CHECK;

/*
 * Forget all arguments, so that commands of one program are one. Returns 0 or -ENOMEM, after which
 * COMMANDS can only be freed.
 */
int commands_forget_arguments(struct commands *commands) MUST_CHECK;

void commands_done(struct commands *commands);

#endif
