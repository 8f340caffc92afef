/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/account.h"

#include <errno.h>
#include <stdint.h>

#include "base/number.h"

const struct passwd *account_find(const char *name)
{
	uint64_t uid;

	errno = 0;
	const struct passwd *account = getpwnam(name);
	/* The last one is the kernel's "no user" (INVALID_UID). */
	if (account || number_parse(name, 0, UINT32_MAX - 1, &uid) < 0)
		return account;
	return getpwuid((uid_t)uid);
}
