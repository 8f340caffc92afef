/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Users that COMMAND is run as: looked up, become for a while, and become for good by a child.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/command.h"
#include "run/user.h"
#include "support.h"

#define NOBODY 65534

static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static struct user *find(const char *name)
{
	struct error err = {0};
	struct user *user = NULL;

	if (user_find(name, &user, &err) < 0)
		fail_msg("%s", err.what);
	return user;
}

/* The name of nobody, which differs by distribution no more than its groups do. */
static const struct passwd *nobody(void)
{
	const struct passwd *account = getpwuid(NOBODY);

	if (!account)
		skip();
	return account;
}

static void test_found_by_name_and_by_number(void **state)
{
	(void)state;
	need_root();
	const struct passwd *account = nobody();
	struct user *by_name = find(account->pw_name), *by_number = find("65534");

	assert_int_equal(by_name->uid, NOBODY);
	assert_int_equal(by_name->gid, account->pw_gid);
	assert_string_equal(by_name->home, account->pw_dir);
	assert_int_equal(by_name->group_count, by_number->group_count);
	assert_true(by_name->group_count > 0);
	assert_int_equal(by_number->uid, NOBODY);
	assert_string_equal(by_number->name, account->pw_name);
	user_free(by_name);
	user_free(by_number);
	user_free(NULL);
}

static void test_nobody_of_that_name(void **state)
{
	static const char *const names[] = {"no-such-user", "4294967294", "4294967295", "-1", " 0"};

	(void)state;
	need_root();
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct error err = {0};
		struct user *user = NULL;

		assert_int_equal(user_find(names[i], &user, &err), -EINVAL);
		assert_non_null(strstr(err.what, names[i]));
		assert_null(user);
	}
}

static void test_only_root_may(void **state)
{
	struct error err = {0};
	struct user *user = NULL;

	(void)state;
	need_root();
	assert_int_equal(seteuid(NOBODY), 0);
	int code = user_find("0", &user, &err);
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(code, -EPERM);
	assert_non_null(strstr(err.what, "only root"));
	assert_non_null(strstr(err.remedy, "sudo"));
}

static void test_files_are_the_users_for_a_while(void **state)
{
	struct error err = {0};

	(void)state;
	need_root();
	nobody();
	struct user *user = find("65534");
	assert_int_equal(user_files_begin(user, &err), 0);
	uid_t uid = geteuid();
	gid_t gid = getegid(), groups[64];
	int count = getgroups(ARRAY_SIZE(groups), groups);
	user_files_end(user);
	assert_int_equal(uid, NOBODY);
	assert_int_equal(gid, user->gid);
	assert_int_equal(count, user->group_count);
	assert_int_equal(geteuid(), 0);
	assert_int_equal(getegid(), 0);
	user_free(user);

	assert_int_equal(user_files_begin(NULL, &err), 0);
	assert_int_equal(geteuid(), 0);
	user_files_end(NULL);
}

static void test_files_where_ids_may_not_be_set(void **state)
{
	struct user other = {.uid = 12345, .gid = 12345};
	struct error err = {0};

	(void)state;
	need_root();
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		/* The saved ids stay root's, so that there is a way back. */
		bool refused = seteuid(NOBODY) == 0 && user_files_begin(&other, &err) == -EPERM;
		_exit(refused && geteuid() == 0 && err.what[0] ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* ---- COMMAND ---- */

/* How COMMAND, which is held first, ends as USER; ERR is of its release. */
static int run(const char *const argv[], const struct user *user, struct error *err)
{
	const struct command_plan plan = {.argv = (char *const *)(uintptr_t)argv, .user = user};
	struct command command;

	assert_int_equal(command_start(&command, &plan, err), 0);
	if (command_release(&command, argv[0], err) == 0) {
		while (!command_has_ended(&command, true))
			;
	}
	command_done(&command);
	return command.status;
}

static void test_command_is_its_user_for_good(void **state)
{
	const char script[] =
		"test \"$(id -u):$USER:$LOGNAME\" = \"65534:$1:$1\" && test \"$HOME\" = \"$2\" &&"
		" test \"$(sed -n 's/^Uid:\t//p' /proc/self/status)\" = "
		"\"$(printf '65534\t65534\t65534\t65534')\" && exit 9";
	struct error err = {0};

	(void)state;
	need_root();
	nobody();
	struct user *user = find("65534");
	const char *argv[] = {"/bin/sh", "-c", script, "sh", user->name, user->home, NULL};
	assert_int_equal(run(argv, user, &err), 9);
	user_free(user);
}

static void test_command_gets_the_environment_it_is_given(void **state)
{
	char only[] = "ONLY=this", *environment[] = {only, NULL};
	struct user user = {.uid = geteuid(), .gid = getegid(), .environment = environment};
	const char *argv[] = {"/bin/sh", "-c", "test \"$ONLY:$USER\" = this: && exit 9", NULL};
	struct error err = {0};

	(void)state;
	need_root();
	assert_int_equal(setenv("USER", "somebody", 1), 0);
	assert_int_equal(run(argv, &user, &err), 9);
}

/* The last uid is none: setresuid(2) takes it for "leave it", and setgroups(2) for no group. */
static void test_a_user_that_cannot_be_become(void **state)
{
	gid_t none = (gid_t)-1;
	struct user user = {.uid = NOBODY, .gid = NOBODY, .groups = &none, .group_count = 1};
	const char *argv[] = {"/bin/true", NULL};
	struct error err = {0};

	(void)state;
	need_root();
	assert_int_equal(run(argv, &user, &err), COMMAND_CANNOT_RUN);
	assert_non_null(strstr(err.what, "'/bin/true' as another user"));
}

static void test_command_that_cannot_be_run(void **state)
{
	const char *missing[] = {"/no/such/program", NULL}, *directory[] = {"/tmp", NULL};
	struct error err = {0};

	(void)state;
	assert_int_equal(run(missing, NULL, &err), COMMAND_NOT_FOUND);
	assert_non_null(strstr(err.what, "cannot run '/no/such/program': "));
	assert_int_equal(run(directory, NULL, &err), COMMAND_CANNOT_RUN);
	assert_non_null(strstr(err.what, "cannot run '/tmp': "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found_by_name_and_by_number),
		cmocka_unit_test(test_nobody_of_that_name),
		cmocka_unit_test(test_only_root_may),
		cmocka_unit_test(test_files_are_the_users_for_a_while),
		cmocka_unit_test(test_files_where_ids_may_not_be_set),
		cmocka_unit_test(test_command_is_its_user_for_good),
		cmocka_unit_test(test_command_gets_the_environment_it_is_given),
		cmocka_unit_test(test_a_user_that_cannot_be_become),
		cmocka_unit_test(test_command_that_cannot_be_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
