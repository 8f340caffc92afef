/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loads numbers from bytes that need not be aligned. SWAP: they are in the other byte order.
 */
#ifndef PXT_BASE_LOAD_H
#define PXT_BASE_LOAD_H

#include <byteswap.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t load16(const void *from, bool swap)
{
	uint16_t value;

	memcpy(&value, from, sizeof(value));
	return swap ? bswap_16(value) : value;
}

static inline uint32_t load32(const void *from, bool swap)
{
	uint32_t value;

	memcpy(&value, from, sizeof(value));
	return swap ? bswap_32(value) : value;
}

static inline uint64_t load64(const void *from, bool swap)
{
	uint64_t value;

	memcpy(&value, from, sizeof(value));
	return swap ? bswap_64(value) : value;
}

#endif
