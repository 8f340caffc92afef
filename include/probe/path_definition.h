/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a kernel probe event that copies the path of every exec that begins
 * (Documentation/trace/kprobetrace.rst).
 *
 * The probe is on alloc_bprm(fd, filename), which fs/exec.c calls once for each exec since Linux
 * 5.8, before anything but the reading of the path and RLIMIT_NPROC can make it fail, and never for
 * an interpreter. FILENAME is the kernel's own copy of the path (struct filename): reading it
 * neither faults nor sees memory that may change. Its `uptr` tells whose it is: the address that
 * the caller of execve(2) gave, and that the tracepoint of the call has as well.
 */
#ifndef PXT_PROBE_PATH_DEFINITION_H
#define PXT_PROBE_PATH_DEFINITION_H

#include <stdint.h>

#define PATH_FUNCTION "alloc_bprm"

/* Bytes of a definition, the NUL included. */
#define PATH_DEFINITION_SIZE 256U

/* Offsets of members of struct filename. */
struct path_offsets {
	uint32_t name, uptr;
};

/* Print the definition of the event PATH_EVENT of GROUP to TEXT. */
void path_define(const char *group, const struct path_offsets *offsets,
		 char text[PATH_DEFINITION_SIZE]);

#endif
