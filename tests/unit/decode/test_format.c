/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Format files of 24 kernels, resolved, against a parser of this test's own; and malformed ones.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decoder.h"
#include "decode/format.h"
#include "support.h"

static struct kernels kernels;

static int load(void **state)
{
	(void)state;
	kernels_load(&kernels, true);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	kernels_free(&kernels);
	return 0;
}

static const struct machine little = {.big_endian = false, .long_size = 8};

/* ---- what a format file says, read with sscanf alone --------------------------------------------
 */

struct declared {
	char declaration[128];
	char name[64];
	unsigned int offset, size, is_signed;
	enum field_kind kind;
};

static enum field_kind declared_kind(const char *declaration)
{
	if (!strncmp(declaration, "__data_loc ", 11))
		return FIELD_DATA_LOC;
	if (!strncmp(declaration, "__rel_loc ", 10))
		return FIELD_REL_LOC;
	return strchr(declaration, '[') ? FIELD_ARRAY : FIELD_NUMBER;
}

/* "char comm[16]" has the name "comm". */
static void declared_name(const char *declaration, char *name, size_t size)
{
	const char *start = strrchr(declaration, ' ');

	assert_non_null(start);
	snprintf(name, size, "%s", start + 1);
	name[strcspn(name, "[")] = '\0';
}

/* The fields in TEXT; at most MAX. */
static size_t read_declared(const char *text, struct declared *fields, size_t max)
{
	size_t count = 0;

	for (const char *line = strstr(text, "\tfield:"); line; line = strstr(line, "\tfield:")) {
		struct declared *field = &fields[count++];

		assert_true(count <= max);
		assert_int_equal(sscanf(line, " field:%127[^;]; offset:%u; size:%u; signed:%u;",
					field->declaration, &field->offset, &field->size,
					&field->is_signed),
				 4);
		declared_name(field->declaration, field->name, sizeof(field->name));
		field->kind = declared_kind(field->declaration);
		line++;
	}
	return count;
}

static void assert_as_declared(const struct format_field *field, const struct declared *declared,
			       const struct machine *machine)
{
	assert_string_equal(field->name, declared->name);
	assert_string_equal(field->declaration, declared->declaration);
	assert_int_equal(field->at.offset, declared->offset);
	assert_int_equal(field->at.size, declared->size);
	assert_int_equal(field->at.is_signed, declared->is_signed);
	assert_int_equal(field->at.kind, declared->kind);
	assert_int_equal(field->at.big_endian, machine->big_endian);
	assert_int_equal(field->common, !strncmp(declared->name, "common_", 7));
	/* libtraceevent moves the brackets of a name to the type: "char[16]". */
	if (declared->kind == FIELD_NUMBER || declared->kind == FIELD_ARRAY) {
		size_t length =
			(size_t)(strrchr(declared->declaration, ' ') - declared->declaration);
		const char *brackets = strchr(declared->declaration, '[');

		assert_memory_equal(field->type, declared->declaration, length);
		assert_string_equal(field->type + length, brackets ? brackets : "");
	}
}

static void check_kernel_event(const struct kernel *kernel, size_t event)
{
	const struct format *format = kernel->format[event];
	const char *text = kernel->text[event];
	struct declared declared[16];
	size_t count = read_declared(text, declared, ARRAY_SIZE(declared));
	unsigned int id;

	assert_int_equal(sscanf(strstr(text, "\nID:"), " ID: %u", &id), 1);
	assert_int_equal(format->id, id);
	assert_string_equal(format->system, "sched");
	assert_string_equal(format->name, tracepoint_types[event]->name);
	assert_int_equal(format->field_count, count);
	for (size_t i = 0; i < count; i++) {
		assert_as_declared(&format->fields[i], &declared[i], &kernel->machine);
		assert_ptr_equal(format_find(format, declared[i].name), &format->fields[i]);
	}
	assert_null(format_find(format, "no_such_field"));
	assert_null(format_find(format, ""));
}

static void test_all_kernels_resolve(void **state)
{
	(void)state;
	assert_true(kernels.count >= 24);
	for (size_t i = 0; i < kernels.count; i++)
		for (size_t j = 0; j < KERNEL_EVENTS; j++)
			check_kernel_event(&kernels.items[i], j);
}

static const struct kernel *kernel_named(const char *name)
{
	for (size_t i = 0; i < kernels.count; i++)
		if (!strcmp(kernels.items[i].name, name))
			return &kernels.items[i];
	fail_msg("no kernel %s", name);
	return NULL;
}

static void assert_at(const char *kernel, size_t event, const char *field, uint32_t offset,
		      uint32_t size, enum field_kind kind, bool is_signed)
{
	const struct format_field *found = format_find(kernel_named(kernel)->format[event], field);

	assert_non_null(found);
	assert_int_equal(found->at.offset, offset);
	assert_int_equal(found->at.size, size);
	assert_int_equal(found->at.kind, kind);
	assert_int_equal(found->at.is_signed, is_signed);
}

/* Copied out of the files by hand: should the parser above err as the code does. */
static void test_known_places(void **state)
{
	(void)state;
	assert_at("amd64-6.1.0-50", EVENT_FORK, "parent_pid", 24, 4, FIELD_NUMBER, true);
	assert_at("amd64-6.1.0-50", EVENT_FORK, "child_comm", 28, 16, FIELD_ARRAY, true);
	assert_at("amd64-6.18.15+deb13", EVENT_FORK, "parent_pid", 12, 4, FIELD_NUMBER, true);
	assert_at("amd64-6.18.15+deb13", EVENT_FORK, "child_comm", 16, 4, FIELD_DATA_LOC, false);
	assert_at("amd64-6.18.15+deb13", EVENT_EXIT, "group_dead", 32, 1, FIELD_NUMBER, false);
	assert_at("android-hammerhead_MRA59G_3.4.0", EVENT_EXEC, "filename", 12, 4, FIELD_DATA_LOC,
		  false);
	assert_at("android-walleye_OPM5.171019.017.A1_4.4.88", EVENT_EXIT, "prio", 32, 4,
		  FIELD_NUMBER, true);
	assert_at("i386-5.10.0-32", EVENT_EXIT, "comm", 8, 16, FIELD_ARRAY, true);
	assert_at("s390x-6.1.0-50", EVENT_EXIT, "prio", 28, 4, FIELD_NUMBER, true);
	assert_at("s390x-6.1.0-50", EVENT_EXIT, "common_type", 0, 2, FIELD_NUMBER, false);
}

static void test_machines(void **state)
{
	static const uint8_t bad[] = {0, 1, 2, 3, 5, 6, 7, 9, 16, 255};
	const struct kernel *kernel = &kernels.items[0];
	struct machine native = machine_native();
	struct format *format = NULL;
	struct error err;

	(void)state;
	assert_int_equal(native.long_size, sizeof(long));
	assert_int_equal(native.big_endian, *(const uint16_t *)"\0\1" == 1);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct machine machine = {.long_size = bad[i]};

		assert_int_equal(format_parse("sched", kernel->text[0], kernel->length[0], &machine,
					      &format, &err),
				 -EINVAL);
		assert_null(format);
	}
}

static void test_the_byte_order_is_the_machines(void **state)
{
	const struct kernel *kernel = &kernels.items[0];
	struct error err;

	(void)state;
	for (int big = 0; big < 2; big++) {
		for (uint8_t long_size = 4; long_size <= 8; long_size = (uint8_t)(long_size + 4)) {
			struct machine machine = {.big_endian = big, .long_size = long_size};
			struct format *format;

			assert_int_equal(format_parse("sched", kernel->text[0], kernel->length[0],
						      &machine, &format, &err),
					 0);
			for (size_t i = 0; i < format->field_count; i++)
				assert_int_equal(format->fields[i].at.big_endian, big);
			format_free(format);
		}
	}
}

/* ---- malformed text ---- */

/* Whatever TEXT is, there must be a whole result or a clear no. */
static int try_parse(const char *text, size_t length)
{
	struct format *format = NULL;
	struct error err = {.what = ""};
	int code = format_parse("sched", text, length, &little, &format, &err);

	if (code == 0) {
		assert_non_null(format);
		assert_string_not_equal(format->name, "");
		for (size_t i = 0; i < format->field_count; i++)
			assert_string_not_equal(format->fields[i].name, "");
		format_free(format);
	} else {
		assert_int_equal(code, -EBADMSG);
		assert_null(format);
		assert_string_not_equal(err.what, "");
	}
	return code;
}

/* One kernel of each family: a whole run over all of them would take minutes. */
static const char *const families[] = {
	"amd64-6.1.0-50",
	"amd64-7.3.4+deb13",
	"i386-5.10.0-32",
	"android-walleye_OPM5.171019.017.A1_4.4.88",
	"android-hammerhead_MRA59G_3.4.0",
};

static void test_cut_at_every_length(void **state)
{
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, 65536);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		const struct kernel *kernel = kernel_named(families[i]);

		for (size_t event = 0; event < KERNEL_EVENTS; event++)
			for (size_t length = 0; length <= kernel->length[event]; length++)
				try_parse(guarded_put(&guarded, kernel->text[event], length, 1),
					  length);
	}
	guarded_free(&guarded);
}

static void damage_every_byte(const struct kernel *kernel, size_t event)
{
	static const char damage[] = "\0\n\t ;:[](){}\"'\\,-0A_*%#\x7f\xff";
	size_t length = kernel->length[event];
	char *text = malloc(length);

	assert_non_null(text);
	memcpy(text, kernel->text[event], length);
	for (size_t at = 0; at < length; at++) {
		for (size_t i = 0; i < sizeof(damage) - 1; i++) {
			text[at] = damage[i];
			try_parse(text, length);
		}
		text[at] = kernel->text[event][at];
	}
	free(text);
}

static void test_every_byte_damaged(void **state)
{
	(void)state;
	damage_every_byte(kernel_named("amd64-6.1.0-50"), EVENT_FORK);
	damage_every_byte(kernel_named("amd64-7.3.4+deb13"), EVENT_FORK);
	damage_every_byte(kernel_named("amd64-7.3.4+deb13"), EVENT_EXIT);
}

static void test_damaged_at_random(void **state)
{
	static const char bytes[] = "[]();:\"\n\t {}*/-+0123456789abcdefield_loc\xc3\0";
	struct random random = {.state = 5};
	char text[4096];

	(void)state;
	for (int round = 0; round < 30000; round++) {
		const struct kernel *kernel = &kernels.items[random_below(&random, kernels.count)];
		size_t event = (size_t)random_below(&random, KERNEL_EVENTS);
		size_t length = kernel->length[event];

		memcpy(text, kernel->text[event], length);
		for (uint64_t damage = random_below(&random, 8) + 1; damage > 0; damage--)
			text[random_below(&random, length)] =
				bytes[random_below(&random, sizeof(bytes))];
		try_parse(text, length - random_below(&random, 2) * random_below(&random, length));
	}
}

#define HEAD                                                                           \
	"name: an_event\nID: 77\nformat:\n"                                            \
	"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"         \
	"\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"         \
	"\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n" \
	"\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n"
#define PRINT "\nprint fmt: \"pid\"\n"

static struct format *parse_with_fields(const char *fields)
{
	char text[4096];
	struct format *format = NULL;
	struct error err;

	snprintf(text, sizeof(text), HEAD "%s" PRINT, fields);
	int code = format_parse("sched", text, strlen(text), &little, &format, &err);
	if (code)
		assert_int_equal(code, -EBADMSG);
	return format;
}

static void test_absurd_numbers_are_refused(void **state)
{
	static const char *const bad[] = {
		"-1",
		"-2147483648",
		"65536",
		"2147483647",
		"2147483648",
		"4294967295",
		"4294967304",
		"18446744073709551615",
		"18446744073709551624",
		"99999999999999999999999999",
		"0x10",
		"",
		"8a",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char field[256];

		snprintf(field, sizeof(field),
			 "\tfield:pid_t pid;\toffset:%s;\tsize:4;\tsigned:1;\n", bad[i]);
		assert_null(parse_with_fields(field));
		snprintf(field, sizeof(field),
			 "\tfield:pid_t pid;\toffset:8;\tsize:%s;\tsigned:1;\n", bad[i]);
		assert_null(parse_with_fields(field));
	}
}

/* libtraceevent 1.7.1 fails on these, and leaks: under ASan this is where it would show. */
static void test_odd_declarations(void **state)
{
	static const char *const odd[] = {
		"char[16] x",
		"pid_t[TASK_COMM_LEN] x",
		"__data_locchar[] x",
		"__data_loc [] x",
		"__rel_loc x",
		"__dynamic_array x",
		"__dynamic_array [] x",
		"__attribute__ x",
		"__attribute__*[16] x",
		"0 x",
		"16* x",
		"char[16]x",
		"enum [16] x",
		"__data_loc __data_loc char[] x",
		"char x[1/0]",
		"char x[((((]",
		"char x[]",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++) {
		char field[256];

		snprintf(field, sizeof(field), "\tfield:%s;\toffset:8;\tsize:4;\tsigned:0;\n",
			 odd[i]);
		format_free(parse_with_fields(field));
	}
}

/* ipi:ipi_send_cpumask of Linux 6.4 and later. */
static void test_dynamic_field_without_brackets(void **state)
{
	struct format *format = parse_with_fields(
		"\tfield:__data_loc cpumask_t cpumask;\toffset:8;\tsize:4;\tsigned:0;\n");

	(void)state;
	assert_non_null(format);
	const struct format_field *field = format_find(format, "cpumask");
	assert_non_null(field);
	assert_int_equal(field->at.kind, FIELD_DATA_LOC);
	assert_int_equal(field->at.offset, 8);
	assert_int_equal(field->at.size, 4);
	format_free(format);
}

/* A name given twice is odd, but whatever comes of it has to be whole. */
static void test_a_field_given_twice(void **state)
{
	struct format *format =
		parse_with_fields("\tfield:pid_t pid;\toffset:8;\tsize:4;\tsigned:1;\n"
				  "\tfield:pid_t pid;\toffset:12;\tsize:4;\tsigned:1;\n");

	(void)state;
	if (format) {
		const struct format_field *field = format_find(format, "pid");

		assert_non_null(field);
		assert_true(field->at.offset == 8 || field->at.offset == 12);
	}
	format_free(format);
	format_free(NULL);
}

static void test_rel_loc_resolves(void **state)
{
	struct format *format = parse_with_fields(
		"\tfield:__rel_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;\n"
		"\tfield:pid_t pid;\toffset:12;\tsize:4;\tsigned:1;\n");

	(void)state;
	assert_non_null(format);
	assert_int_equal(format_find(format, "filename")->at.kind, FIELD_REL_LOC);
	assert_int_equal(format_find(format, "filename")->at.offset, 8);
	assert_int_equal(format_find(format, "pid")->at.offset, 12);
	format_free(format);
}

/* __cpumask() of the kernel, in ipi:ipi_send_cpumask for one: dynamic, but without brackets. */
static void test_a_dynamic_array_without_brackets(void **state)
{
	struct format *format = parse_with_fields(
		"\tfield:__data_loc cpumask_t cpumask;\toffset:8;\tsize:4;\tsigned:0;\n"
		"\tfield:void * callsite;\toffset:16;\tsize:8;\tsigned:0;\n");

	(void)state;
	assert_non_null(format);
	assert_int_equal(format_find(format, "cpumask")->at.kind, FIELD_DATA_LOC);
	assert_string_equal(format_find(format, "cpumask")->declaration,
			    "__data_loc cpumask_t cpumask");
	assert_int_equal(format_find(format, "callsite")->at.offset, 16);
	format_free(format);
}

/* 32-bit ARM declares `char comm[32]` with size:16. */
static void test_the_size_counts_not_the_declaration(void **state)
{
	struct format *format =
		parse_with_fields("\tfield:char comm[32];\toffset:8;\tsize:16;\tsigned:0;\n");

	(void)state;
	assert_non_null(format);
	assert_int_equal(format_find(format, "comm")->at.size, 16);
	assert_int_equal(format_find(format, "comm")->at.kind, FIELD_ARRAY);
	format_free(format);
}

static void test_the_id_must_be_there_and_fit(void **state)
{
	static const char *const bad[] = {"name: an_event\nformat:\n",
					  "name: an_event\nID:\nformat:\n",
					  "name: an_event\nID: x\nformat:\n",
					  "name: an_event\nID: -1\nformat:\n",
					  "name: an_event\nID: 65536\nformat:\n",
					  "name: an_event\nID: 4294967296\nformat:\n",
					  "ID: 77\nformat:\n",
					  ""};
	const char *fields = strstr(HEAD, "\tfield:");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char text[4096];

		snprintf(text, sizeof(text), "%s%s" PRINT, bad[i], fields);
		assert_int_equal(try_parse(text, strlen(text)), -EBADMSG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_kernels_resolve),
		cmocka_unit_test(test_known_places),
		cmocka_unit_test(test_machines),
		cmocka_unit_test(test_the_byte_order_is_the_machines),
		cmocka_unit_test(test_cut_at_every_length),
		cmocka_unit_test(test_every_byte_damaged),
		cmocka_unit_test(test_damaged_at_random),
		cmocka_unit_test(test_absurd_numbers_are_refused),
		cmocka_unit_test(test_dynamic_field_without_brackets),
		cmocka_unit_test(test_odd_declarations),
		cmocka_unit_test(test_a_field_given_twice),
		cmocka_unit_test(test_rel_loc_resolves),
		cmocka_unit_test(test_a_dynamic_array_without_brackets),
		cmocka_unit_test(test_the_size_counts_not_the_declaration),
		cmocka_unit_test(test_the_id_must_be_there_and_fit),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
