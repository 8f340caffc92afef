/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a kernel probe event that copies the arguments of every exec
 * (Documentation/trace/kprobetrace.rst).
 *
 * The probe is on proc_exec_connector(task), which the kernel calls once an exec has succeeded,
 * right behind the tracepoint sched_process_exec. The event has several definitions: for each
 * chunk of the arguments one that copies it, and one that copies zeros into the same fields. The
 * kernel runs the youngest first, so the zeros come right before the chunk, in the same buffer of
 * the CPU: words of the chunk that cannot be read are then zero, and not what the buffer held
 * before, which may be another process's (argv_trial() proves that order).
 */
#ifndef PXT_PROBE_ARGV_DEFINITION_H
#define PXT_PROBE_ARGV_DEFINITION_H

#include <stdint.h>

/* More than 3072 bytes of fields are refused since Linux 6.9 (MAX_PROBE_EVENT_SIZE). */
#define ARGV_CHUNK_BYTES 3008U
#define ARGV_CHUNKS_MAX 7U

/* Fields of up to 64 words of 8 bytes (MAX_ARRAY_LEN, kernel/trace/trace_probe.h). */
#define ARGV_FIELD_BYTES 512U
#define ARGV_FIELDS ((ARGV_CHUNK_BYTES + ARGV_FIELD_BYTES - 1) / ARGV_FIELD_BYTES)

/* Of chunk N the samples have the number N, those of zeros this one and more. */
#define ARGV_ZEROS ARGV_CHUNKS_MAX
/* Lets the chunks alone pass (PERF_EVENT_IOC_SET_FILTER). */
#define ARGV_FILTER "chunk < 7"

/* Bytes of a definition, the NUL included; the kernel takes 4094. */
#define ARGV_DEFINITION_SIZE 1024U

/* Offsets of members: task_struct.mm, mm_struct.arg_start and .arg_end. */
struct argv_offsets {
	uint32_t mm, arg_start, arg_end;
};

/* Print the definition of CHUNK to TEXT. */
void argv_define(const char *group, const struct argv_offsets *offsets, unsigned int chunk,
		 char text[ARGV_DEFINITION_SIZE]);

/* The number of places that may have zeros. */
#define ARGV_ZERO_SOURCES 2U

/*
 * Print the definition of the zeros before CHUNK to TEXT, which takes them from SOURCE, a number
 * below ARGV_ZERO_SOURCES. The kernel refuses it with ENOENT where it has no such symbol; whether
 * there are zeros argv_trial() proves.
 */
void argv_define_zeros(const char *group, unsigned int chunk, unsigned int source,
		       char text[ARGV_DEFINITION_SIZE]);

#endif
