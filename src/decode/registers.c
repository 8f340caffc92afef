/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/registers.h"

#include <linux/perf_event.h>
#include <stddef.h>
#include <string.h>
#include <sys/utsname.h>

#define BIT(reg) (UINT64_C(1) << (reg))

/* PERF_REG_X86_* */
enum { X86_BX = 1, X86_DI = 5, X86_SP = 7 };

/* PERF_REG_ARM64_* */
enum { ARM64_X0 = 0, ARM64_SP = 31 };

enum { S390_R15 = 15 };

struct registers {
	const char *machines[4];
	unsigned int stack_pointer;
	bool has_argument;                  /* at an exit it is still there */
	unsigned int argument, argument_32; /* the first one of a system call; of a 32-bit one */
};

static const struct registers all_registers[] = {
	{{"x86_64", "i386", "i586", "i686"}, X86_SP, true, X86_DI, X86_BX},
	{{"aarch64", "arm64"}, ARM64_SP, true, ARM64_X0, ARM64_X0},
	/* By then r2, the argument, has been written over (measured on 6.1 to 7.2). */
	{{"s390x"}, S390_R15, false, 0, 0},
};

static bool is_called(const struct registers *registers, const char *machine)
{
	for (size_t i = 0; i < ARRAY_SIZE(registers->machines) && registers->machines[i]; i++) {
		if (strcmp(registers->machines[i], machine) == 0)
			return true;
	}
	return false;
}

const struct registers *registers_of_machine(const char *machine)
{
	for (size_t i = 0; i < ARRAY_SIZE(all_registers); i++) {
		if (is_called(&all_registers[i], machine))
			return &all_registers[i];
	}
	return NULL;
}

const struct registers *registers_of_this_machine(void)
{
	struct utsname name;

	return uname(&name) == 0 ? registers_of_machine(name.machine) : NULL;
}

uint64_t registers_at_exec(const struct registers *registers)
{
	return registers ? BIT(registers->stack_pointer) : 0;
}

uint64_t registers_at_exit(const struct registers *registers)
{
	return registers && registers->has_argument
		       ? BIT(registers->argument) | BIT(registers->argument_32)
		       : 0;
}

struct user_stack registers_user_stack(const struct registers *registers,
				       const struct sample_extra_layout *layout,
				       const struct sample_extra *extra)
{
	struct user_stack stack = {
		.bytes = extra->stack,
		.size = extra->stack_size,
		.word_size = extra->regs_abi == PERF_SAMPLE_REGS_ABI_32 ? 4 : 8,
		.swap = layout->swap,
	};

	if (!registers || !extra->stack ||
	    !sample_extra_reg(layout, extra, registers->stack_pointer, &stack.pointer))
		return (struct user_stack){0};
	return stack;
}

struct exit_call registers_exit_call(const struct registers *registers,
				     const struct sample_extra_layout *layout,
				     const struct sample_extra *extra, enum exit_path path)
{
	bool is_group = path == EXIT_PATH_GROUP || path == EXIT_PATH_GROUP_32;
	bool is_32_bit = extra->regs_abi == PERF_SAMPLE_REGS_ABI_32 || path == EXIT_PATH_GROUP_32 ||
			 path == EXIT_PATH_THREAD_32;
	uint64_t argument;

	if (!registers || !registers->has_argument || path == EXIT_PATH_OTHER ||
	    !sample_extra_reg(layout, extra,
			      is_32_bit ? registers->argument_32 : registers->argument, &argument))
		return (struct exit_call){0};
	return (struct exit_call){
		.known = true,
		.is_group = is_group,
		/* The kernel takes the low byte: SYSCALL_DEFINE1(exit, ...), kernel/exit.c. */
		.code = (int32_t)(argument & 0xff),
	};
}
