/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "source/bpftrace_line.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The rest of a line; once something is wrong all that follows is. */
struct scan {
	const char *at, *end;
	bool wrong;
};

static bool take(struct scan *scan, char expected)
{
	if (scan->wrong || scan->at == scan->end || *scan->at != expected) {
		scan->wrong = true;
		return false;
	}
	scan->at++;
	return true;
}

static bool is_digit(const struct scan *scan)
{
	return scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9';
}

/* Decimal, as printf() has it: no zeros in front. */
static uint64_t take_digits(struct scan *scan, uint64_t max)
{
	const char *start = scan->at;
	uint64_t value = 0;

	while (!scan->wrong && is_digit(scan)) {
		unsigned int digit = (unsigned int)(*scan->at++ - '0');

		if (value > (max - digit) / 10)
			scan->wrong = true;
		value = value * 10 + digit;
	}
	if (scan->at == start || (*start == '0' && scan->at > start + 1))
		scan->wrong = true;
	return scan->wrong ? 0 : value;
}

static uint64_t take_number(struct scan *scan, uint64_t max)
{
	return take(scan, ' ') ? take_digits(scan, max) : 0;
}

static int32_t take_pid(struct scan *scan)
{
	return (int32_t)take_number(scan, INT32_MAX);
}

static int32_t take_signed(struct scan *scan)
{
	take(scan, ' ');
	bool negative = scan->at < scan->end && *scan->at == '-';

	scan->at += negative;
	int32_t value = (int32_t)take_digits(scan, INT32_MAX);
	return negative ? -value : value;
}

static unsigned char take_nibble(struct scan *scan)
{
	static const char digits[] = "0123456789abcdef";
	const char *digit =
		scan->at < scan->end && *scan->at != '\0'
			? strchr(digits,
				 *scan->at | ('A' <= *scan->at && *scan->at <= 'F' ? 0x20 : 0))
			: NULL;

	if (!digit) {
		scan->wrong = true;
		return 0;
	}
	scan->at++;
	return (unsigned char)(digit - digits);
}

/* "\xHH" for each byte, at most SIZE of them; what is behind a NUL does not count. */
static struct text take_hex(struct scan *scan, char *bytes, size_t size)
{
	size_t count = 0;

	take(scan, ' ');
	while (!scan->wrong && scan->at < scan->end && *scan->at == '\\') {
		take(scan, '\\');
		take(scan, 'x');
		unsigned int high = take_nibble(scan);
		unsigned int low = take_nibble(scan);

		if (count == size)
			scan->wrong = true;
		else
			bytes[count++] = (char)(high << 4 | low);
	}
	return (struct text){bytes, strnlen(bytes, count)};
}

static void take_fork(struct scan *scan, struct bpftrace_line *line)
{
	struct event *event = &line->event;

	event->type = EVENT_FORK;
	event->sample_pid = take_pid(scan);
	event->sample_tid = take_pid(scan);
	event->fork.parent_tid = take_pid(scan);
	event->fork.child_tid = take_pid(scan);
	event->fork.parent_comm = take_hex(scan, line->comms[0], sizeof(line->comms[0]));
	event->fork.child_comm = take_hex(scan, line->comms[1], sizeof(line->comms[1]));
}

static void take_exec(struct scan *scan, struct bpftrace_line *line)
{
	struct event *event = &line->event;

	event->type = EVENT_EXEC;
	event->exec.pid = take_pid(scan);
	event->exec.old_pid = take_pid(scan);
	event->exec.comm = take_hex(scan, line->comms[0], sizeof(line->comms[0]));
	event->exec.filename = take_hex(scan, line->path, sizeof(line->path));
	/* Whoever has execed is its process's leader. */
	event->sample_pid = event->sample_tid = event->exec.pid;
	if (event->exec.filename.length >= sizeof(line->path) - 1)
		event->exec.filename = (struct text){0};
}

static void take_exit(struct scan *scan, struct bpftrace_line *line)
{
	struct event *event = &line->event;

	event->type = EVENT_EXIT;
	event->sample_pid = take_pid(scan);
	event->sample_tid = take_pid(scan);
	event->exit.pid = take_pid(scan);
	event->exit.prio = take_signed(scan);
	event->exit.comm = take_hex(scan, line->comms[0], sizeof(line->comms[0]));
	event->current_tid = event->exit.pid;
}

static void take_new_task(struct scan *scan, struct bpftrace_line *line)
{
	struct event *event = &line->event;

	event->type = EVENT_NEW_TASK;
	event->sample_pid = take_pid(scan);
	event->sample_tid = event->current_tid = take_pid(scan);
	event->new_task.pid = take_pid(scan);
	event->new_task.clone_flags = take_number(scan, UINT64_MAX);
	event->new_task.flags_complete = sizeof(long) == sizeof(uint64_t);
}

static void take_beat(struct scan *scan, struct bpftrace_line *line)
{
	(void)scan;
	line->is_beat = true;
}

static const struct kind {
	char letter;
	void (*take)(struct scan *scan, struct bpftrace_line *line);
} kinds[] = {
	{'F', take_fork},     {'E', take_exec}, {'X', take_exit},
	{'N', take_new_task}, {'T', take_beat},
};

static const struct kind *find_kind(struct text text)
{
	for (size_t i = 0; text.length > 0 && i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].letter == text.bytes[0])
			return &kinds[i];
	}
	return NULL;
}

static bool take_word(struct scan *scan, const char *word)
{
	while (*word && take(scan, *word))
		word++;
	return !scan->wrong;
}

static void take_lost(struct scan *scan, struct bpftrace_line *line)
{
	if (!take_word(scan, "Lost"))
		return;
	line->event.type = EVENT_LOST;
	line->event.cpu = EVENT_NO_CPU;
	line->event.lost.count = take_number(scan, UINT64_MAX);
	take_word(scan, " events");
}

bool bpftrace_line_parse(struct text text, struct bpftrace_line *line)
{
	const struct kind *kind = find_kind(text);
	struct scan scan = {.at = text.bytes, .end = text.bytes + text.length};

	line->is_beat = false;
	line->event = (struct event){0};
	if (kind) {
		scan.at++;
		line->event.time_ns = take_number(&scan, INT64_MAX);
		line->event.cpu = (uint32_t)take_number(&scan, INT32_MAX);
		kind->take(&scan, line);
	} else {
		take_lost(&scan, line);
	}
	return !scan.wrong && scan.at == scan.end;
}
