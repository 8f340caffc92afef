/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/perfetto/annotations.h"

#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "event/facts.h"
#include "event/signal_names.h"
#include "sink/text/cgroup_owner.h"
#include "sink/text/names.h"
#include "sink/text/quote.h"

/* A signal that was handled longer ago is not said to have to do with an exit. */
#define HANDLED_SHOWN_NS ((int64_t)(10 * NS_PER_S))

/* Bytes of the tool's own words in an event at most. */
#define WORDS_BYTES 256U

static struct text word_text(const char *word)
{
	return (struct text){word, word ? strlen(word) : 0};
}

/* ---- a program ---- */

/* An empty one says nothing unless it is all. */
static void annotate_command(struct packet *packet, const struct arguments *arguments)
{
	const struct text words = arguments->known.bytes;

	if (arguments->source != ARGV_NONE && (words.length > 0 || arguments->complete))
		annotate_words(packet, ANNOTATION_COMMAND, words, arguments->complete);
}

static void annotate_session(struct packet *packet, const struct login_session *session)
{
	if (!session->known)
		return;
	annotate_number(packet, ANNOTATION_SESSION, session->sid);
	annotate_text(packet, ANNOTATION_TTY, session->tty);
	if (session->loginuid != LOGINUID_UNSET)
		annotate_number(packet, ANNOTATION_LOGINUID, session->loginuid);
}

static void annotate_at_exec(struct packet *packet, const struct at_exec *at_exec,
			     const struct sink_context *context)
{
	if (context->cwd)
		annotate_text(packet, ANNOTATION_CWD, at_exec->cwd);
	if (context->exe)
		annotate_text(packet, ANNOTATION_EXE, at_exec->exe);
	if (context->session)
		annotate_session(packet, &at_exec->session);
}

void annotate_exec(struct packet *packet, const struct event *event,
		   const struct sink_context *context)
{
	const struct facts *facts = event_facts(event);
	const struct credentials *ids = &facts->credentials;

	annotate_number(packet, ANNOTATION_PID, event->exec.pid);
	annotate_text(packet, ANNOTATION_FILENAME, event->exec.filename);
	annotate_command(packet, &facts->arguments);
	annotate_at_exec(packet, &facts->at_exec, context);
	if (ids->known) {
		annotate_number(packet, ANNOTATION_UID, ids->uid);
		annotate_number(packet, ANNOTATION_EUID, ids->euid);
	}
	annotate_text(packet, ANNOTATION_CGROUP, facts->cgroup);
	if (context->units) {
		annotate_text(packet, ANNOTATION_UNIT, cgroup_unit(facts->cgroup));
		annotate_text(packet, ANNOTATION_CONTAINER, cgroup_container(facts->cgroup));
	}
	if (context->environment && facts->environment.known)
		annotate_list(packet, ANNOTATION_ENV, facts->environment.entries);
}

size_t exec_room(const struct event *event)
{
	const struct facts *facts = event_facts(event);
	const struct at_exec *at_exec = &facts->at_exec;

	return ANNOTATION_ROOM + QUOTE_WORDS_ROOM(facts->arguments.known.bytes.length) +
	       ANNOTATION_LIST_ROOM(facts->environment.entries.bytes.length) +
	       ANNOTATION_TEXT_ROOM(event->exec.filename.length + at_exec->cwd.length +
				    at_exec->exe.length + at_exec->session.tty.length +
				    3 * facts->cgroup.length);
}

/* ---- a life ---- */

static void annotate_known(struct packet *packet, enum annotation annotation, int64_t number)
{
	if (number >= 0)
		annotate_number(packet, annotation, number);
}

static void annotate_signal(struct packet *packet, const struct exit_status *status)
{
	annotate_number(packet, ANNOTATION_SIGNAL, status->signal);
	annotate_text(packet, ANNOTATION_SIGNAL_NAME, word_text(signal_name(status->signal)));
	annotate_text(packet, ANNOTATION_SENT_BY, word_text(signal_origin_name(status->sent_by)));
	if (status->killer_pid > 0) {
		annotate_number(packet, ANNOTATION_KILLED_BY_PID, status->killer_pid);
		annotate_text(packet, ANNOTATION_KILLED_BY_COMM, status->killer_comm);
	}
}

static void annotate_status(struct packet *packet, const struct facts *facts)
{
	const struct exit_status *status = &facts->status;
	const struct handled_signal *handled = &facts->handled;

	if (status->known && status->signal != 0)
		annotate_signal(packet, status);
	else if (status->known)
		annotate_number(packet, ANNOTATION_EXIT_CODE, status->code);
	if (status->core == KNOWN_YES)
		annotate_flag(packet, ANNOTATION_CORE, true);
	if (status->oom == KNOWN_YES)
		annotate_flag(packet, ANNOTATION_OOM, true);
	annotate_text(packet, ANNOTATION_FAILED_EXEC, facts->failed_exec);
	if (handled->signal != 0 && handled->before_ns <= HANDLED_SHOWN_NS)
		annotate_text(packet, ANNOTATION_AFTER_SIGNAL,
			      word_text(signal_name(handled->signal)));
}

static void annotate_usage(struct packet *packet, const struct usage *usage)
{
	annotate_known(packet, ANNOTATION_USER, usage->user_ns);
	annotate_known(packet, ANNOTATION_SYSTEM, usage->system_ns);
	annotate_known(packet, ANNOTATION_PEAK, usage->max_rss_bytes);
	annotate_known(packet, ANNOTATION_READ, usage->read_bytes);
	annotate_known(packet, ANNOTATION_WRITTEN, usage->written_bytes);
}

static const char *start_of(const struct life *life)
{
	switch (life->born) {
	case BORN_BEFORE:
		return "before the trace";
	case BORN_UNSEEN:
		return "not seen";
	case BORN_OF_UNKNOWN_KIND:
		return "perhaps of a thread";
	default:
		return NULL;
	}
}

static const char *end_of(const struct end *end, const struct sink_context *context)
{
	if (!end)
		return sink_gets(context, EVENT_EXIT) ? "still running" : "left out";
	if (end->kind == END_UNSEEN)
		return "not seen";
	return end->facts->last == KNOWN_NOT ? "perhaps of a thread" : NULL;
}

size_t life_room(const struct end *end)
{
	const struct facts *facts = end ? end->facts : &facts_unknown;

	return ANNOTATION_ROOM + ANNOTATION_TEXT_ROOM(WORDS_BYTES + facts->failed_exec.length +
						      facts->status.killer_comm.length);
}

void annotate_life(struct packet *packet, const struct life *life, const struct end *end,
		   const struct sink_context *context)
{
	const struct facts *facts = end ? end->facts : &facts_unknown;

	annotate_number(packet, ANNOTATION_PID, life->pid);
	annotate_known(packet, ANNOTATION_PPID, life->ppid);
	annotate_text(packet, ANNOTATION_START, word_text(start_of(life)));
	annotate_text(packet, ANNOTATION_END, word_text(end_of(end, context)));
	annotate_status(packet, facts);
	annotate_number(packet, ANNOTATION_THREADS, life->threads);
	if (context->usage)
		annotate_usage(packet, &facts->usage);
}
