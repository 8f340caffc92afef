/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Selects and reads the user registers that facts are made of, by machine.
 *
 * Numbers: arch/ARCH/include/uapi/asm/perf_regs.h of the kernel source.
 */
#ifndef PXT_DECODE_REGISTERS_H
#define PXT_DECODE_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "decode/exit_paths.h"
#include "event/event.h"
#include "perf/sample_extra.h"

struct registers;

/* Return the registers of MACHINE, by its name in uname(2) ("x86_64"); NULL: not supported. */
const struct registers *registers_of_machine(const char *machine);
const struct registers *registers_of_this_machine(void);

/* Return the registers to sample at an exec and at an exit, a bit each; 0: none is of use. */
uint64_t registers_at_exec(const struct registers *registers);
uint64_t registers_at_exit(const struct registers *registers);

/* Returns the user stack in EXTRA, borrowed from it; `bytes` is NULL where it has none. */
struct user_stack registers_user_stack(const struct registers *registers,
				       const struct sample_extra_layout *layout,
				       const struct sample_extra *extra);

/*
 * Returns the exit call of a task that left on PATH. The code is the first argument of exit(2) and
 * exit_group(2). Registers alone do not show these calls: those of a task killed by a signal in
 * another system call look the same.
 */
struct exit_call registers_exit_call(const struct registers *registers,
				     const struct sample_extra_layout *layout,
				     const struct sample_extra *extra, enum exit_path path);

#endif
