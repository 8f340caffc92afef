/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a Perfetto trace, independently of what writes it.
 */
#ifndef PXT_TESTS_SUPPORT_PERFETTO_H
#define PXT_TESTS_SUPPORT_PERFETTO_H

#include <stddef.h>

/*
 * The trace of LENGTH BYTES as text, a line for each packet; numbers that stand for names are these
 * names. Fails the test where it is not well-formed, has a field that is not in trace_packet.proto
 * as far as we write it, refers to a name that does not come before, or has a text that is not
 * UTF-8 or has control characters. The caller frees.
 */
char *perfetto_text(const char *bytes, size_t length);

#endif
