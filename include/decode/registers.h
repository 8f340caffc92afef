/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The user registers that facts are read from, machine by machine.
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

/* Those of MACHINE, as uname -m and perf name it ("x86_64", "aarch64"); NULL: not known here. */
const struct registers *registers_of_machine(const char *machine);
const struct registers *registers_of_this_machine(void);

/* What to ask for at an exec and at an exit, a bit per register; 0: nothing is to be had. */
uint64_t registers_at_exec(const struct registers *registers);
uint64_t registers_at_exit(const struct registers *registers);

/* The user stack in EXTRA, borrowed from it; `bytes` is NULL where there is none. */
struct user_stack registers_user_stack(const struct registers *registers,
				       const struct sample_extra_layout *layout,
				       const struct sample_extra *extra);

/*
 * The system call by which a task left on PATH: in exit(2) and exit_group(2) the first argument is
 * the code. In any other call, out of which a signal took the task, the registers look the same:
 * only the path tells.
 */
struct exit_call registers_exit_call(const struct registers *registers,
				     const struct sample_extra_layout *layout,
				     const struct sample_extra *extra, enum exit_path path);

#endif
