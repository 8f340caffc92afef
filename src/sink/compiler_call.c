/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flags are those of gcc(1), "Option Summary", and of clang's command line reference. What no row
 * names is a flag by itself, without a value in the next argument.
 */
#include "sink/compiler_call.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

static bool ends(struct text text, const char *string)
{
	size_t length = strlen(string);

	return length <= text.length &&
	       memcmp(text.bytes + text.length - length, string, length) == 0;
}

/* ---- programs ---- */

/* Behind "aarch64-linux-gnu-", and before "-12", "12" or "-13.2.1". */
static const char *const compilers[] = {
	"cc", "c++", "gcc", "g++", "xgcc", "xg++", "clang", "clang++",
};

static const char *const wrappers[] = {"ccache", "sccache", "distcc", "icecc"};

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Without a dash it has two digits at least: cc1 is the compiler proper, and none of the names. */
static struct text without_version(struct text name)
{
	size_t length = name.length;

	while (length > 0 && (is_digit(name.bytes[length - 1]) || name.bytes[length - 1] == '.'))
		length--;
	if (length == name.length || !is_digit(name.bytes[length]))
		return name;
	if (length > 0 && name.bytes[length - 1] == '-')
		return (struct text){name.bytes, length - 1};
	return name.length - length > 1 ? (struct text){name.bytes, length} : name;
}

static bool is_compiler(struct text name)
{
	const struct text last = text_behind_last(without_version(name), '-');

	for (size_t i = 0; i < ARRAY_SIZE(compilers); i++) {
		if (text_equals(last, compilers[i]))
			return true;
	}
	return false;
}

enum program_role program_role(struct text path)
{
	const struct text name = text_behind_last(path, '/');

	for (size_t i = 0; i < ARRAY_SIZE(wrappers); i++) {
		if (text_equals(name, wrappers[i]))
			return PROGRAM_WRAPPER;
	}
	return is_compiler(name) ? PROGRAM_COMPILER : PROGRAM_OTHER;
}

/* ---- flags ---- */

enum value {
	VALUE_NONE,     /* -c */
	VALUE_NEXT,     /* -include FILE */
	VALUE_EITHER,   /* -I DIR, -IDIR */
	VALUE_ATTACHED, /* -Wl,OPTION: anything that begins so */
};

enum effect {
	EFFECT_KEPT,
	EFFECT_LEFT_OUT,    /* about dependencies or linking alone */
	EFFECT_OUTPUT,      /* the value is the output */
	EFFECT_NO_LINKING,  /* kept; nothing is linked */
	EFFECT_NO_COMPILING /* the whole call compiles nothing */
};

struct flag {
	const char *name;
	enum value value;
	enum effect effect;
};

static const struct flag flags[] = {
	{"-E", VALUE_NONE, EFFECT_NO_COMPILING},
	{"-M", VALUE_NONE, EFFECT_NO_COMPILING},
	{"-MM", VALUE_NONE, EFFECT_NO_COMPILING},
	{"-cc1", VALUE_NONE, EFFECT_NO_COMPILING},
	{"-cc1as", VALUE_NONE, EFFECT_NO_COMPILING},
	{"--version", VALUE_NONE, EFFECT_NO_COMPILING},
	{"--help", VALUE_ATTACHED, EFFECT_NO_COMPILING},
	{"--target-help", VALUE_NONE, EFFECT_NO_COMPILING},

	{"-c", VALUE_NONE, EFFECT_NO_LINKING},
	{"-S", VALUE_NONE, EFFECT_NO_LINKING},
	{"-o", VALUE_EITHER, EFFECT_OUTPUT},
	{"--output", VALUE_NEXT, EFFECT_OUTPUT},
	{"--output=", VALUE_ATTACHED, EFFECT_OUTPUT},

	/* dependencies */
	{"-MD", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-MMD", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-MG", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-MP", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-MV", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-MF", VALUE_EITHER, EFFECT_LEFT_OUT},
	{"-MT", VALUE_EITHER, EFFECT_LEFT_OUT},
	{"-MQ", VALUE_EITHER, EFFECT_LEFT_OUT},
	{"-MJ", VALUE_EITHER, EFFECT_LEFT_OUT},

	/* linking */
	{"-L", VALUE_EITHER, EFFECT_LEFT_OUT},
	{"-l", VALUE_EITHER, EFFECT_LEFT_OUT},
	{"-T", VALUE_EITHER, EFFECT_LEFT_OUT},
	{"-u", VALUE_NEXT, EFFECT_LEFT_OUT},
	{"-z", VALUE_NEXT, EFFECT_LEFT_OUT},
	{"-e", VALUE_NEXT, EFFECT_LEFT_OUT},
	{"-r", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-s", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-pie", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-no-pie", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-static", VALUE_ATTACHED, EFFECT_LEFT_OUT},
	{"-shared", VALUE_ATTACHED, EFFECT_LEFT_OUT},
	{"-symbolic", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-rdynamic", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-nolibc", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-nostdlib", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-nostartfiles", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-nodefaultlibs", VALUE_NONE, EFFECT_LEFT_OUT},
	{"-flinker-output=", VALUE_ATTACHED, EFFECT_LEFT_OUT},
	{"-fuse-ld=", VALUE_ATTACHED, EFFECT_LEFT_OUT},
	{"-framework", VALUE_NEXT, EFFECT_LEFT_OUT},
	{"-Xlinker", VALUE_NEXT, EFFECT_LEFT_OUT},

	/* the language, and what is preprocessed */
	{"-x", VALUE_EITHER, EFFECT_KEPT},
	{"-A", VALUE_EITHER, EFFECT_KEPT},
	{"-B", VALUE_EITHER, EFFECT_KEPT},
	{"-D", VALUE_EITHER, EFFECT_KEPT},
	{"-F", VALUE_EITHER, EFFECT_KEPT},
	{"-I", VALUE_EITHER, EFFECT_KEPT},
	{"-U", VALUE_EITHER, EFFECT_KEPT},
	{"-idirafter", VALUE_EITHER, EFFECT_KEPT},
	{"-iframework", VALUE_EITHER, EFFECT_KEPT},
	{"-imacros", VALUE_EITHER, EFFECT_KEPT},
	{"-imultiarch", VALUE_NEXT, EFFECT_KEPT},
	{"-imultilib", VALUE_NEXT, EFFECT_KEPT},
	{"-include", VALUE_EITHER, EFFECT_KEPT},
	{"-include-pch", VALUE_NEXT, EFFECT_KEPT},
	{"-iprefix", VALUE_EITHER, EFFECT_KEPT},
	{"-iquote", VALUE_EITHER, EFFECT_KEPT},
	{"-isysroot", VALUE_EITHER, EFFECT_KEPT},
	{"-isystem", VALUE_EITHER, EFFECT_KEPT},
	{"-cxx-isystem", VALUE_EITHER, EFFECT_KEPT},
	{"-ivfsoverlay", VALUE_EITHER, EFFECT_KEPT},
	{"-iwithprefix", VALUE_EITHER, EFFECT_KEPT},
	{"-iwithprefixbefore", VALUE_EITHER, EFFECT_KEPT},
	{"-iwithsysroot", VALUE_EITHER, EFFECT_KEPT},
	{"--sysroot", VALUE_NEXT, EFFECT_KEPT},
	{"-working-directory", VALUE_NEXT, EFFECT_KEPT},

	/* what is passed on, and other flags with a value */
	{"-Xpreprocessor", VALUE_NEXT, EFFECT_KEPT},
	{"-Xassembler", VALUE_NEXT, EFFECT_KEPT},
	{"-Xanalyzer", VALUE_NEXT, EFFECT_KEPT},
	{"-Xclang", VALUE_NEXT, EFFECT_KEPT},
	{"-Xopenmp-target", VALUE_NEXT, EFFECT_KEPT},
	{"-mllvm", VALUE_NEXT, EFFECT_KEPT},
	{"-arch", VALUE_NEXT, EFFECT_KEPT},
	{"-target", VALUE_NEXT, EFFECT_KEPT},
	{"-gcc-toolchain", VALUE_NEXT, EFFECT_KEPT},
	{"-serialize-diagnostics", VALUE_NEXT, EFFECT_KEPT},
	{"--serialize-diagnostics", VALUE_NEXT, EFFECT_KEPT},
	{"--param", VALUE_NEXT, EFFECT_KEPT},
	{"-aux-info", VALUE_NEXT, EFFECT_KEPT},
	{"-dumpbase", VALUE_NEXT, EFFECT_KEPT},
	{"-dumpbase-ext", VALUE_NEXT, EFFECT_KEPT},
	{"-dumpdir", VALUE_NEXT, EFFECT_KEPT},
	{"-wrapper", VALUE_NEXT, EFFECT_KEPT},
};

static const struct flag other_flag = {"", VALUE_NONE, EFFECT_KEPT};

static bool can_be_attached(const struct flag *flag)
{
	return flag->value == VALUE_EITHER || flag->value == VALUE_ATTACHED;
}

/* The row of its own name, or else the one with the longest name that ARGUMENT begins with. */
static const struct flag *find_flag(struct text argument)
{
	const struct flag *longest = &other_flag;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (text_equals(argument, flags[i].name))
			return &flags[i];
		if (can_be_attached(&flags[i]) && text_begins(argument, flags[i].name) &&
		    strlen(flags[i].name) > strlen(longest->name))
			longest = &flags[i];
	}
	return longest;
}

/* ---- sources ---- */

/* gcc(1), "Options Controlling the Kind of Output"; CUDA and assembler by clang's names, too. */
static const char *const source_ends[] = {
	".c",    ".i",  ".ii",  ".m",   ".mi",  ".mm",  ".M",   ".mii", ".h",
	".cc",   ".cp", ".cxx", ".cpp", ".CPP", ".c++", ".C",   ".CC",  ".C++",
	".hh",   ".H",  ".hp",  ".hxx", ".hpp", ".HPP", ".h++", ".tcc", ".ixx",
	".cppm", ".s",  ".S",   ".sx",  ".asm", ".cu",  ".cl",
};

static bool is_source(struct text argument)
{
	for (size_t i = 0; i < ARRAY_SIZE(source_ends); i++) {
		if (ends(argument, source_ends[i]))
			return true;
	}
	return false;
}

/* ---- a command line ---- */

static int add(struct texts_list *list, struct text text)
{
	int code = ARRAY_GROW(list->texts, list->count, list->capacity);

	if (code == 0)
		list->texts[list->count++] = text;
	return code;
}

static bool is_wrapper_option(struct text argument)
{
	/* ccache takes settings before the compiler, as KEY=VALUE. */
	return text_begins(argument, "-") || memchr(argument.bytes, '=', argument.length);
}

/* Takes the compiler, and the wrappers before it, off ARGV. Returns false where there is none. */
static bool take_compiler(struct compiler_call *call, struct string_list *argv)
{
	if (!string_list_next(argv, &call->compiler))
		return false;
	if (program_role(call->compiler) != PROGRAM_WRAPPER)
		return true;
	call->wrapped = true;
	while (string_list_next(argv, &call->compiler)) {
		enum program_role role = program_role(call->compiler);

		if (role == PROGRAM_COMPILER)
			return true;
		if (role != PROGRAM_WRAPPER && !is_wrapper_option(call->compiler))
			return false;
	}
	return false;
}

static struct text attached_value(struct text argument, const struct flag *flag)
{
	size_t before = strlen(flag->name);

	return (struct text){argument.bytes + before, argument.length - before};
}

/* Take ARGUMENT, and its VALUE where that is in an argument of its own (else NULL). */
static int take_flag(struct compiler_call *call, const struct flag *flag, struct text argument,
		     struct text value)
{
	if (flag->effect == EFFECT_LEFT_OUT)
		return 0;
	if (flag->effect == EFFECT_OUTPUT) {
		call->output = value.bytes ? value : attached_value(argument, flag);
		return 0;
	}
	if (flag->effect == EFFECT_NO_LINKING)
		call->links = false;
	int code = add(&call->flags, argument);
	return code == 0 && value.bytes ? add(&call->flags, value) : code;
}

/* Returns 1 where the call may compile, 0 where it does not, -ENOMEM. */
static int take_argument(struct compiler_call *call, struct text argument, struct string_list *left)
{
	const struct flag *flag = find_flag(argument);
	struct text value = {0};
	int code;

	if (flag->effect == EFFECT_NO_COMPILING)
		return 0;
	if (text_equals(argument, flag->name) &&
	    (flag->value == VALUE_NEXT || flag->value == VALUE_EITHER) &&
	    !string_list_next(left, &value))
		return 0;
	if (flag == &other_flag && !text_begins(argument, "-") && is_source(argument))
		code = add(&call->sources, argument);
	else
		code = take_flag(call, flag, argument, value);
	return code < 0 ? code : 1;
}

int compiler_call_parse(struct compiler_call *call, struct string_list argv)
{
	struct text argument;
	int code = 1;

	call->flags.count = call->sources.count = 0;
	call->output = (struct text){0};
	call->wrapped = false;
	call->links = true;
	if (!take_compiler(call, &argv))
		return 0;
	while (code > 0 && string_list_next(&argv, &argument))
		code = take_argument(call, argument, &argv);
	return code > 0 ? call->sources.count > 0 : code;
}

void compiler_call_done(struct compiler_call *call)
{
	free(call->flags.texts);
	free(call->sources.texts);
	*call = (struct compiler_call){0};
}
