/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A page that draws the trace (docs/html.md). The page comes first, then the data, block by block
 * as events come: what a trace that is cut short has written is a page, too.
 */
#include <errno.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/compiler.h"
#include "base/put.h"
#include "event/event.h"
#include "event/facts.h"
#include "event/signal_names.h"
#include "sink/html/columns.h"
#include "sink/html/compressor.h"
#include "sink/html/page.h"
#include "sink/lives.h"
#include "sink/out_buffer.h"
#include "sink/sink.h"
#include "sink/text/cgroup_owner.h"
#include "sink/text/json_text.h"
#include "sink/text/phrases.h"
#include "sink/text/program_name.h"

/* Columns are written once they have so many bytes. */
#define BLOCK_BYTES (256U << 10)

#define NS_PER_US 1000

/* A signal that was handled longer ago is not said to have to do with an exit. */
#define HANDLED_SHOWN_NS ((int64_t)(10 * NS_PER_S))

static const struct text no_text;

struct sink_html {
	struct sink sink;
	struct compressor *compressor;
	struct columns columns;
	struct lives lives;
	bool has_begun;
	int64_t first_us;   /* the time of the first event */
	int64_t end_us;     /* the latest time of an event; -1: none yet */
	int64_t wall_us;    /* the offset that was written last */
	uint64_t cap;       /* that ended the trace; 0: none */
	const char *capped; /* what it limits */
};

static struct text string_text(const char *string)
{
	return (struct text){string, string ? strlen(string) : 0};
}

static void put_text(struct sink_html *html, enum column column, struct text text)
{
	columns_text(&html->columns, column, &text, 1);
}

static void put_number(struct sink_html *html, enum column column, int64_t number)
{
	columns_number(&html->columns, column, number);
}

static int64_t microseconds(uint64_t time_ns)
{
	return (int64_t)(time_ns / NS_PER_US);
}

/* ---- the beginning ---- */

static char *put_member(char *out, const char *name, const char *value)
{
	out = put_string(put_string(put_string(out, "\""), name), "\":");
	return json_put_text(out, (struct text){value, string_text(value).length});
}

static char *put_flag(char *out, const char *name, bool value)
{
	out = put_string(put_string(put_string(out, ",\""), name), "\":");
	return put_string(out, value ? "true" : "false");
}

/* The options whose columns the page has. */
static char *put_options(char *out, const struct sink_context *context)
{
	const struct {
		bool given;
		const char *name;
	} options[] = {
		{context->usage, "usage"},     {context->cwd, "cwd"},     {context->exe, "exe"},
		{context->session, "session"}, {context->units, "units"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		if (options[i].given)
			out = put_flag(out, options[i].name, true);
	}
	return out;
}

/* What is known before the first event. */
static int put_head(struct sink_html *html)
{
	const struct sink_context *context = &html->sink.context;
	struct buffer line = {0};

	if (buffer_reserve(&line, 512 + JSON_TEXT_ROOM(string_text(context->host).length) +
					  JSON_TEXT_ROOM(string_text(context->boot_id).length)) < 0)
		return -ENOMEM;
	char *out = put_member(put_char(line.bytes, '{'), "version", PXT_VERSION);
	out = put_member(put_char(out, ','), "host", context->host);
	out = put_member(put_char(out, ','), "boot_id", context->boot_id);
	out = put_flag(out, "wall_clock", context->wall_clock);
	out = put_flag(out, "forks", sink_gets(context, EVENT_FORK));
	out = put_flag(out, "execs", sink_gets(context, EVENT_EXEC));
	out = put_flag(out, "exits", sink_gets(context, EVENT_EXIT));
	out = put_string(put_options(out, context), "}\n");
	int code = compressor_put(html->compressor, line.bytes, (size_t)(out - line.bytes));
	buffer_done(&line);
	return code;
}

static int put_page(struct sink_html *html, const char *part)
{
	struct out_buffer *output = html->sink.context.output;
	char *out = out_buffer_reserve(output, strlen(part));

	if (!out)
		return out_buffer_error(output);
	out_buffer_commit(output, put_string(out, part));
	return 0;
}

static int begin(struct sink_html *html)
{
	if (html->has_begun)
		return 0;
	html->has_begun = true;
	int code = put_page(html, html_page_before);
	return code < 0 ? code : put_head(html);
}

/* ---- time ---- */

static void note_wall_clock(struct sink_html *html, uint64_t time_ns)
{
	const struct sink_context *context = &html->sink.context;

	if (!context->wall_offset_known)
		return;
	int64_t offset_us = sink_wall_offset(context, time_ns) / NS_PER_US;
	if (html->end_us >= 0 && offset_us == html->wall_us)
		return;
	html->wall_us = offset_us;
	put_number(html, WALL_TIME, microseconds(time_ns));
	put_number(html, WALL_OFFSET, offset_us);
}

static void note_time(struct sink_html *html, uint64_t time_ns)
{
	note_wall_clock(html, time_ns);
	if (html->end_us < 0)
		html->first_us = microseconds(time_ns);
	if (microseconds(time_ns) > html->end_us)
		html->end_us = microseconds(time_ns);
}

/* ---- births ---- */

/* What the tracer took from the fork of COMMAND until its exec is no part of the trace. */
static int64_t birth_time(const struct sink_html *html, const struct birth *birth)
{
	const int64_t time_us = microseconds(birth->time_ns) - birth->age_ns / NS_PER_US;

	return birth->kind == BORN_UNSEEN && time_us < html->first_us ? html->first_us : time_us;
}

static int html_born(void *sink, struct life *life, const struct birth *birth)
{
	struct sink_html *html = sink;
	const bool has_parent = birth->parent >= 0;

	(void)life;
	put_number(html, BORN_TIME, birth_time(html, birth));
	put_number(html, BORN_PID, birth->pid);
	put_number(html, BORN_PARENT, birth->parent);
	put_number(html, BORN_PPID, has_parent ? 0 : birth->ppid);
	put_number(html, BORN_KIND, birth->kind);
	put_text(html, BORN_NAME, birth->name);
	put_text(html, BORN_FROM, has_parent ? no_text : birth->from);
	return 0;
}

/* ---- where it runs ---- */

/* The columns UNIT and CONTAINER of CGROUP. */
static void put_owner(struct sink_html *html, enum column unit, enum column container,
		      struct text cgroup)
{
	if (!html->sink.context.units)
		return;
	put_text(html, unit, cgroup_unit(cgroup));
	put_text(html, container, cgroup_container(cgroup));
}

static void put_session(struct sink_html *html, const struct login_session *session)
{
	const bool logged_in = session->known && session->loginuid != LOGINUID_UNSET;

	put_number(html, EXEC_SESSION, session->known ? session->sid : -1);
	put_text(html, EXEC_TTY, session->known ? session->tty : no_text);
	put_number(html, EXEC_LOGINUID, logged_in ? (int64_t)session->loginuid : -1);
}

static void put_at_exec(struct sink_html *html, const struct at_exec *at_exec)
{
	const struct sink_context *context = &html->sink.context;

	if (context->cwd)
		put_text(html, EXEC_CWD, at_exec->cwd);
	if (context->exe)
		put_text(html, EXEC_EXE, at_exec->exe);
	if (context->session)
		put_session(html, &at_exec->session);
}

/* ---- ends ---- */

/* SIGNAL, 0 for none, with who sent it. */
static void put_signal(struct sink_html *html, enum column column, int32_t signal,
		       enum signal_origin by, int32_t sender_pid, struct text sender)
{
	char name[8 + NUMBER_ROOM], pid[NUMBER_ROOM];
	const char *known = signal_name(signal);
	const char *nobody = by == SENT_BY_KERNEL ? "the kernel" : "?";

	if (signal == 0) {
		put_text(html, column, no_text);
		return;
	}
	const struct text parts[] = {
		known ? string_text(known)
		      : (struct text){name,
				      (size_t)(put_signed(put_string(name, "signal "), signal) -
					       name)},
		string_text("from"),
		sender_pid > 0 ? (struct text){pid, (size_t)(put_signed(pid, sender_pid) - pid)}
			       : string_text(nobody),
		sender_pid > 0 ? sender : no_text,
	};
	columns_text(&html->columns, column, parts, ARRAY_SIZE(parts));
}

static void put_handled(struct sink_html *html, const struct handled_signal *handled)
{
	const bool is_shown = handled->before_ns <= HANDLED_SHOWN_NS;

	put_signal(html, EXIT_AFTER, is_shown ? handled->signal : 0, handled->sent_by,
		   handled->sender_pid, handled->sender_comm);
}

static int64_t known_microseconds(int64_t ns)
{
	return ns < 0 ? -1 : ns / NS_PER_US;
}

static void put_usage(struct sink_html *html, const struct usage *usage)
{
	put_number(html, EXIT_USER, known_microseconds(usage->user_ns));
	put_number(html, EXIT_SYSTEM, known_microseconds(usage->system_ns));
	put_number(html, EXIT_PEAK, usage->max_rss_bytes);
	put_number(html, EXIT_READ, usage->read_bytes);
	put_number(html, EXIT_WRITTEN, usage->written_bytes);
}

static unsigned int flags_of(const struct facts *facts)
{
	return (facts->status.core == KNOWN_YES ? EXIT_CORE : 0) |
	       (facts->status.oom == KNOWN_YES ? EXIT_OOM : 0) |
	       (facts->last == KNOWN_NOT ? EXIT_UNSURE : 0);
}

/* LIFE ends at TIME_US: what FACTS and NAME tell of it. */
static void put_end(struct sink_html *html, const struct life *life, int64_t time_us,
		    const struct facts *facts, struct text name, unsigned int flags)
{
	const struct exit_status *status = &facts->status;
	const bool has_code = status->known && status->signal == 0;

	put_number(html, EXIT_TIME, time_us);
	put_number(html, EXIT_PROCESS, life->row);
	put_text(html, EXIT_NAME, name);
	put_number(html, EXIT_CODE, has_code ? status->code : -1);
	put_signal(html, EXIT_SIGNAL, status->known ? status->signal : 0, status->sent_by,
		   status->killer_pid, status->killer_comm);
	put_number(html, EXIT_FLAGS, flags);
	put_number(html, EXIT_THREADS, life->threads);
	put_text(html, EXIT_FAILED, facts->failed_exec);
	put_handled(html, &facts->handled);
	if (html->sink.context.usage)
		put_usage(html, &facts->usage);
	put_text(html, EXIT_CGROUP, facts->cgroup);
	put_owner(html, EXIT_UNIT, EXIT_CONTAINER, facts->cgroup);
}

static int html_ended(void *sink, const struct life *life, const struct end *end)
{
	const unsigned int flags = end->kind == END_UNSEEN ? EXIT_UNSEEN : flags_of(end->facts);

	put_end(sink, life, microseconds(end->time_ns), end->facts, end->name, flags);
	return 0;
}

static const struct lives_ops html_lives_ops = {
	.born = html_born,
	.ended = html_ended,
};

/* ---- events ---- */

static int html_exec(struct sink_html *html, const struct event *event)
{
	const struct facts *facts = event_facts(event);
	const struct credentials *ids = &facts->credentials;
	struct life *life;
	int code = lives_exec(&html->lives, event, &life);

	if (code < 0)
		return code;
	put_number(html, EXEC_TIME, microseconds(event->time_ns));
	put_number(html, EXEC_PROCESS, life->row);
	put_text(html, EXEC_PROGRAM,
		 program_name(event->exec.filename, &facts->arguments, event->exec.comm));
	put_text(html, EXEC_FILE, event->exec.filename);
	columns_command(&html->columns, EXEC_COMMAND, &facts->arguments);
	put_number(html, EXEC_UID, ids->known ? (int64_t)ids->uid : -1);
	put_number(html, EXEC_EUID, ids->known ? (int64_t)ids->euid : -1);
	put_text(html, EXEC_CGROUP, facts->cgroup);
	put_owner(html, EXEC_UNIT, EXEC_CONTAINER, facts->cgroup);
	put_at_exec(html, &facts->at_exec);
	return 0;
}

static void html_lost(struct sink_html *html, const struct event *event)
{
	put_number(html, LOST_TIME, microseconds(event->time_ns));
	put_number(html, LOST_CPU, event->cpu == EVENT_NO_CPU ? -1 : (int64_t)event->cpu);
	put_number(html, LOST_COUNT, (int64_t)event->lost.count);
}

static int show(struct sink_html *html, const struct event *event)
{
	switch (event->type) {
	case EVENT_FORK:
		return lives_fork(&html->lives, event);
	case EVENT_EXEC:
		return html_exec(html, event);
	case EVENT_EXIT:
		return lives_exit(&html->lives, event);
	case EVENT_LOST:
		html_lost(html, event);
		return 0;
	case EVENT_TRUNCATED:
		html->cap = event->truncated.limit;
		html->capped = event->truncated.reason;
		return 0;
	default: /* execs that failed have no bar */
		return 0;
	}
}

/* ---- the sink ---- */

static int html_event(struct sink *sink, const struct event *event)
{
	struct sink_html *html = (struct sink_html *)sink;
	int code = begin(html);

	if (code < 0)
		return code;
	note_time(html, event->time_ns);
	code = show(html, event);
	if (code == 0)
		code = columns_error(&html->columns);
	return code < 0 || html->columns.size < BLOCK_BYTES
		       ? code
		       : columns_write(&html->columns, html->compressor);
}

static int html_running(struct sink *sink, const struct event *event)
{
	return html_event(sink, event);
}

static int put_tail(struct sink_html *html)
{
	char line[128], *out = put_string(line, "{\"end_time\":");

	out = put_signed(out, html->end_us);
	if (html->cap > 0) {
		out = put_unsigned(put_string(out, ",\"cap\":"), html->cap);
		out = put_string(put_string(out, ",\"capped\":\""), html->capped);
		out = put_char(out, '"');
	}
	out = put_string(out, "}\n");
	return compressor_put(html->compressor, line, (size_t)(out - line));
}

static int html_finish(struct sink *sink)
{
	struct sink_html *html = (struct sink_html *)sink;
	const struct life *left;
	const uint32_t count = lives_take(&html->lives, &left);
	int code = begin(html);

	for (uint32_t i = 0; i < count && code == 0; i++) {
		put_end(html, &left[i], html->end_us, &facts_unknown, no_text, EXIT_NONE);
		if (html->columns.size >= BLOCK_BYTES)
			code = columns_write(&html->columns, html->compressor);
	}
	if (code == 0)
		code = columns_write(&html->columns, html->compressor);
	if (code == 0)
		code = put_tail(html);
	if (code == 0)
		code = compressor_finish(html->compressor);
	return code < 0 ? code : put_page(html, html_page_behind);
}

static void html_done(struct sink *sink)
{
	struct sink_html *html = (struct sink_html *)sink;

	columns_done(&html->columns);
	lives_done(&html->lives);
	compressor_free(html->compressor);
}

static const struct sink_ops html_ops = {
	.event = html_event,
	.running = html_running,
	.finish = html_finish,
	.done = html_done,
};

struct sink *sink_html_new(const struct sink_context *context)
{
	struct sink *sink = sink_new(&html_ops, context, sizeof(struct sink_html));
	struct sink_html *html = (struct sink_html *)sink;

	if (!sink)
		return NULL;
	html->end_us = -1;
	html->lives = (struct lives){.ops = &html_lives_ops, .sink = html};
	html->compressor = compressor_new(context->output);
	if (!html->compressor) {
		sink_free(sink);
		return NULL;
	}
	return sink;
}
