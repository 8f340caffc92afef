/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Describes this host as the origin of events (struct source_info).
 */
#ifndef PXT_SOURCE_HOST_INFO_H
#define PXT_SOURCE_HOST_INFO_H

#include "host/identity.h"
#include "source/source.h"

/* Fill INFO's host, boot and wall clock, and that events have times. It borrows from IDENTITY. */
void host_info_fill(struct source_info *info, struct host_identity *identity);

#endif
