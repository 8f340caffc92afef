/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Encodes and decodes the bytes of notes (capture/notes/note.h), kind by kind: items, one behind
 * the other. `count` of a note is that of its items, but for execs.
 *
 * An item has numbers, then a string, then a list of strings, as far as its kind has them. Numbers
 * are text: decimal, or 16 hexadecimal digits for addresses. A blank separates them; a NUL ends the
 * last one, as it ends every string.
 *
 * "Older" processes are those that were there before the recording. Pids are of the recorder's pid
 * namespace; times are by the clock of the samples.
 */
#ifndef PXT_CAPTURE_NOTES_KINDS_H
#define PXT_CAPTURE_NOTES_KINDS_H

#include <stdint.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/string_list.h"
#include "base/text.h"
#include "capture/notes/note.h"

enum capture_note_kind {
	CAPTURE_NOTE_ARGUMENTS = 1,      /* `pointer` and `strings` of an exec, see below */
	CAPTURE_NOTE_ENVIRONMENT = 2,    /* the same of its environment */
	CAPTURE_NOTE_BOOT_ID = 3,        /* bytes: /proc/sys/kernel/random/boot_id, no newline */
	CAPTURE_NOTE_EXIT_PATHS = 4,     /* `exit_address` */
	CAPTURE_NOTE_OLD_IDS = 5,        /* `ids` of older processes */
	CAPTURE_NOTE_SELECTION = 6,      /* `string`: run/selection.h */
	CAPTURE_NOTE_WALL_STEP = 7,      /* `wall_offset_ns` from the note's time on */
	CAPTURE_NOTE_COMMAND = 8,        /* `command` */
	CAPTURE_NOTE_ROOT_CGROUP = 9,    /* no bytes: cgroups_root_is_proven() of host/cgroups.h */
	CAPTURE_NOTE_OLD_ARGUMENTS = 10, /* `program` of older processes: file name and arguments */
	CAPTURE_NOTE_STATUSES = 11,      /* `status` of exits that come later in time */
	CAPTURE_NOTE_STATUSES_FROM = 12, /* `statuses_from`, and `string`: who told them */
	CAPTURE_NOTE_USAGE = 13,         /* `usage` of exits whose `status` a note before has */
	CAPTURE_NOTE_USAGE_FROM = 14,    /* no bytes: usage is noted, at the start */
	CAPTURE_NOTE_PROBED = 15,        /* as ARGUMENTS, by the argv probe */
	CAPTURE_NOTE_CWD = 16,           /* `pointer` of an exec and `string`, its directory */
	CAPTURE_NOTE_EXE = 17,           /* the same of its executable */
	CAPTURE_NOTE_SESSION = 18,       /* the same of its session, as exec/at_exec.h has it */
};

/* The flags of struct task_usage. */
enum note_usage_flag {
	NOTE_USAGE_IS_ONLY = 1,
	NOTE_USAGE_HAS_BYTES = 2,
};

#define NOTE_NUMBERS_MAX 8

/*
 * That of an exec is the only one of its note, whose `count` is 1 more than that of `strings`.
 * The note has the exec's pid, and its time less 1 ns, so that it comes first.
 */
struct note_item {
	union {
		uint64_t numbers[NOTE_NUMBERS_MAX];
		uint64_t pointer; /* the stack pointer that an exec left */
		struct {
			uint64_t path; /* enum exit_path of decode/exit_paths.h */
			uint64_t address;
		} exit_address;
		struct {
			uint64_t pid, uid, euid, gid, egid;
		} ids;
		struct {
			uint64_t pid, forked_ns;
		} command;
		struct {
			uint64_t pid;
			uint64_t time_ns;  /* when /proc showed it */
			uint64_t size;     /* bytes of the arguments */
			uint64_t complete; /* 1: these are all arguments */
		} program;
		int64_t wall_offset_ns;
		struct {
			uint64_t tid, tgid; /* of the initial pid namespace; tgid 0: not told */
			uint64_t time_ns;
			uint64_t status; /* as wait(2) has it, 0x80 for a core dump */
			uint64_t flags;  /* enum told_flag of source/exit_statuses.h */
		} status;
		struct {
			uint64_t tid;                                     /* as that of `status` */
			uint64_t flags;                                   /* enum note_usage_flag */
			uint64_t user_us, system_us, run_ns, max_rss_kib; /* event/usage.h */
			uint64_t read_bytes, written_bytes;
		} usage;
		/*
		 * Statuses are told of exits after `time_ns`: at the start, and anew whenever some
		 * were lost, `lost` until then. Without such a note no statuses were recorded.
		 */
		struct {
			uint64_t time_ns, lost;
		} statuses_from;
	};
	struct text string; /* without its NUL, which follows in a decoded one */
	struct string_list strings;
};

/* A note that is being made; capture_writer_append_note() writes it. */
struct note_draft {
	struct capture_note note; /* the caller sets kind, time and task */
	struct buffer bytes;
};

/* Append ITEM, of the kind of DRAFT, and count it. */
void note_draft_add(struct note_draft *draft, const struct note_item *item);

/*
 * Decode the next ITEM of a note of KIND from LEFT, its bytes, and advance LEFT. ITEM borrows from
 * them. Returns 1; 0 if none is left; -EBADMSG if the bytes are malformed or KIND has no items.
 */
int note_next(uint16_t kind, struct text *left, struct note_item *item) MUST_CHECK;

#endif
