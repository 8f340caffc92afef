/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of sinks.
 */
#include <string.h>

#include "sink/sinks.h"
#include "support.h"

static void test_every_row_is_found_and_makes_a_sink(void **state)
{
	(void)state;
	for (size_t i = 0; i < sink_type_count; i++) {
		const struct sink_type *type = &sink_types[i];
		struct out_buffer *buffer = out_buffer_new(-1);
		struct sink *sink = type->make(&(struct sink_context){.output = buffer});

		assert_ptr_equal(sink_type_find(type->name), type);
		assert_non_null(sink);
		sink_free(sink);
		out_buffer_free(buffer);
	}
	assert_null(sink_type_find("JSON"));
	assert_null(sink_type_find(""));
}

static void test_names_are_those_that_f_takes(void **state)
{
	char names[80], few[8];

	(void)state;
	sink_type_names(names, sizeof(names));
	assert_string_equal(names, "pipe, json, table, tree, html, perfetto or compile-commands");
	sink_type_names(few, sizeof(few));
	assert_string_equal(few, "pipe, j");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_is_found_and_makes_a_sink),
		cmocka_unit_test(test_names_are_those_that_f_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
