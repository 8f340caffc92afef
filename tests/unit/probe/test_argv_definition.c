/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of the argv probe's definitions.
 */
#include <string.h>

#include "probe/argv_definition.h"
#include "probe/own_names.h"
#include "support.h"

static const struct argv_offsets offsets = {.mm = 2304, .arg_start = 376, .arg_end = 384};

static void test_definitions(void **state)
{
	char text[ARGV_DEFINITION_SIZE];

	(void)state;
	argv_define("g", &offsets, 0, text);
	assert_string_equal(text, "p:g/argv proc_exec_connector chunk=\\0:u32 "
				  "start=+376(+2304($arg1)):x64 end=+384(+2304($arg1)):x64 "
				  "bytes0=+0(+376(+2304($arg1))):x64[64] "
				  "bytes1=+512(+376(+2304($arg1))):x64[64] "
				  "bytes2=+1024(+376(+2304($arg1))):x64[64] "
				  "bytes3=+1536(+376(+2304($arg1))):x64[64] "
				  "bytes4=+2048(+376(+2304($arg1))):x64[64] "
				  "bytes5=+2560(+376(+2304($arg1))):x64[56]");
	argv_define("g", &offsets, 2, text);
	assert_non_null(strstr(text, " chunk=\\2:u32 "));
	assert_non_null(strstr(text, " bytes0=+6016(+376(+2304($arg1))):x64[64]"));
	assert_non_null(strstr(text, " bytes5=+8576(+376(+2304($arg1))):x64[56]"));
	argv_define_zeros("g", 2, 0, text);
	assert_string_equal(text, "p:g/argv proc_exec_connector chunk=\\9:u32 "
				  "start=\\0:x64 end=\\0:x64 "
				  "bytes0=@empty_zero_page:x64[64] "
				  "bytes1=@empty_zero_page:x64[64] "
				  "bytes2=@empty_zero_page:x64[64] "
				  "bytes3=@empty_zero_page:x64[64] "
				  "bytes4=@empty_zero_page:x64[64] "
				  "bytes5=@empty_zero_page:x64[56]");
	argv_define_zeros("g", 0, 1, text);
	assert_non_null(strstr(text, " chunk=\\7:u32 start=\\0:x64 end=\\0:x64 "
				     "bytes0=@_etext-512:x64[64] "));
}

/* The longest there is has room. */
static void test_longest(void **state)
{
	const struct event_owner owner = {INT32_MAX, UINT64_MAX};
	const struct argv_offsets far = {INT32_MAX, INT32_MAX, INT32_MAX};
	char group[OWN_GROUP_SIZE], text[ARGV_DEFINITION_SIZE];

	(void)state;
	own_group_name(&owner, group);
	assert_string_equal(group, "perf_exec_trace_2147483647_18446744073709551615");
	argv_define(group, &far, ARGV_CHUNKS_MAX - 1, text);
	assert_string_equal(text + strlen(text) - 8, ":x64[56]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_definitions),
		cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
