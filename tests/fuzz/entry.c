/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes FUZZ_TARGET, which the Makefile defines, the function that libFuzzer calls.
 */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	FUZZ_TARGET(bytes, size);
	return 0;
}
