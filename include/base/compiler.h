/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compiler attributes under short names. gcc and clang know all of them.
 */
#ifndef PXT_BASE_COMPILER_H
#define PXT_BASE_COMPILER_H

/* The caller must look at what is returned. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* Checks the arguments against a printf format: FMT and ARGS are 1-based. */
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* Keep the room that a rare case needs on the stack out of its callers. */
#define NOINLINE __attribute__((noinline))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
