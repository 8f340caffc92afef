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

#include "compiler.h"
#include "decode/exit_paths.h"
#include "event.h"
#include "source/sample_extra.h"

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
 * The system call that a task was in when it came to its end. In exit(2) and exit_group(2) the
 * first argument is the code. PATHS and CHAIN tell these from all others; where PATHS is NULL or
 * they are not known, the call may have been any other, out of which a signal took the task: then
 * the caller has to know that there was no such signal.
 */
struct exit_call registers_exit_call(const struct registers *registers,
				     const struct sample_extra_layout *layout,
				     const struct sample_extra *extra,
				     const struct exit_paths *paths,
				     const struct exit_chain *chain);

#endif
