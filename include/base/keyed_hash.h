/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A keyed hash function: multiplication folded to 64 bits, as in wyhash, with secrets that the
 * kernel gives each process (AT_RANDOM, getauxval(3)). Nobody who chooses the keys can predict it.
 */
#ifndef PXT_BASE_KEYED_HASH_H
#define PXT_BASE_KEYED_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Set before main(). Only tests change them. */
extern uint64_t keyed_hash_secrets[2];

static inline uint64_t keyed_hash_mix(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
	uint64_t product = a * b;

	return product ^ product >> 32;
#endif
}

/* Mixes twice: after one product, keys at equal distances are still a progression. */
static inline uint64_t keyed_hash_u64(uint64_t key)
{
	const uint64_t *secrets = keyed_hash_secrets;
	uint64_t once = keyed_hash_mix(key ^ secrets[0], secrets[1]);

	return keyed_hash_mix(once ^ secrets[1], secrets[0] | 1);
}

/* Returns a hash of which all bits are equally good. */
static inline uint64_t keyed_hash(const void *key, size_t length)
{
	const unsigned char *bytes = key;
	uint64_t hash = length, part = 0;

	for (; length > sizeof(part); length -= sizeof(part), bytes += sizeof(part)) {
		memcpy(&part, bytes, sizeof(part));
		hash = keyed_hash_u64(hash ^ part);
	}
	part = 0;
	memcpy(&part, bytes, length);
	return keyed_hash_u64(hash ^ part);
}

#endif
