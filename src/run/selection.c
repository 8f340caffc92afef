/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/selection.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/note.h"
#include "event/event.h"

static const char *const event_names[] = {
	[EVENT_FORK] = "fork",
	[EVENT_EXEC] = "exec",
	[EVENT_EXIT] = "exit",
};

void selection_done(struct selection *selection)
{
	pid_list_done(&selection->pids);
}

/* ---- writing ---- */

static uint32_t put_pids(FILE *out, const struct pid_list *pids)
{
	if (pids->count == 0)
		return 0;
	for (size_t i = 0; i < pids->count; i++)
		fprintf(out, "%s%" PRId32, i == 0 ? "pids " : ",", pids->pids[i]);
	fputc('\0', out);
	return 1;
}

/* Returns how many strings they are. */
static uint32_t put_strings(FILE *out, const struct request *request,
			    const struct selection_command *command)
{
	uint32_t count = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(event_names); i++) {
		if (request->events & EVENT_BIT(i)) {
			fprintf(out, "event %s%c", event_names[i], '\0');
			count++;
		}
	}
	count += put_pids(out, &request->pids);
	if (request->follow) {
		fprintf(out, "follow%c", '\0');
		count++;
	}
	if (command->pid > 0) {
		fprintf(out, "command %" PRId32 "%c", command->pid, '\0');
		count++;
	}
	if (command->of_host) {
		fprintf(out, "host-pids%c", '\0');
		count++;
	}
	return count;
}

int selection_write(struct capture_writer *writer, const struct request *request,
		    const struct selection_command *command)
{
	char *strings = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&strings, &size);

	if (!out)
		return -ENOMEM;
	uint32_t count = put_strings(out, request, command);
	int code = fclose(out) != 0 ? -ENOMEM : 0;
	if (code == 0) {
		const struct capture_note note = {
			.kind = CAPTURE_NOTE_SELECTION,
			.count = count,
			.size = (uint32_t)size,
			.bytes = strings,
		};

		code = capture_writer_append_note(writer, &note);
	}
	free(strings);
	return code;
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
	for (unsigned int i = 0; i < ARRAY_SIZE(event_names); i++) {
		if (strcmp(name, event_names[i]) == 0) {
			selection->events |= EVENT_BIT(i);
			return 0;
		}
	}
	return -EINVAL;
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
	value = behind(string, "pids ");
	/* Pids that come twice would be freed once. */
	return value && selection->pids.count == 0 ? pid_list_parse(value, &selection->pids)
						   : -EINVAL;
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

int selection_parse(const char *note, size_t size, struct selection *selection, struct error *err)
{
	struct selection taken = {0};
	int code = 0;

	if (size == 0 || note[size - 1] != '\0')
		return error_set(err, -EBADMSG, "its note is damaged");
	for (size_t at = 0; code == 0 && at < size; at += strlen(note + at) + 1) {
		code = take_string(&taken, note + at);
		if (code == -ENOMEM)
			error_set(err, code, "out of memory");
		else if (code < 0)
			code = error_set(err, -EBADMSG, "'%.60s'", note + at);
	}
	if (code == 0)
		code = check(&taken, err);
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
		.follow = recorded.follow,
		.command.pid = recorded.command ? first_pid : 0,
	};
	recorded.pids = (struct pid_list){0};
	request_done(&recorded);
	return 0;
}
