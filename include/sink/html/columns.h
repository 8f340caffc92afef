/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Collects what the page has to know as columns, a JSON array each (docs/html.md has their
 * meaning). Numbers are differences to the one before; a text that equals the one before is 0.
 *
 * A failure for want of memory is kept: columns_error() tells it.
 */
#ifndef PXT_SINK_HTML_COLUMNS_H
#define PXT_SINK_HTML_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/compiler.h"
#include "base/text.h"
#include "event/facts.h"
#include "sink/html/compressor.h"

/* The first one of each table decides how many rows that has. Times are in microseconds. */
enum column {
	/* Processes, in the order in which they became known; rows are counted from 0. */
	BORN_TIME,
	BORN_PID,
	BORN_PARENT, /* row of the parent; -1: not in the trace */
	BORN_PPID,   /* where there is no such row; else 0; -1: not known */
	BORN_KIND,   /* enum born_kind of sink/lives.h */
	BORN_NAME,
	BORN_FROM, /* the name of `BORN_PPID` */
	/* Programs that they run. */
	EXEC_TIME,
	EXEC_PROCESS,
	EXEC_PROGRAM,
	EXEC_FILE,
	EXEC_COMMAND, /* for a shell */
	EXEC_UID,     /* -1: not known */
	EXEC_EUID,
	EXEC_CGROUP,
	EXEC_UNIT, /* this and the next one with --units only */
	EXEC_CONTAINER,
	EXEC_CWD,      /* with --cwd only */
	EXEC_EXE,      /* with --exe only */
	EXEC_SESSION,  /* this and the next two with --session only; -1: not known */
	EXEC_TTY,      /* empty: none, or not known */
	EXEC_LOGINUID, /* -1: nobody, or not known */
	/* Their ends. */
	EXIT_TIME,
	EXIT_PROCESS,
	EXIT_NAME,
	EXIT_CODE,   /* -1: a signal, or not known */
	EXIT_SIGNAL, /* its name, and who sent it */
	EXIT_FLAGS,  /* enum exit_flags */
	EXIT_THREADS,
	EXIT_FAILED, /* the name by an exec that did not come to be */
	EXIT_AFTER,  /* the same of a signal that was handled before */
	EXIT_CGROUP,
	EXIT_UNIT, /* this and the next one with --units only */
	EXIT_CONTAINER,
	EXIT_USER, /* this and the next four with --usage only; -1: not known */
	EXIT_SYSTEM,
	EXIT_PEAK, /* bytes, as the next two */
	EXIT_READ,
	EXIT_WRITTEN,
	/* Events that were lost. */
	LOST_TIME,
	LOST_CPU, /* -1: not known */
	LOST_COUNT,
	/* The wall clock: from a time on, so many microseconds more than the events' clock. */
	WALL_TIME,
	WALL_OFFSET,
	COLUMNS
};

enum exit_flags {
	EXIT_CORE = 1,    /* a core was dumped */
	EXIT_OOM = 2,     /* the OOM killer chose it */
	EXIT_UNSURE = 4,  /* perhaps only a thread ended */
	EXIT_NONE = 8,    /* it still ran when the trace ended */
	EXIT_UNSEEN = 16, /* its pid was taken by another process */
};

/* All 0 is empty. */
struct columns {
	struct column_state {
		struct buffer json;
		int64_t number;        /* the last one */
		size_t text, text_end; /* the last one, in `json` */
	} items[COLUMNS];
	struct buffer scratch;
	size_t size; /* bytes in all */
	bool failed;
};

/* Free the memory. */
void columns_done(struct columns *columns);

/* Append a NUMBER to COLUMN. */
void columns_number(struct columns *columns, enum column column, int64_t number);

/* Append the parts that are not NULL, any bytes, joined by blanks and escaped. */
void columns_text(struct columns *columns, enum column column, const struct text parts[],
		  size_t count);

/* Append the words of ARGUMENTS, quoted for a shell. */
void columns_command(struct columns *columns, enum column column,
		     const struct arguments *arguments);

/* Returns 0 or -ENOMEM. */
int columns_error(const struct columns *columns) MUST_CHECK;

/* Write all columns that have rows to OUT as one line of JSON, and empty them. Returns 0 or a
 * negative errno. */
int columns_write(struct columns *columns, struct compressor *out) MUST_CHECK;

#endif
