/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JSON documents member by member: commas, and strings of any bytes and length.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sink/text/json_writer.h"
#include "support.h"

static void assert_string(const char *string, const char *expected)
{
	char *text;
	size_t size;
	struct json_writer json = {.out = open_memstream(&text, &size)};

	assert_non_null(json.out);
	json_string(&json, NULL, string);
	fclose(json.out);
	assert_string_equal(text, expected);
	free(text);
}

static void test_document(void **state)
{
	char *text;
	size_t size;
	struct json_writer json = {.out = open_memstream(&text, &size)};

	(void)state;
	assert_non_null(json.out);
	json_begin_object(&json, NULL);
	json_begin_array(&json, "none");
	json_end_array(&json);
	json_number(&json, "low", INT64_MIN);
	json_begin_array(&json, "some");
	json_string(&json, NULL, "a");
	json_begin_object(&json, NULL);
	json_bool(&json, "yes", true);
	json_bool(&json, "no", false);
	json_end_object(&json);
	json_begin_object(&json, NULL);
	json_end_object(&json);
	json_end_array(&json);
	json_null(&json, "last");
	json_end_object(&json);
	fclose(json.out);
	assert_string_equal(text, "{\"none\":[],\"low\":-9223372036854775808,\"some\":[\"a\","
				  "{\"yes\":true,\"no\":false},{}],\"last\":null}");
	free(text);
}

static void test_strings(void **state)
{
	(void)state;
	assert_string("", "\"\"");
	assert_string(NULL, "null");
	assert_string("a \"b\" \\ \n\x1b", "\"a \\\"b\\\" \\\\ \\u000a\\u001b\"");
	assert_string("\xff", "\"\xef\xbf\xbd\"");
	assert_string("\u00e4\u20ac\U0001f600", "\"\u00e4\u20ac\U0001f600\"");
}

/* However long, and wherever in a piece a character of several bytes is. */
static void test_long_strings(void **state)
{
	(void)state;
	for (size_t before = 240; before < 270; before++) {
		char string[600], expected[610];

		memset(string, 'x', before);
		strcpy(string + before, "\u20ac\U0001f600");
		memset(string + strlen(string), 'y', 300);
		string[before + 7 + 300] = '\0';
		snprintf(expected, sizeof(expected), "\"%s\"", string);
		assert_string(string, expected);
	}
	/* Nothing but continuation bytes. */
	char bad[300], expected[3 * 299 + 3] = "\"";
	memset(bad, 0x80, 299);
	bad[299] = '\0';
	for (size_t i = 0; i < 299; i++)
		memcpy(expected + 1 + 3 * i, "\xef\xbf\xbd", 3);
	strcpy(expected + 1 + 3 * 299, "\"");
	assert_string(bad, expected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_long_strings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
