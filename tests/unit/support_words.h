/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records and parts of them, written number by number in either byte order.
 */
#ifndef PXT_TESTS_SUPPORT_WORDS_H
#define PXT_TESTS_SUPPORT_WORDS_H

#include "support.h"

#define WORDS_MAX 1024

struct words {
	unsigned char bytes[WORDS_MAX];
	size_t size;
	bool swap; /* write in the byte order that is not ours */
};

void put_bytes(struct words *words, const void *bytes, size_t length);
void put32(struct words *words, uint32_t value);
void put64(struct words *words, uint64_t value);

#endif
