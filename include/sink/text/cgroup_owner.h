/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the systemd unit and the container that a cgroup belongs to, by its path alone.
 */
#ifndef PXT_SINK_TEXT_CGROUP_OWNER_H
#define PXT_SINK_TEXT_CGROUP_OWNER_H

#include "base/text.h"

/*
 * Returns the innermost unit of PATH that is no slice ("ssh.service", "session-2.scope"), borrowed
 * from PATH; NULL: there is none. Names as systemd makes them of units (cg_escape() of its
 * src/basic/cgroup-util.c).
 */
struct text cgroup_unit(struct text path);

/*
 * Returns the id, 64 hexadecimal digits, of the innermost container of PATH as Docker, Podman,
 * containerd, CRI-O and Kubernetes name their cgroups, borrowed from PATH; NULL: there is none.
 */
struct text cgroup_container(struct text path);

#endif
