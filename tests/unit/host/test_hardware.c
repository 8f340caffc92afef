/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /proc/cpuinfo and /proc/meminfo tell, and what they leave out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/hardware.h"
#include "support.h"

#define INTEL                                                                         \
	"processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\n" \
	"model name\t: Intel(R) Xeon(R)\nstepping\t: 7\nflags\t\t: fpu\n"

static char path[] = "/tmp/test_hardware.XXXXXX";

static const char *file_of(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	return path;
}

static int make_file(void **state)
{
	(void)state;
	return close(mkstemp(path));
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void test_a_cpu(void **state)
{
	char text[64];

	(void)state;
	assert_true(hardware_cpu_model(file_of(INTEL), text, sizeof(text)));
	assert_string_equal(text, "Intel(R) Xeon(R)");
	assert_true(hardware_cpuid(path, text, sizeof(text)));
	assert_string_equal(text, "GenuineIntel,6,85,7");
	assert_false(hardware_cpuid(path, text, sizeof("GenuineIntel,6,85,7") - 1));
	assert_false(hardware_cpuid(path, text, sizeof("Genuine")));
}

/* arm64 has none of them, s390 its vendor only, an x86 CPU without CPUID no stepping. */
static void test_other_cpus(void **state)
{
	static const char *const texts[] = {
		"",
		"processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n",
		"vendor_id       : IBM/S390\n# processors    : 2\n",
		"vendor_id\t: unknown\ncpu family\t: 4\nmodel\t\t: 0\nstepping\t: unknown\n",
	};
	char text[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_false(hardware_cpuid(file_of(texts[i]), text, sizeof(text)));
		assert_false(hardware_cpu_model(path, text, sizeof(text)));
	}
	assert_false(hardware_cpuid("/nonexistent", text, sizeof(text)));
}

static void test_memory(void **state)
{
	(void)state;
	assert_int_equal(hardware_memory(file_of("MemTotal:       24684084 kB\n")), 24684084);
	assert_int_equal(hardware_memory(file_of("MemFree: 1 kB\n")), 0);
	assert_int_equal(hardware_memory("/nonexistent"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_cpu),
		cmocka_unit_test(test_other_cpus),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
