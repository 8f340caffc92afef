/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "fuzz.h"
#include "sink/compiler_call.h"
#include "sink/secrets.h"

static bool is_inside(struct text text, struct text all)
{
	return text.bytes >= all.bytes && text.bytes + text.length <= all.bytes + all.length;
}

static void check_call(struct string_list argv)
{
	static struct compiler_call call;
	int code = compiler_call_parse(&call, argv);

	must_hold(code == 0 || code == 1, "there is memory");
	for (size_t i = 0; code == 1 && i < call.flags.count; i++)
		must_hold(is_inside(call.flags.texts[i], argv.bytes), "a flag is an argument");
	for (size_t i = 0; code == 1 && i < call.sources.count; i++)
		must_hold(is_inside(call.sources.texts[i], argv.bytes), "a source is, too");
}

static void check_secrets(struct string_list argv)
{
	static struct secrets secrets;
	int code = secrets_find(&secrets, argv);

	must_hold(code == 0 || code == 1, "there is memory");
	must_hold(secrets.marks.size == argv.bytes.length, "each byte has a mark");
	for (size_t i = 0; i < argv.bytes.length; i++)
		must_hold(!secrets.marks.bytes[i] || argv.bytes.bytes[i] != '\0',
			  "a secret ends with its argument");
}

void fuzz_arguments(const uint8_t *bytes, size_t size)
{
	const struct string_list argv = {{(const char *)bytes, size}, UINT32_MAX};

	(void)program_role(argv.bytes);
	check_call(argv);
	check_secrets(argv);
}
