/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is found, and who this process is then.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/user.h"
#include "support.h"
#include "support_child.h"

static void test_who_is_found(void **state)
{
	struct sandbox_user user = {1, 2};
	struct error err = {0};

	(void)state;
	assert_int_equal(sandbox_user_find("nobody", &user, &err), 0);
	assert_int_equal(user.uid, 65534);
	const gid_t group = user.gid;
	user = (struct sandbox_user){1, 2};
	assert_int_equal(sandbox_user_find("65534", &user, &err), 0);
	assert_int_equal(user.uid, 65534);
	assert_int_equal(user.gid, group);
}

static void test_who_is_not(void **state)
{
	static const char *const names[] = {"",           "no such user",         "65534x", "-1",
					    "4294967295", "18446744073709551615", "+65534"};
	struct sandbox_user user = {1, 2};
	struct error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		err = (struct error){0};
		assert_int_equal(sandbox_user_find(names[i], &user, &err), -ENOENT);
		assert_non_null(strstr(err.what, "no user '"));
	}
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(sandbox_user_find(i ? "root" : "0", &user, &err), -EPERM);
		assert_non_null(strstr(err.what, "is root"));
	}
	assert_int_equal(user.uid, 1);
	assert_int_equal(user.gid, 2);
}

static void become_nobody(void *unused)
{
	const struct sandbox_user nobody = USER_NOBODY;
	const uint64_t permitted = own_status("CapPrm:", 16);
	uid_t real, effective, saved;
	gid_t real_group, effective_group, saved_group;

	(void)unused;
	CHILD_CHECK(sandbox_user_become(&nobody) == 0);
	CHILD_CHECK(getresuid(&real, &effective, &saved) == 0);
	CHILD_CHECK(getresgid(&real_group, &effective_group, &saved_group) == 0);
	CHILD_CHECK(real == 65534 && effective == 65534 && saved == 65534);
	CHILD_CHECK(real_group == 65534 && effective_group == 65534 && saved_group == 65534);
	CHILD_CHECK(getgroups(0, NULL) == 0);
	CHILD_CHECK(own_status("CapPrm:", 16) == permitted);
	/* Effective ones are gone: nobody becomes anybody else. */
	CHILD_CHECK(sandbox_user_become(&(struct sandbox_user){1, 1}) == -EPERM);
	CHILD_CHECK(geteuid() == 65534);
}

static void test_becoming_nobody(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("only root becomes others\n");
		skip();
	}
	const struct child_end end = child_run(become_nobody, NULL);
	assert_child_fine(&end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_is_found),
		cmocka_unit_test(test_who_is_not),
		cmocka_unit_test(test_becoming_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
