/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What user registers say, machine by machine: numbers as perf_regs.h of each has them.
 */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include "decode/registers.h"
#include "support.h"

static void test_machines(void **state)
{
	struct utsname name;

	(void)state;
	assert_non_null(registers_of_machine("x86_64"));
	assert_ptr_equal(registers_of_machine("i686"), registers_of_machine("x86_64"));
	assert_ptr_equal(registers_of_machine("arm64"), registers_of_machine("aarch64"));
	assert_ptr_not_equal(registers_of_machine("s390x"), registers_of_machine("aarch64"));
	assert_null(registers_of_machine("riscv64"));
	assert_null(registers_of_machine(""));
	assert_int_equal(uname(&name), 0);
	assert_ptr_equal(registers_of_this_machine(), registers_of_machine(name.machine));
}

static void test_what_to_ask_for(void **state)
{
	(void)state;
	assert_int_equal(registers_at_exec(registers_of_machine("x86_64")), 1 << 7);
	assert_int_equal(registers_at_exit(registers_of_machine("x86_64")), 1 << 1 | 1 << 5);
	assert_int_equal(registers_at_exec(registers_of_machine("arm64")), 1ULL << 31);
	assert_int_equal(registers_at_exit(registers_of_machine("arm64")), 1 << 0);
	assert_int_equal(registers_at_exec(registers_of_machine("s390x")), 1 << 15);
	assert_int_equal(registers_at_exit(registers_of_machine("s390x")), 0);
	assert_int_equal(registers_at_exec(NULL), 0);
	assert_int_equal(registers_at_exit(NULL), 0);
}

/* ---- exits ---- */

#define ABI_32 PERF_SAMPLE_REGS_ABI_32
#define ABI_64 PERF_SAMPLE_REGS_ABI_64

static const struct {
	const char *machine;
	uint64_t abi;
	enum exit_path path;
	uint64_t values[2]; /* x86: BX, DI; arm64: x0 */
	struct exit_call call;
} exits[] = {
	{"x86_64", ABI_64, EXIT_PATH_GROUP, {9, 3}, {true, true, 3}},
	{"x86_64", ABI_64, EXIT_PATH_THREAD, {9, 0x1ff}, {true, false, 255}},
	{"x86_64", ABI_64, EXIT_PATH_GROUP, {9, UINT64_MAX}, {true, true, 255}},
	/* A 64-bit program by INT 0x80. */
	{"x86_64", ABI_64, EXIT_PATH_GROUP_32, {9, 3}, {true, true, 9}},
	{"x86_64", ABI_64, EXIT_PATH_THREAD_32, {9, 3}, {true, false, 9}},
	{"x86_64", ABI_32, EXIT_PATH_GROUP_32, {9, 3}, {true, true, 9}},
	{"i686", ABI_32, EXIT_PATH_GROUP, {9, 3}, {true, true, 9}},
	/* A signal took it out of a call, or of none. */
	{"x86_64", ABI_64, EXIT_PATH_OTHER, {9, 3}, {.known = false}},
	{"x86_64", PERF_SAMPLE_REGS_ABI_NONE, EXIT_PATH_GROUP, {9, 3}, {.known = false}},
	{"arm64", ABI_64, EXIT_PATH_GROUP, {0x103, 0}, {true, true, 3}},
	{"arm64", ABI_32, EXIT_PATH_THREAD, {3, 0}, {true, false, 3}},
	{"arm64", ABI_64, EXIT_PATH_OTHER, {3, 0}, {.known = false}},
	{"s390x", ABI_64, EXIT_PATH_GROUP, {3, 1}, {.known = false}},
	{"riscv64", ABI_64, EXIT_PATH_GROUP, {3, 1}, {.known = false}},
};

static struct exit_call call_of(const char *machine, uint64_t asked, uint64_t abi,
				enum exit_path path, const uint64_t values[2], bool swap)
{
	const struct sample_extra_layout layout = {.regs_user = asked, .swap = swap};
	uint64_t stored[2];

	for (size_t i = 0; i < ARRAY_SIZE(stored); i++)
		stored[i] = swap ? __builtin_bswap64(values[i]) : values[i];
	const struct sample_extra extra = {.regs_abi = abi, .regs = (const unsigned char *)stored};
	return registers_exit_call(registers_of_machine(machine), &layout, &extra, path);
}

static void test_exits(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(exits); i++) {
		const struct exit_call *expected = &exits[i / 2].call;
		uint64_t asked = registers_at_exit(registers_of_machine(exits[i / 2].machine));
		struct exit_call call = call_of(exits[i / 2].machine, asked, exits[i / 2].abi,
						exits[i / 2].path, exits[i / 2].values, i % 2);

		assert_int_equal(call.known, expected->known);
		if (!call.known)
			continue;
		assert_int_equal(call.code, expected->code);
		assert_int_equal(call.is_group, expected->is_group);
	}
}

/* A capture of somebody else's may hold others. */
static void test_registers_that_were_not_asked_for(void **state)
{
	static const uint64_t values[2] = {94, 94};

	(void)state;
	assert_false(call_of("x86_64", 0, ABI_64, EXIT_PATH_GROUP, values, false).known);
	assert_false(call_of("x86_64", 1 << 1, ABI_64, EXIT_PATH_GROUP, values, false).known);
	assert_false(call_of("x86_64", 1 << 5, ABI_64, EXIT_PATH_GROUP_32, values, false).known);
	assert_false(call_of("arm64", 1 << 8, ABI_64, EXIT_PATH_GROUP, values, false).known);
}

/* ---- stacks ---- */

static void test_stacks(void **state)
{
	static const unsigned char bytes[16];
	const uint64_t pointer = 0x7ffd12345678;
	struct sample_extra_layout layout = {.regs_user = 1 << 7, .swap = false};
	struct sample_extra extra = {
		.regs_abi = ABI_64,
		.regs = (const unsigned char *)&pointer,
		.stack = bytes,
		.stack_size = sizeof(bytes),
	};
	const struct registers *registers = registers_of_machine("x86_64");
	struct user_stack stack = registers_user_stack(registers, &layout, &extra);

	(void)state;
	assert_ptr_equal(stack.bytes, bytes);
	assert_int_equal(stack.size, sizeof(bytes));
	assert_int_equal(stack.word_size, 8);
	assert_int_equal(stack.pointer, pointer);
	extra.regs_abi = ABI_32;
	assert_int_equal(registers_user_stack(registers, &layout, &extra).word_size, 4);
	assert_null(registers_user_stack(NULL, &layout, &extra).bytes);
	layout.regs_user = 1 << 6;
	assert_null(registers_user_stack(registers, &layout, &extra).bytes);
	layout.regs_user = 1 << 7;
	extra.stack = NULL;
	assert_null(registers_user_stack(registers, &layout, &extra).bytes);
	extra.stack = bytes;
	/* A kernel thread has none. */
	extra.regs_abi = PERF_SAMPLE_REGS_ABI_NONE;
	assert_null(registers_user_stack(registers, &layout, &extra).bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_machines),
		cmocka_unit_test(test_what_to_ask_for),
		cmocka_unit_test(test_exits),
		cmocka_unit_test(test_registers_that_were_not_asked_for),
		cmocka_unit_test(test_stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
