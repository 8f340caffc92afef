/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of errors that system calls return. Numbers are those of x86, arm64 and s390, which agree
 * (include/uapi/asm-generic/errno.h), on any host.
 */
#ifndef PXT_EVENT_ERROR_NAMES_H
#define PXT_EVENT_ERROR_NAMES_H

#include <stdint.h>

/* Returns "ENOENT", static; NULL where ERROR has no name. */
const char *error_name(int32_t error);

#endif
