/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/options.h"
#include "fuzz.h"
#include "run/replay.h"

/* Larger ones only take longer. */
#define CAPTURE_MAX 65536U

#define WORDS_MAX 40U

/* In the order of the byte that chooses, as are the filters: append only, the corpus goes by it. */
static const char *const views[][7] = {
	{"-Fpipe"},
	{"-x", "--env=all", "-T"},
	{"-Fjson", "--env=PATH,HOME"},
	{"-Ftable", "-T"},
	{"-Ftree"},
	{"-S"},
	{"-x", "--raw"},
	{"--raw"},
	{"-Fjson", "--usage", "--cwd", "--exe", "--session", "--units"},
	{"-S", "--usage"},
	{"-Fjson", "--env=all", "--redact-regex=[0-9]+"},
	{"-Fcompile-commands"},
};

/* A bit each, of the second byte and the third. */
static const char *const filters[][4] = {
	{"--all"},         {"-p1,2,700", "-f"},
	{"-eexec,exit"},   {"--no-threads"},
	{"--failed"},      {"--name=^(s|t)", "--args=."},
	{"-P1"},           {"-c/system.slice"},
	{"-u0"},           {"-d1"},
	{"-n5"},           {"-p4000,4242"},
	{"--exit=1,KILL"}, {"--formats=amd64-6.1.0-50"},
	{"-eexit"},        {"--no-threads", "-x", "--max-arg-bytes=3"},
};

struct words {
	const char *words[WORDS_MAX];
	size_t count;
};

static void add(struct words *words, const char *word)
{
	must_hold(words->count + 1 < WORDS_MAX, "there is room");
	words->words[words->count++] = word;
}

static void choose(struct words *words, const uint8_t *choice)
{
	const char *const *view = views[choice[0] % (sizeof(views) / sizeof(views[0]))];
	unsigned int chosen = choice[1] | (unsigned int)choice[2] << 8;

	for (; *view; view++)
		add(words, *view);
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		for (size_t j = 0; chosen >> i & 1 && filters[i][j]; j++)
			add(words, filters[i][j]);
	}
}

/* What makes no sense together is refused before the capture is opened. */
static void run(struct words *words)
{
	struct options options;
	struct error err = {0};

	if (options_parse((int)words->count, (char **)(uintptr_t)words->words, &options, &err) <
	    0) {
		must_hold(err.what[0], "a reason is given");
		return;
	}
	/* This process has more to do. */
	options.request.no_sandbox = true;
	int status = replay(&options.request, &err);
	must_hold(status == 0 || err.what[0], "a reason is given");
	options_done(&options);
}

void fuzz_replay(const uint8_t *bytes, size_t size)
{
	struct words words = {.count = 0};
	char path[64];

	if (size < FUZZ_REPLAY_CHOICE || size > CAPTURE_MAX)
		return;
	int fd = memfd_create("capture", MFD_CLOEXEC);
	size -= FUZZ_REPLAY_CHOICE;
	must_hold(fd >= 0 && write(fd, bytes + FUZZ_REPLAY_CHOICE, size) == (ssize_t)size,
		  "a memfd can be written");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	add(&words, "perf_exec_trace");
	add(&words, "replay");
	add(&words, "-q");
	add(&words, "-o/dev/null");
	choose(&words, bytes);
	add(&words, path);
	run(&words);
	close(fd);
}
