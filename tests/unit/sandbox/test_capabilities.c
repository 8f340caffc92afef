/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which capabilities are left, as the kernel tells it.
 */
#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/capabilities.h"
#include "support.h"
#include "support_child.h"

#define CHOWN CAPABILITY_BIT(CAP_CHOWN)
#define KILL CAPABILITY_BIT(CAP_KILL)
#define AUDIT_READ CAPABILITY_BIT(CAP_AUDIT_READ) /* of the upper half */

static void expect_sets(uint64_t permitted)
{
	CHILD_CHECK(own_status("CapInh:", 16) == 0);
	CHILD_CHECK(own_status("CapPrm:", 16) == permitted);
	CHILD_CHECK(own_status("CapEff:", 16) == permitted);
	CHILD_CHECK(own_status("CapAmb:", 16) == 0);
}

static void keep(void *wanted)
{
	uint64_t kept = UINT64_MAX;

	CHILD_CHECK(capabilities_keep(*(const uint64_t *)wanted, &kept) == 0);
	CHILD_CHECK(kept == *(const uint64_t *)wanted);
	expect_sets(kept);
}

static void skip_without_capabilities(void)
{
	const uint64_t needed = CHOWN | KILL | AUDIT_READ | CAPABILITY_BIT(CAP_SETPCAP);

	if ((own_status("CapEff:", 16) & needed) != needed) {
		print_message("these capabilities are not to be had here\n");
		skip();
	}
}

static void test_what_is_kept_is_all_there_is(void **state)
{
	uint64_t sets[] = {0, KILL, AUDIT_READ, CHOWN | KILL | AUDIT_READ};

	(void)state;
	skip_without_capabilities();
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		const struct child_end end = child_run(keep, &sets[i]);

		assert_child_fine(&end);
	}
}

static void keep_what_is_gone(void *unused)
{
	uint64_t kept;

	(void)unused;
	CHILD_CHECK(capabilities_keep(KILL | AUDIT_READ, &kept) == 0);
	CHILD_CHECK(capabilities_keep(CHOWN | KILL, &kept) == 0);
	CHILD_CHECK(kept == KILL);
	expect_sets(KILL);
}

static void test_nothing_is_gained(void **state)
{
	(void)state;
	skip_without_capabilities();
	const struct child_end end = child_run(keep_what_is_gone, NULL);
	assert_child_fine(&end);
}

/* Ambient capabilities have to be inheritable. */
static void make_ambient(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct halves[2];

	CHILD_CHECK(syscall(SYS_capget, &header, halves) == 0);
	halves[0].inheritable = (uint32_t)(KILL | CHOWN);
	CHILD_CHECK(syscall(SYS_capset, &header, halves) == 0);
	CHILD_CHECK(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0) == 0);
	CHILD_CHECK(own_status("CapAmb:", 16) == KILL);
}

static void keep_ambient(void *unused)
{
	uint64_t kept;

	(void)unused;
	make_ambient();
	CHILD_CHECK(capabilities_keep(KILL, &kept) == 0);
	expect_sets(KILL);
}

static void test_none_is_inherited(void **state)
{
	(void)state;
	skip_without_capabilities();
	const struct child_end end = child_run(keep_ambient, NULL);
	assert_child_fine(&end);
}

static void empty(void *unused)
{
	(void)unused;
	CHILD_CHECK(own_status("CapBnd:", 16) != 0);
	CHILD_CHECK(capabilities_empty_bounding_set() == 0);
	CHILD_CHECK(own_status("CapBnd:", 16) == 0);
	CHILD_CHECK(own_status("CapEff:", 16) != 0);
	/* Nothing is left to be dropped. */
	CHILD_CHECK(capabilities_empty_bounding_set() == 0);
}

static void empty_unprivileged(void *unused)
{
	uint64_t kept;

	(void)unused;
	CHILD_CHECK(capabilities_keep(KILL, &kept) == 0);
	CHILD_CHECK(capabilities_empty_bounding_set() == -EPERM);
}

static void test_the_bounding_set(void **state)
{
	(void)state;
	skip_without_capabilities();
	const struct child_end end = child_run(empty, NULL);
	assert_child_fine(&end);
	const struct child_end refused = child_run(empty_unprivileged, NULL);
	assert_child_fine(&refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_kept_is_all_there_is),
		cmocka_unit_test(test_nothing_is_gained),
		cmocka_unit_test(test_none_is_inherited),
		cmocka_unit_test(test_the_bounding_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
