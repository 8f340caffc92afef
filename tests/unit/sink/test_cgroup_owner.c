/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Units and containers by the paths of their cgroups, as hosts have them, and as they might be.
 */
#include <string.h>

#include "sink/text/cgroup_owner.h"
#include "support.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER_ID "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define POD "pod4be3aa3c_5f0f_4e0c_a3b2_6f2b1f0f9a11"

static const struct {
	const char *path, *unit, *container;
} cases[] = {
	{"/", NULL, NULL},
	{"", NULL, NULL},
	{"/system.slice/ssh.service", "ssh.service", NULL},
	{"/system.slice/ssh.service/sub/group", "ssh.service", NULL},
	{"/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", NULL},
	{"/user.slice/user-1000.slice/session-2.scope", "session-2.scope", NULL},
	{"/user.slice/user-1000.slice/user@1000.service/init.scope", "init.scope", NULL},
	{"/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope", "app-x.scope",
	 NULL},
	{"/user.slice/user-1000.slice", NULL, NULL},
	{"/system.slice/_cgroup.procs.service", "cgroup.procs.service", NULL},
	{"/system.slice/tmp.mount", "tmp.mount", NULL},
	{"/system.slice/.service", NULL, NULL},
	{"/init.scope", "init.scope", NULL},
	/* Docker, by systemd and by files. */
	{"/system.slice/docker-" ID ".scope", "docker-" ID ".scope", ID},
	{"/docker/" ID, NULL, ID},
	{"/docker/" OTHER_ID "/docker/" ID, NULL, ID},
	{"/system.slice/docker-" ID ".scope/system.slice/nginx.service", "nginx.service", ID},
	/* Podman. */
	{"/machine.slice/libpod-" ID ".scope/container", "libpod-" ID ".scope", ID},
	{"/machine.slice/libpod-conmon-" ID ".scope", "libpod-conmon-" ID ".scope", NULL},
	{"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope",
	 "libpod-" ID ".scope", ID},
	{"/libpod_parent/libpod-" ID, NULL, ID},
	/* Kubernetes. */
	{"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-" POD
	 ".slice/cri-containerd-" ID ".scope",
	 "cri-containerd-" ID ".scope", ID},
	{"/kubepods.slice/kubepods-" POD ".slice/crio-" ID ".scope", "crio-" ID ".scope", ID},
	{"/kubepods/besteffort/" POD "/" ID, NULL, ID},
	/* No ids. */
	{"/docker/0123456789ab", NULL, NULL},
	{"/docker/" ID "0", NULL, NULL},
	{"/docker/G" OTHER_ID, NULL, NULL},
	{"/system.slice/docker-.scope", "docker-.scope", NULL},
	{"/system.slice/docker.service", "docker.service", NULL},
	{"no slash.service", NULL, NULL},
};

static void check(struct text found, const char *expected, const char *path)
{
	if (!expected && !found.bytes)
		return;
	if (!expected || !found.bytes || found.length != strlen(expected) ||
	    memcmp(found.bytes, expected, found.length) != 0)
		fail_msg("%s: %.*s", path, (int)found.length, found.bytes ? found.bytes : "");
}

static void test_units(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check(cgroup_unit((struct text){cases[i].path, strlen(cases[i].path)}),
		      cases[i].unit, cases[i].path);
	assert_null(cgroup_unit((struct text){NULL, 0}).bytes);
}

static void test_containers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check(cgroup_container((struct text){cases[i].path, strlen(cases[i].path)}),
		      cases[i].container, cases[i].path);
	assert_null(cgroup_container((struct text){NULL, 0}).bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_containers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
