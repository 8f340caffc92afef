/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "--password=[redacted]" for what looks like a secret in arguments (secrets.h), and
 * "NAME=[redacted]" for every variable of the environment.
 */
#include <errno.h>
#include <regex.h>
#include <string.h>

#include "base/buffer.h"
#include "base/string_list.h"
#include "event/facts.h"
#include "sink/front.h"
#include "sink/secrets.h"
#include "sink/sink.h"

#define MASK "[redacted]"

struct sink_redact {
	struct sink_front front;
	struct secrets secrets;
	struct buffer argv, environment; /* of the event that is passed on */
};

/* Append ARGUMENT with a NUL, and a mask in place of each run of MARKS that are set. */
static void put_masked(struct buffer *argv, struct text argument, const char *marks)
{
	for (size_t i = 0; i < argument.length; i++) {
		if (!marks[i])
			buffer_put(argv, &argument.bytes[i], 1);
		else if (i == 0 || !marks[i - 1])
			buffer_put(argv, MASK, sizeof(MASK) - 1);
	}
	buffer_put(argv, "", 1);
}

/* Returns 1 where something was masked, 0 where nothing was, -ENOMEM. */
static int mask_arguments(struct sink_redact *redact, struct arguments *arguments)
{
	const char *start = arguments->known.bytes.bytes;
	struct string_list left = arguments->known;
	struct text argument;
	int code = secrets_find(&redact->secrets, left);

	if (code <= 0)
		return code;
	redact->argv.size = 0;
	redact->argv.failed = false;
	while (string_list_next(&left, &argument))
		put_masked(&redact->argv, argument,
			   redact->secrets.marks.bytes + (argument.bytes - start));
	arguments->known.bytes = (struct text){redact->argv.bytes, redact->argv.size};
	return redact->argv.failed ? -ENOMEM : 1;
}

/* An entry without a name is masked whole. */
static void put_name(struct buffer *environment, struct text entry)
{
	const char *equals = entry.length > 0 ? memchr(entry.bytes, '=', entry.length) : NULL;

	buffer_put(environment, entry.bytes, equals ? (size_t)(equals + 1 - entry.bytes) : 0);
	buffer_put(environment, MASK, sizeof(MASK));
}

static int mask_environment(struct sink_redact *redact, struct environment *environment)
{
	struct string_list left = environment->entries;
	struct text entry;

	if (left.bytes.length == 0)
		return 0;
	redact->environment.size = 0;
	redact->environment.failed = false;
	while (string_list_next(&left, &entry))
		put_name(&redact->environment, entry);
	environment->entries.bytes =
		(struct text){redact->environment.bytes, redact->environment.size};
	return redact->environment.failed ? -ENOMEM : 1;
}

static int redact_facts(struct sink_front *front, const struct facts *facts, struct facts *shown)
{
	struct sink_redact *redact = (struct sink_redact *)front;

	*shown = *facts;
	int arguments = mask_arguments(redact, &shown->arguments);
	int environment = arguments < 0 ? arguments : mask_environment(redact, &shown->environment);

	return environment != 0 ? environment : arguments;
}

static void redact_done(struct sink *sink)
{
	struct sink_redact *redact = (struct sink_redact *)sink;

	secrets_done(&redact->secrets);
	buffer_done(&redact->argv);
	buffer_done(&redact->environment);
}

static const struct sink_ops redact_ops = {
	.event = sink_front_event,
	.running = sink_front_running,
	.idle = sink_front_idle,
	.done = redact_done,
};

struct sink *sink_redact_new(struct sink *next, const regex_t *more)
{
	struct sink_front *front =
		sink_front_new(&redact_ops, next, redact_facts, sizeof(struct sink_redact));

	if (!front)
		return NULL;
	((struct sink_redact *)front)->secrets.more = more;
	return &front->sink;
}
