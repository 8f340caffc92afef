/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks up accounts of the host's user database.
 */
#ifndef PXT_HOST_ACCOUNT_H
#define PXT_HOST_ACCOUNT_H

#include <pwd.h>

/*
 * Returns the account called NAME, or of the uid that NAME is, borrowed until the next call. NULL
 * where there is none, or with errno set where the database cannot be read.
 */
const struct passwd *account_find(const char *name);

#endif
