/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/record_statuses.h"

#include <poll.h>
#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "capture/notes/kinds.h"
#include "event/usage.h"
#include "host/perf_clock.h"
#include "source/exit_statuses.h"

/* A note begins anew behind so many bytes. */
#define NOTE_SIZE (1024U * 1024U)

void record_statuses_done(struct record_statuses *statuses)
{
	exit_authority_close(statuses->authority);
	statuses->authority = NULL;
}

static struct note_draft draft_of(const struct record_statuses *statuses,
				  enum capture_note_kind kind)
{
	return (struct note_draft){
		.note = {.kind = (uint16_t)kind, .time_ns = statuses->floor_ns + 1},
	};
}

static int write_from(const struct record_statuses *statuses, struct capture_writer *writer)
{
	const char *name = exit_authority_name(statuses->authority);
	struct note_draft draft = draft_of(statuses, CAPTURE_NOTE_STATUSES_FROM);
	const struct note_item item = {
		.statuses_from = {perf_clock_now_ns(), exit_authority_lost(statuses->authority)},
		.string = {name, strlen(name)},
	};

	note_draft_add(&draft, &item);
	return capture_writer_append_note(writer, &draft);
}

static int write_usage_from(const struct record_statuses *statuses, struct capture_writer *writer)
{
	struct note_draft draft = draft_of(statuses, CAPTURE_NOTE_USAGE_FROM);

	draft.note.count = exit_authority_tells_usage(statuses->authority);
	return capture_writer_append_note(writer, &draft);
}

int record_statuses_begin(struct record_statuses *statuses, struct capture_writer *writer)
{
	struct told_exit told;

	if (!statuses->authority)
		return 0;
	while (exit_authority_next(statuses->authority, &told))
		;
	int code = write_usage_from(statuses, writer);
	return code < 0 ? code : write_from(statuses, writer);
}

/* The notes of exits that are being made. */
struct exit_drafts {
	struct note_draft statuses, usage;
};

static struct note_item usage_item(int32_t tid, const struct task_usage *usage)
{
	return (struct note_item){
		.usage =
			{
				.tid = (uint32_t)tid,
				.flags = (usage->is_only ? NOTE_USAGE_IS_ONLY : 0U) |
					 (usage->has_bytes ? NOTE_USAGE_HAS_BYTES : 0U),
				.user_us = usage->user_us,
				.system_us = usage->system_us,
				.run_ns = usage->run_ns,
				.max_rss_kib = usage->max_rss_kib,
				.read_bytes = usage->read_bytes,
				.written_bytes = usage->written_bytes,
			},
	};
}

static void add(struct exit_drafts *drafts, const struct told_exit *told)
{
	const struct note_item usage = usage_item(told->tid, &told->usage);

	note_draft_add(&drafts->statuses,
		       &(struct note_item){.status = {(uint32_t)told->tid, (uint32_t)told->tgid,
						      told->time_ns, told->status, told->flags}});
	if (told->usage.known)
		note_draft_add(&drafts->usage, &usage);
}

/* Usage comes behind the statuses that it is added to. */
static int append(struct exit_drafts *drafts, struct capture_writer *writer)
{
	int code = capture_writer_append_note(writer, &drafts->statuses);

	return code < 0 ? code : capture_writer_append_note(writer, &drafts->usage);
}

int record_statuses_write(struct record_statuses *statuses, struct capture_writer *writer)
{
	struct exit_drafts drafts = {
		.statuses = draft_of(statuses, CAPTURE_NOTE_STATUSES),
		.usage = draft_of(statuses, CAPTURE_NOTE_USAGE),
	};
	struct told_exit told;
	int code = 0;

	if (!statuses->authority)
		return 0;
	while (code == 0 && exit_authority_next(statuses->authority, &told)) {
		add(&drafts, &told);
		if (drafts.statuses.bytes.size + drafts.usage.bytes.size > NOTE_SIZE)
			code = append(&drafts, writer);
	}
	if (code == 0)
		code = append(&drafts, writer);
	buffer_done(&drafts.statuses.bytes);
	buffer_done(&drafts.usage.bytes);
	if (code == 0 && exit_authority_overran(statuses->authority))
		code = write_from(statuses, writer);
	return code;
}

/* Until more has come, or UNTIL_NS. */
static bool wait_for_more(const struct record_statuses *statuses, uint64_t until_ns)
{
	struct pollfd poll_fd = {.fd = exit_authority_fd(statuses->authority), .events = POLLIN};
	uint64_t now = perf_clock_now_ns();

	if (now >= until_ns)
		return false;
	poll(&poll_fd, 1, (int)((until_ns - now) / NS_PER_MS) + 1);
	return true;
}

int record_statuses_write_last(struct record_statuses *statuses, struct capture_writer *writer)
{
	uint64_t until_ns = perf_clock_now_ns() + EXIT_STATUS_LATE_NS;
	int code = record_statuses_write(statuses, writer);

	if (!statuses->authority || !exit_authority_is_late(statuses->authority))
		return code;
	while (code == 0 && wait_for_more(statuses, until_ns))
		code = record_statuses_write(statuses, writer);
	return code;
}

void record_statuses_end_round(struct record_statuses *statuses, uint64_t newest_ns)
{
	statuses->floor_ns = statuses->newest_ns;
	statuses->newest_ns = newest_ns;
}

uint64_t record_statuses_lost(const struct record_statuses *statuses)
{
	return statuses->authority ? exit_authority_lost(statuses->authority) : 0;
}
