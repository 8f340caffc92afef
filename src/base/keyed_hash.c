/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/keyed_hash.h"

#include <sys/auxv.h>

uint64_t keyed_hash_secrets[2];

__attribute__((constructor)) static void take_secrets(void)
{
	const void *random = (const void *)getauxval(AT_RANDOM);

	/* Each kernel since 2.6.29 gives it. */
	if (random)
		memcpy(keyed_hash_secrets, random, sizeof(keyed_hash_secrets));
	/* An even factor would lose bits. */
	keyed_hash_secrets[1] |= 1;
}
