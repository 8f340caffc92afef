/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers of bytes for people.
 */
#ifndef PXT_SINK_TEXT_SIZES_H
#define PXT_SINK_TEXT_SIZES_H

#include <stdint.h>

/* Room that sizes_put() needs, in bytes. */
#define SIZES_ROOM 16U

/*
 * Write BYTES to OUT in units of 1024, rounded down to about three digits: "812B", "812K", "3.2M",
 * "34.4M", "512M", "1.5G". "?" for a negative number, which is not known. Returns the end; no NUL
 * is written.
 */
char *sizes_put(char *out, int64_t bytes);

#endif
