/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "diff/commands.h"
#include "diff/findings.h"
#include "diff/matching.h"
#include "diff/normalise.h"
#include "diff/pid_set.h"
#include "diff/report.h"
#include "fuzz.h"
#include "sink/out_buffer.h"

/* Larger ones only take longer. */
#define INPUT_MAX 8192U

/* Bits of the byte that each command begins with. */
#define OF_B 1U
#define INCOMPLETE 2U
#define FAILED 4U
#define RUNS_SHIFT 4U

struct sides {
	struct commands sets[SIDES];
	struct normaliser normalisers[SIDES];
};

static struct text normalised(const struct normaliser *normaliser, struct text text,
			      enum normalised what, struct buffer *out)
{
	normalise(normaliser, text, what, out);
	must_hold(!out->failed, "there is memory");
	return (struct text){out->bytes, out->size};
}

/* "BYTE program NUL word NUL word NUL". */
static void add_command(struct sides *sides, const char *bytes, size_t size)
{
	const unsigned int flags = (unsigned char)bytes[0];
	const enum side side = flags & OF_B ? SIDE_B : SIDE_A;
	const struct normaliser *normaliser = &sides->normalisers[side];
	const size_t length = strnlen(bytes + 1, size - 1);
	const struct text argv = {bytes + 1, size - 1};
	struct buffer buffers[3] = {0};
	const struct command_line line = {
		.program = {bytes + 1, length},
		.argv = normalised(normaliser, argv, NORMALISED_ALL, &buffers[0]),
		.numbered = normalised(normaliser, argv, NORMALISED_BUT_PIDS, &buffers[1]),
		.complete = !(flags & INCOMPLETE),
	};
	struct ran_command *command = commands_get(&sides->sets[side], &line);

	must_hold(command != NULL, "there is memory");
	for (unsigned int i = 0; i <= flags >> RUNS_SHIFT; i++) {
		const struct exit_status status = {.known = true, .code = flags & FAILED ? 1 : 0};

		command_began(&sides->sets[side], command);
		must_hold(command_ended(command, &status) == 0, "there is memory");
	}
	for (unsigned int i = 0; i < 3; i++)
		buffer_done(&buffers[i]);
}

/* Commands end with a line's end. */
static void add_commands(struct sides *sides, const char *bytes, size_t size)
{
	while (size > 0) {
		const char *newline = memchr(bytes, '\n', size);
		const size_t length = newline ? (size_t)(newline - bytes) : size;
		char line[INPUT_MAX + 1];

		/* As argv, it ends with a NUL. */
		memcpy(line, bytes, length);
		line[length] = '\0';
		if (length > 1)
			add_command(sides, line, length + 1);
		bytes += newline ? length + 1 : length;
		size -= newline ? length + 1 : length;
	}
}

/* Every run is there once: with its twin's, in a pair, or as one that only SIDE has. */
static void check_sums(const struct findings *findings, enum side side)
{
	uint64_t runs = 0;

	for (const struct ran_command *command = findings->sets[side]->by_key; command;
	     command = command->hh.next) {
		const struct commands *other = findings->sets[side == SIDE_A ? SIDE_B : SIDE_A];
		const struct ran_command *same =
			command->line.complete ? commands_find(other, command) : NULL;

		runs += command->surplus;
		if (same)
			runs += same->runs < command->runs ? same->runs : command->runs;
	}
	for (size_t i = 0; i < findings->matching.pair_count; i++)
		runs += findings->matching.pairs[i].runs;
	must_hold(runs == findings->sets[side]->runs, "all runs are accounted for");
}

static void report(const struct findings *findings, const struct sides *sides)
{
	const struct report of = {
		.findings = findings,
		.names = {"a", "b"},
		.normalisers = {&sides->normalisers[SIDE_A], &sides->normalisers[SIDE_B]},
	};
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	const struct sink_context context = {.output = out_buffer_new(fd), .width = 60};
	FILE *out = fdopen(dup(fd), "w");

	must_hold(out && context.output, "there is memory");
	must_hold(report_text(&of, &context) == 0, "all is written");
	report_json(&of, out);
	fclose(out);
	out_buffer_free(context.output);
	close(fd);
}

void fuzz_diff(const uint8_t *bytes, size_t size)
{
	struct pid_set pids = {0};
	struct sides sides = {0};
	struct commands *const sets[SIDES] = {&sides.sets[SIDE_A], &sides.sets[SIDE_B]};
	struct findings findings = {0};

	if (size > INPUT_MAX)
		return;
	must_hold(pid_set_add(&pids, 1234) == 0, "there is memory");
	sides.normalisers[SIDE_A].alive = sides.normalisers[SIDE_A].seen = &pids;
	must_hold(normaliser_add_directory(&sides.normalisers[SIDE_A], (struct text){"/a", 2}) == 0,
		  "there is memory");
	add_commands(&sides, (const char *)bytes, size);
	must_hold(findings_make(&findings, sets) == 0, "there is memory");
	check_sums(&findings, SIDE_A);
	check_sums(&findings, SIDE_B);
	report(&findings, &sides);
	findings_done(&findings);
	for (unsigned int side = 0; side < SIDES; side++) {
		commands_done(&sides.sets[side]);
		normaliser_done(&sides.normalisers[side]);
	}
	pid_set_done(&pids);
}
