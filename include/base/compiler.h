/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compiler attributes under short names. gcc and clang know all of them.
 */
#ifndef PXT_BASE_COMPILER_H
#define PXT_BASE_COMPILER_H

/* The caller must use the return value. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* The compiler checks the arguments against a printf format. FMT and ARGS count from 1. */
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* Keeps the stack frame of a rare case out of its callers. */
#define NOINLINE __attribute__((noinline))

/* 1 with AddressSanitizer, of which gcc and clang tell each in their own way; else 0. */
#if defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

/*
 * Inlined wherever it is called, so that its constant arguments are constants in it too. Not with
 * sanitizers, whose checks make such code so large that gcc takes minutes to compile it.
 */
#if HAS_SANITIZER
#define ALWAYS_INLINE inline
#else
#define ALWAYS_INLINE inline __attribute__((always_inline))
#endif

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#endif
