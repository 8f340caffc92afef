/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/describe.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "host/state.h"
#include "sandbox/capabilities.h"

const char *sandbox_part_name(enum sandbox_part part)
{
	static const char *const part_names[SANDBOX_PARTS] = {
		[SANDBOX_USER] = "user",
		[SANDBOX_CAPABILITIES] = "capabilities",
		[SANDBOX_BOUNDING_SET] = "bounding set",
		[SANDBOX_LANDLOCK] = "Landlock",
		[SANDBOX_SYSCALLS] = "system calls",
	};

	return part_names[part];
}

static const char *why_not(enum sandbox_part part, int code)
{
	if (code == -ECANCELED && part == SANDBOX_LANDLOCK)
		return "it would hide other processes, or is in the way of sanitizers";
	if (code == -ECANCELED)
		return "sanitizers need system calls of their own";
	if (code == -EOPNOTSUPP || code == -ENOSYS)
		return "this kernel does not have it, or has it switched off";
	if (code == -EPERM)
		return "that takes privileges that this process does not have";
	return strerror(-code);
}

/* Those that a run may keep. Others have been left by whoever made the kernel refuse to drop them.
 */
static void list_capabilities(uint64_t set, char *text, size_t size)
{
	static const struct {
		int capability;
		const char *name;
	} known[] = {
		{CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH"},
		{CAP_KILL, "CAP_KILL"},
		{CAP_NET_ADMIN, "CAP_NET_ADMIN"},
		{CAP_IPC_LOCK, "CAP_IPC_LOCK"},
		{CAP_SYS_PTRACE, "CAP_SYS_PTRACE"},
		{CAP_SYS_ADMIN, "CAP_SYS_ADMIN"},
		{CAP_PERFMON, "CAP_PERFMON"},
	};
	size_t used = 0;

	snprintf(text, size, "none");
	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!(set & CAPABILITY_BIT(known[i].capability)) || used >= size)
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "",
					 known[i].name);
		set &= ~CAPABILITY_BIT(known[i].capability);
	}
	if (set && used < size)
		snprintf(text + used, size - used, "%s0x%" PRIx64, used > 0 ? ", " : "", set);
}

void sandbox_describe(const struct sandbox_in_force *in_force, enum sandbox_part part, char *text,
		      size_t size)
{
	const int code = in_force->codes[part];

	if (code < 0)
		snprintf(text, size, "not in force: %s", why_not(part, code));
	else if (part == SANDBOX_USER)
		snprintf(text, size, "uid %u", in_force->uid);
	else if (part == SANDBOX_CAPABILITIES)
		list_capabilities(in_force->capabilities, text, size);
	else if (part == SANDBOX_BOUNDING_SET)
		snprintf(text, size, "empty");
	else if (part == SANDBOX_LANDLOCK)
		snprintf(text, size, "in force (ABI %d)", in_force->landlock_abi);
	else
		snprintf(text, size, "in force (%d rules)", in_force->syscall_rules);
}

void sandbox_describe_all(const struct sandbox_in_force *in_force, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < SANDBOX_PARTS && used < size; i++) {
		if (in_force->codes[i] == 0)
			used += (size_t)snprintf(text + used, size - used, "%s%s",
						 used > 0 ? ", " : "",
						 sandbox_part_name((enum sandbox_part)i));
	}
	for (unsigned int i = 0; i < SANDBOX_PARTS && used < size; i++) {
		if (in_force->codes[i] < 0)
			used += (size_t)snprintf(text + used, size - used, "%snot %s: %s",
						 used > 0 ? "; " : "",
						 sandbox_part_name((enum sandbox_part)i),
						 why_not((enum sandbox_part)i, in_force->codes[i]));
	}
}
