/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/path_trial.h"

#include <errno.h>
#include <limits.h>
#include <linux/fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.h"
#include "decode/decoder.h"
#include "decode/tracepoint.h"
#include "event/event.h"
#include "perf/record.h"
#include "probe/trial.h"

/* There is nothing below this file, whoever looks. */
#define NOWHERE "/dev/null/"
#define PATHS 3U

struct path_trial {
	struct decoder *decoder;
	char longest[PATH_MAX];
	const char *paths[PATHS]; /* in the order in which they are tried */
	unsigned int seen;        /* paths that were right, in their order */
	bool wrong;
};

static void fill_paths(struct path_trial *trial)
{
	memset(trial->longest, 'x', sizeof(trial->longest) - 1);
	memcpy(trial->longest, NOWHERE, strlen(NOWHERE));
	trial->paths[0] = NOWHERE "of execve";
	trial->paths[1] = NOWHERE "of execveat\n\xff";
	trial->paths[2] = trial->longest;
}

static void fail_execs(void *context)
{
	const struct path_trial *trial = context;
	char *none[] = {NULL};

	execve(trial->paths[0], none, none);
	syscall(SYS_execveat, AT_FDCWD, trial->paths[1], none, none, 0);
	execve(trial->paths[2], none, none);
}

static bool is_expected(const struct path_trial *trial, const struct event *event)
{
	if (trial->seen >= PATHS || !event->exec_call.path.bytes)
		return false;
	const char *path = trial->paths[trial->seen];
	return event->exec_call.pointer == (uintptr_t)path &&
	       text_equals(event->exec_call.path, path);
}

static void look_at_record(void *context, const struct record *record)
{
	struct path_trial *trial = context;
	struct event event;

	if (record->type != PERF_RECORD_SAMPLE)
		return;
	if (decoder_decode(trial->decoder, record, &event) > 0 && is_expected(trial, &event))
		trial->seen++;
	else
		trial->wrong = true;
}

int path_trial(const struct format *format, struct error *err)
{
	static const struct tracepoint_type *const types[] = {&tracepoint_probed_path};
	struct path_trial paths = {0};
	const struct trial trial = {format->id, fail_execs, look_at_record, &paths};
	int code = decoder_new_of(types, 1, &format, &paths.decoder, err);

	if (code < 0)
		return code;
	decoder_want_facts(paths.decoder);
	fill_paths(&paths);
	code = trial_run(&trial);
	decoder_free(paths.decoder);
	if (code < 0)
		return error_set(err, code, "cannot try the probe of paths: %s", strerror(-code));
	if (paths.wrong || paths.seen != PATHS)
		return error_set(err, -EPROTO,
				 "a probe on this kernel's alloc_bprm does not show the paths of "
				 "execs, with which it was tried");
	return 0;
}
