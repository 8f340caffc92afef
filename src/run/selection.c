/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/selection.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/put.h"
#include "base/text.h"
#include "capture/notes/kinds.h"
#include "event/event.h"
#include "event/event_names.h"

void selection_done(struct selection *selection)
{
	pid_list_done(&selection->pids);
	pid_list_done(&selection->tids);
}

/* ---- writing ---- */

static void add_string(struct note_draft *draft, const char *string)
{
	note_draft_add(draft, &(struct note_item){.string = {string, strlen(string)}});
}

/* What -p was, until -t became that: recorders before that wrote it, and their replays read it. */
#define TIDS "pids "
#define PIDS "processes "

static void add_pids(struct note_draft *draft, const char *what, const struct pid_list *pids)
{
	char *string = malloc(sizeof(PIDS) + pids->count * sizeof("4194304,"));

	if (!string) {
		draft->bytes.failed = true;
		return;
	}
	char *end = put_string(string, what);
	for (size_t i = 0; i < pids->count; i++)
		end = put_char(put_signed(end, pids->pids[i]), ',');
	end[-1] = '\0';
	add_string(draft, string);
	free(string);
}

int selection_write(struct capture_writer *writer, const struct request *request,
		    const struct selection_command *command)
{
	struct note_draft draft = {.note.kind = CAPTURE_NOTE_SELECTION};
	char string[32];

	for (unsigned int i = 0; i < EVENT_NAMES; i++) {
		snprintf(string, sizeof(string), "event %s", event_names[i]);
		if (request->events & EVENT_BIT(i))
			add_string(&draft, string);
	}
	if (request->tids.count > 0)
		add_pids(&draft, TIDS, &request->tids);
	if (request->pids.count > 0)
		add_pids(&draft, request->follow ? TIDS : PIDS, &request->pids);
	if (request->follow)
		add_string(&draft, "follow");
	snprintf(string, sizeof(string), "command %" PRId32, command->pid);
	if (command->pid > 0)
		add_string(&draft, string);
	if (command->of_host)
		add_string(&draft, "host-pids");
	return capture_writer_append_note(writer, &draft);
}

/* ---- reading ---- */

/* What comes behind PREFIX in STRING; NULL where it does not begin with that. */
static const char *behind(const char *string, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(string, prefix, length) == 0 ? string + length : NULL;
}

static int take_event(struct selection *selection, const char *name)
{
	const unsigned int bit = event_bit_of_name(name, strlen(name));

	selection->events |= bit;
	return bit ? 0 : -EINVAL;
}

/* Pids that come twice would be freed once. */
static int take_pids(struct pid_list *list, const char *value)
{
	return list->count == 0 ? pid_list_parse(value, list) : -EINVAL;
}

static int take_string(struct selection *selection, const char *string)
{
	const char *value;

	if (strcmp(string, "follow") == 0) {
		selection->follow = true;
		return 0;
	}
	if (strcmp(string, "host-pids") == 0) {
		selection->command.of_host = true;
		return 0;
	}
	if ((value = behind(string, "event ")))
		return take_event(selection, value);
	if ((value = behind(string, "command ")))
		return pid_parse(value, &selection->command.pid);
	if ((value = behind(string, PIDS)))
		return take_pids(&selection->pids, value);
	value = behind(string, TIDS);
	return value ? take_pids(&selection->tids, value) : -EINVAL;
}

/* "pids" and "follow" together are -p. */
static void name_pids(struct selection *selection)
{
	if (!selection->follow || selection->pids.count > 0)
		return;
	selection->pids = selection->tids;
	selection->tids = (struct pid_list){0};
}

/* Descendants of nobody in particular are no selection. */
static int check(const struct selection *selection, struct error *err)
{
	if (selection->events == 0)
		return error_set(err, -EBADMSG, "it names no event");
	if (selection->follow && selection->pids.count == 0)
		return error_set(err, -EBADMSG, "it follows nobody");
	return 0;
}

static int take_strings(struct selection *selection, struct text left, struct error *err)
{
	bool is_empty = left.length == 0;
	struct note_item item;
	int code;

	while ((code = note_next(CAPTURE_NOTE_SELECTION, &left, &item)) > 0) {
		const char *string = item.string.bytes;
		int taken = take_string(selection, string);
		if (taken == -ENOMEM)
			return error_set(err, taken, "out of memory");
		if (taken < 0)
			return error_set(err, -EBADMSG, "'%.60s'", string);
	}
	if (code < 0 || is_empty)
		return error_set(err, -EBADMSG, "its note is damaged");
	name_pids(selection);
	return check(selection, err);
}

int selection_parse(const char *note, size_t size, struct selection *selection, struct error *err)
{
	struct selection taken = {0};
	int code = take_strings(&taken, (struct text){note, size}, err);

	if (code < 0) {
		selection_done(&taken);
		return code;
	}
	*selection = taken;
	return 0;
}

int selection_parse_argv(const struct request *request, char *const *argv, int32_t first_pid,
			 struct selection *selection, struct error *err)
{
	struct request recorded;
	int code = request->parse_recording((char **)argv, &recorded, err);

	if (code < 0)
		return code == -ENOMEM ? code : -EBADMSG;
	if (recorded.command && first_pid == 0) {
		request_done(&recorded);
		return error_set(err, -EBADMSG, "its command line asks for something else");
	}
	*selection = (struct selection){
		.events = recorded.events,
		.pids = recorded.pids,
		.tids = recorded.tids,
		.follow = recorded.follow,
		.command.pid = recorded.command ? first_pid : 0,
	};
	recorded.pids = recorded.tids = (struct pid_list){0};
	request_done(&recorded);
	return 0;
}
