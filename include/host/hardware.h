/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads CPU model and memory size of a host, from files with lines of "key : value".
 */
#ifndef PXT_HOST_HARDWARE_H
#define PXT_HOST_HARDWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define HARDWARE_CPUINFO "/proc/cpuinfo"
#define HARDWARE_MEMINFO "/proc/meminfo"

/* Read the first CPU's model name. False where CPUINFO (a path) has none, as on arm64. */
bool hardware_cpu_model(const char *cpuinfo, char *model, size_t size) MUST_CHECK;

/*
 * Read the first CPU's "vendor,family,model,stepping" in decimal, as perf writes it on x86
 * (get_cpuid() of tools/perf/arch/x86/util/header.c). False where CPUINFO lacks one of them, as on
 * other architectures.
 */
bool hardware_cpuid(const char *cpuinfo, char *cpuid, size_t size) MUST_CHECK;

/* Returns MemTotal in kB; 0 where MEMINFO (a path) has none. */
uint64_t hardware_memory(const char *meminfo);

#endif
