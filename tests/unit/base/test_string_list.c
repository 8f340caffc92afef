/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/string_list.h"
#include "support.h"

static struct string_list list_of(const char *bytes, size_t length, uint32_t count)
{
	return (struct string_list){{bytes, length}, count};
}

static void check_next(struct string_list *list, const char *expected)
{
	struct text string;

	assert_true(string_list_next(list, &string));
	assert_text(string, expected);
}

static void check_end(struct string_list *list)
{
	struct text string = {"untouched", 9};

	assert_false(string_list_next(list, &string));
	assert_text(string, "untouched");
}

static void test_all_strings(void **state)
{
	struct string_list list = list_of("a\0\0bc\0", 6, 3);

	(void)state;
	check_next(&list, "a");
	check_next(&list, "");
	check_next(&list, "bc");
	check_end(&list);
	check_end(&list);
}

static void test_nothing(void **state)
{
	struct string_list none = list_of(NULL, 0, 0), empty = list_of("", 0, 0);

	(void)state;
	check_end(&none);
	check_end(&empty);
}

static void test_fewer_bytes_than_strings(void **state)
{
	struct string_list none = list_of(NULL, 0, 7), cut = list_of("a\0bc", 4, UINT32_MAX);

	(void)state;
	check_end(&none);
	check_next(&cut, "a");
	check_next(&cut, "bc");
	check_end(&cut);
}

static void test_fewer_strings_than_bytes(void **state)
{
	struct string_list list = list_of("a\0b\0c\0", 6, 2);

	(void)state;
	check_next(&list, "a");
	check_next(&list, "b");
	check_end(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_strings),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_fewer_bytes_than_strings),
		cmocka_unit_test(test_fewer_strings_than_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
