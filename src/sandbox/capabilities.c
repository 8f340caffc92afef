/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/capabilities.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* More than any kernel knows: sets are of 64 bits. */
#define CAPABILITIES_MAX 64

/* capget(2) and capset(2) take the sets in halves. */
struct sets {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3];
};

int capabilities_empty_bounding_set(void)
{
	for (int i = 0; i < CAPABILITIES_MAX; i++) {
		int known = prctl(PR_CAPBSET_READ, i, 0, 0, 0);

		/* EINVAL: this kernel's last one came before. */
		if (known < 0)
			return 0;
		if (known > 0 && prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0)
			return -errno;
	}
	return 0;
}

static int read_sets(struct sets *sets)
{
	*sets = (struct sets){.header = {.version = _LINUX_CAPABILITY_VERSION_3}};
	return syscall(SYS_capget, &sets->header, sets->halves) < 0 ? -errno : 0;
}

int capabilities_keep(uint64_t keep, uint64_t *kept)
{
	struct sets sets;
	int code = read_sets(&sets);

	if (code < 0)
		return code;
	for (unsigned int i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		uint32_t left = sets.halves[i].permitted & (uint32_t)(keep >> (32 * i));

		sets.halves[i] = (struct __user_cap_data_struct){left, left, 0};
	}
	/* The ambient set is never larger than the inheritable one. */
	if (syscall(SYS_capset, &sets.header, sets.halves) < 0)
		return -errno;
	*kept = (uint64_t)sets.halves[1].permitted << 32 | sets.halves[0].permitted;
	return 0;
}
