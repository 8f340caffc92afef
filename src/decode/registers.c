/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decode/registers.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <string.h>
#include <sys/utsname.h>

#define BIT(reg) (UINT64_C(1) << (reg))

/* PERF_REG_X86_*; a 32-bit task has its argument in BX. */
enum { X86_AX = 0, X86_BX = 1, X86_CX = 2, X86_DI = 5, X86_SP = 7, X86_IP = 8 };

/* PERF_REG_ARM64_*; a 32-bit task has the call's number in r7. */
enum { ARM64_X0 = 0, ARM64_X7 = 7, ARM64_X8 = 8, ARM64_SP = 31 };

enum { S390_R15 = 15 };

/* include/uapi/asm-generic/unistd.h, arch/arm/tools/syscall.tbl. */
enum { ARM64_EXIT = 93, ARM64_EXIT_GROUP = 94, ARM_EXIT = 1, ARM_EXIT_GROUP = 248 };

struct reading {
	const struct sample_extra_layout *layout;
	const struct sample_extra *extra;
};

struct registers {
	const char *machines[4];
	unsigned int stack_pointer;
	uint64_t at_exit;
	struct exit_call (*exit_call)(const struct reading *reading); /* NULL: not to be had */
};

static bool take(const struct reading *reading, unsigned int reg, uint64_t *value)
{
	return sample_extra_reg(reading->layout, reading->extra, reg, value);
}

/* The kernel takes the low byte: SYSCALL_DEFINE1(exit, ...), kernel/exit.c. */
static int32_t code_of(uint64_t argument)
{
	return (int32_t)(argument & 0xff);
}

/*
 * The instruction SYSCALL puts the return address into CX. A 64-bit task may also come by INT 0x80,
 * where other registers have the arguments.
 */
static bool came_by_syscall(const struct reading *reading)
{
	uint64_t cx, ip;

	return take(reading, X86_CX, &cx) && take(reading, X86_IP, &ip) && cx == ip;
}

/*
 * Inside of a system call AX is -ENOSYS until the call returns (arch/x86/entry). Which call it is
 * stands in ORIG_AX, which perf does not give out.
 */
static struct exit_call x86_exit_call(const struct reading *reading)
{
	bool is_32_bit = reading->extra->regs_abi == PERF_SAMPLE_REGS_ABI_32;
	uint64_t ax, argument;

	if (!take(reading, X86_AX, &ax) || (int32_t)ax != -ENOSYS ||
	    (!is_32_bit && !came_by_syscall(reading)) ||
	    !take(reading, is_32_bit ? X86_BX : X86_DI, &argument))
		return (struct exit_call){0};
	return (struct exit_call){.known = true, .code = code_of(argument)};
}

static struct exit_call arm64_exit_call(const struct reading *reading)
{
	bool is_32_bit = reading->extra->regs_abi == PERF_SAMPLE_REGS_ABI_32;
	const uint64_t exit_number = is_32_bit ? ARM_EXIT : ARM64_EXIT;
	const uint64_t group_number = is_32_bit ? ARM_EXIT_GROUP : ARM64_EXIT_GROUP;
	uint64_t number, argument;

	if (!take(reading, is_32_bit ? ARM64_X7 : ARM64_X8, &number) ||
	    !take(reading, ARM64_X0, &argument) ||
	    (number != exit_number && number != group_number))
		return (struct exit_call){0};
	return (struct exit_call){
		.known = true,
		.is_group_known = true,
		.is_group = number == group_number,
		.code = code_of(argument),
	};
}

static const struct registers all_registers[] = {
	{
		.machines = {"x86_64", "i386", "i586", "i686"},
		.stack_pointer = X86_SP,
		.at_exit = BIT(X86_AX) | BIT(X86_BX) | BIT(X86_CX) | BIT(X86_DI) | BIT(X86_IP),
		.exit_call = x86_exit_call,
	},
	{
		.machines = {"aarch64", "arm64"},
		.stack_pointer = ARM64_SP,
		.at_exit = BIT(ARM64_X0) | BIT(ARM64_X7) | BIT(ARM64_X8),
		.exit_call = arm64_exit_call,
	},
	/* By then r2, the argument, has been written over (measured on 6.1 to 7.2). */
	{.machines = {"s390x"}, .stack_pointer = S390_R15},
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
	return registers ? registers->at_exit : 0;
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
				     const struct sample_extra *extra)
{
	const struct reading reading = {layout, extra};

	if (!registers || !registers->exit_call || extra->regs_abi == PERF_SAMPLE_REGS_ABI_NONE)
		return (struct exit_call){0};
	return registers->exit_call(&reading);
}
