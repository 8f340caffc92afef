/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes fields of protobuf messages to memory with room for them. Each function returns the end of
 * its output. The encoding is https://protobuf.dev/programming-guides/encoding; every length and
 * number takes as few bytes as it can.
 */
#ifndef PXT_SINK_PERFETTO_PROTO_H
#define PXT_SINK_PERFETTO_PROTO_H

#include <stdint.h>

#include "base/text.h"

/* Bytes of a field beside its text or content at most; FIELD numbers are below 2048. */
#define PROTO_ROOM 12U

/* An integer, enum or bool; of a negative one, its 64 bits. */
char *proto_put_number(char *out, unsigned int field, uint64_t value);

char *proto_put_fixed64(char *out, unsigned int field, uint64_t value);

/* A string or bytes. */
char *proto_put_text(char *out, unsigned int field, struct text text);

/* Begin a message, or a string; its content goes to what this returns, up to proto_end(). */
char *proto_begin(char *out, unsigned int field);

/* The content from BEGIN, of proto_begin(), to OUT is complete. It may be moved. */
char *proto_end(char *begin, char *out);

#endif
