/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The scripts that bpftrace runs for us: the same lines (bpftrace_line.h) by different means, since
 * versions of bpftrace and kernels differ in how a field is written. Nothing of a script comes from
 * a user.
 */
#ifndef PXT_SOURCE_BPFTRACE_SCRIPT_H
#define PXT_SOURCE_BPFTRACE_SCRIPT_H

/* Of a path, its NUL included: what fits twice into BPF's stack of 512 bytes. */
#define BPFTRACE_PATH_SIZE 128

/* Marks that each CPU prints a second, which show that it is read. */
#define BPFTRACE_BEATS 10

struct bpftrace_script {
	const char *name; /* for messages */
	const char *text;
};

/* The likeliest first; ended by one without a name. */
extern const struct bpftrace_script bpftrace_scripts[];

#endif
