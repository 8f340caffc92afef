/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command lines of compilers, taken apart.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "sink/compiler_call.h"
#include "support.h"
#include "support_memory.h"

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_realloc(void *old, size_t size)
{
	return may_allocate() ? __real_realloc(old, size) : NULL;
}

/* WORDS, separated by single blanks, as they lie in memory; the caller frees. */
static struct string_list list_of(const char *words)
{
	struct string_list list = {{strdup(words), strlen(words) + 1}, 1};

	assert_non_null(list.bytes.bytes);
	for (char *at = (char *)list.bytes.bytes; (at = strchr(at, ' ')); at++) {
		*at = '\0';
		list.count++;
	}
	return list;
}

static void append(char *shown, const char *before, struct text text)
{
	assert_true(strlen(shown) + strlen(before) + text.length < 512);
	strcat(shown, before);
	strncat(shown, text.bytes, text.length);
}

/* "COMPILER [-c] FLAG... | SOURCE... | OUTPUT" */
static void show(const struct compiler_call *call, char *shown)
{
	shown[0] = '\0';
	append(shown, call->wrapped ? "wrapped " : "", call->compiler);
	append(shown, call->links ? " -c" : "", (struct text){"", 0});
	for (size_t i = 0; i < call->flags.count; i++)
		append(shown, " ", call->flags.texts[i]);
	append(shown, " |", (struct text){"", 0});
	for (size_t i = 0; i < call->sources.count; i++)
		append(shown, " ", call->sources.texts[i]);
	if (call->output.length > 0)
		append(shown, " | ", call->output);
}

static const struct {
	const char *line, *expected; /* NULL: compiles nothing */
} calls[] = {
	{"gcc -c a.c -o a.o", "gcc -c | a.c | a.o"},
	{"gcc -c -o dir/x.c a.c", "gcc -c | a.c | dir/x.c"},
	{"gcc -c -oa.o a.c", "gcc -c | a.c | a.o"},
	{"gcc -c --output a.o a.c", "gcc -c | a.c | a.o"},
	{"gcc -c --output=a.o a.c", "gcc -c | a.c | a.o"},
	{"gcc -c --output= a.c", "gcc -c | a.c"},
	{"gcc -S a.c", "gcc -S | a.c"},
	/* compiled and linked at once */
	{"gcc a.c", "gcc -c | a.c"},
	{"gcc -O2 a.c b.cc sub/c.S -o p -lm", "gcc -c -O2 | a.c b.cc sub/c.S | p"},
	{"gcc a.o b.c lib.a -o p", "gcc -c a.o lib.a | b.c | p"},
	{"cc -fsyntax-only a.c", "cc -c -fsyntax-only | a.c"},
	/* values that look like sources */
	{"gcc -c -include a.c -imacros b.h -D X.c -I d.c -isystem e.c f.c",
	 "gcc -c -include a.c -imacros b.h -D X.c -I d.c -isystem e.c | f.c"},
	{"gcc -c -includea.c -Id.c -DX.c f.c", "gcc -c -includea.c -Id.c -DX.c | f.c"},
	{"gcc -c --param a.c -dumpbase b.c -aux-info c.c -wrapper d.c f.c",
	 "gcc -c --param a.c -dumpbase b.c -aux-info c.c -wrapper d.c | f.c"},
	{"clang -c -Xclang a.c -mllvm b.c -target c.c -Xpreprocessor d.c f.c",
	 "clang -c -Xclang a.c -mllvm b.c -target c.c -Xpreprocessor d.c | f.c"},
	{"clang -c -include-pch a.h f.c", "clang -c -include-pch a.h | f.c"},
	{"gcc -c -x c header.h -o header.pch", "gcc -c -x c | header.h | header.pch"},
	{"gcc -c -xc++ a.c", "gcc -c -xc++ | a.c"},
	/* nothing that a database could name */
	{"gcc -x c -c -", NULL},
	{"gcc -x c -c /dev/null", NULL},
	{"gcc -c @flags", NULL},
	{"gcc -c @flags a.c", "gcc -c @flags | a.c"},
	/* about dependencies or linking alone */
	{"gcc -MD -MMD -MP -MG -MF a.c -MT b.c -MQc.c -MJ d.c -c f.c", "gcc -c | f.c"},
	{"gcc -Wp,-MD,x.d -c f.c", "gcc -Wp,-MD,x.d -c | f.c"},
	{"gcc -L a.c -Lb -l c.c -lm -T d.c -u e.c -z now -e f.c -Xlinker g.c x.c", "gcc -c | x.c"},
	{"gcc -shared -static-libgcc -static -pie -no-pie -r -s -rdynamic -fuse-ld=gold "
	 "-nostdlib -nostartfiles -nodefaultlibs -fPIC x.c",
	 "gcc -c -fPIC | x.c"},
	/* which only begin like those */
	{"gcc -std=c11 -save-temps -ulong -Ex -nostdinc -rx -print -Wall -c a.c",
	 "gcc -std=c11 -save-temps -ulong -Ex -nostdinc -rx -print -Wall -c | a.c"},
	/* compiles nothing */
	{"gcc -E a.c", NULL},
	{"gcc -E -c a.c", NULL},
	{"gcc -c -M a.c", NULL},
	{"gcc -MM a.c", NULL},
	{"gcc --version a.c", NULL},
	{"gcc --help=warnings a.c", NULL},
	{"gcc --target-help", NULL},
	{"gcc -v", NULL},
	{"gcc a.o b.o -o p -lm", NULL},
	{"clang -cc1 -emit-obj a.c", NULL},
	{"clang -cc1as a.s", NULL},
	{"gcc", NULL},
	{"gcc  a.o", NULL},
	/* a value that is not there */
	{"gcc -c a.c -o", NULL},
	{"gcc a.c -I", NULL},
	/* wrappers */
	{"ccache gcc -c a.c -o a.o", "wrapped gcc -c | a.c | a.o"},
	{"/usr/bin/ccache /usr/bin/g++-12 -c a.cc", "wrapped /usr/bin/g++-12 -c | a.cc"},
	{"ccache distcc icecc sccache clang -c a.c", "wrapped clang -c | a.c"},
	{"ccache max_size=5G debug=true gcc -c a.c", "wrapped gcc -c | a.c"},
	{"ccache --config-path f gcc -c a.c", NULL},
	{"ccache -s", NULL},
	{"ccache", NULL},
	{"ccache rustc a.c", NULL},
	{"distcc -j", NULL},
	{"sccache --start-server", NULL},
	{"ccache gcc -E a.c", NULL},
	/* every end */
	{"c++ -c a.C b.cpp c.cxx d.c++ e.hpp f.m g.mm h.i j.ii k.s l.sx m.cu",
	 "c++ -c | a.C b.cpp c.cxx d.c++ e.hpp f.m g.mm h.i j.ii k.s l.sx m.cu"},
	{"gcc -c a.o b.so c.a d.txt .cfg e", NULL},
};

static void test_command_lines(void **state)
{
	struct compiler_call call = {0};
	char shown[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		struct string_list argv = list_of(calls[i].line);
		int code = compiler_call_parse(&call, argv);

		if (code != (calls[i].expected != NULL))
			fail_msg("%s: %d", calls[i].line, code);
		if (code == 1) {
			show(&call, shown);
			assert_string_equal(shown, calls[i].expected);
		}
		free((char *)argv.bytes.bytes);
	}
	compiler_call_done(&call);
	compiler_call_done(&call);
}

static void test_programs(void **state)
{
	static const char *const programs[][16] = {
		[PROGRAM_OTHER] = {"", "/", "gcc/", "cc1", "/usr/lib/gcc/12/cc1plus", "collect2",
				   "as", "gcc-ar", "gcc-ranlib-12", "clang-format-14", "ccc",
				   "clang-cl", "acc", "12", "gcc-x12"},
		[PROGRAM_COMPILER] = {"cc", "c++", "gcc", "g++", "clang", "clang++", "xgcc",
				      "/usr/bin/gcc-12", "clang++-16", "clang16", "g++-13.2.1",
				      "aarch64-linux-gnu-gcc", "x/arm-none-eabi-g++-12",
				      "/usr/lib/ccache/gcc", "c99-gcc", "i686-w64-mingw32-c++"},
		[PROGRAM_WRAPPER] = {"ccache", "/usr/bin/distcc", "sccache", "x/icecc"},
	};

	(void)state;
	for (size_t role = 0; role < ARRAY_SIZE(programs); role++) {
		for (size_t i = 0; i < 16 && programs[role][i]; i++) {
			const char *path = programs[role][i];

			if (program_role((struct text){path, strlen(path)}) != role)
				fail_msg("%s is not %zu", path, role);
		}
	}
	assert_int_equal(program_role((struct text){NULL, 0}), PROGRAM_OTHER);
}

/* Each beginning of each line, where one byte more could not be read. */
static void test_cut_anywhere(void **state)
{
	struct compiler_call call = {0};
	struct guarded guarded;

	(void)state;
	guarded_new(&guarded, 512);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		struct string_list argv = list_of(calls[i].line);

		for (size_t length = 0; length < argv.bytes.length; length++) {
			const struct text cut = {guarded_put(&guarded, argv.bytes.bytes, length, 1),
						 length};

			assert_true(compiler_call_parse(
					    &call, (struct string_list){cut, argv.count}) >= 0);
			assert_int_not_equal(program_role(cut), 3);
		}
		free((char *)argv.bytes.bytes);
	}
	guarded_free(&guarded);
	compiler_call_done(&call);
}

static void test_no_memory(void **state)
{
	struct string_list argv = list_of("gcc -c a.c -D x");
	struct compiler_call call = {0};

	(void)state;
	for (int allowed = 1; allowed < 3; allowed++) {
		allocations_left = allowed;
		assert_int_equal(compiler_call_parse(&call, argv), -ENOMEM);
		allocations_left = -1;
		compiler_call_done(&call);
	}
	assert_int_equal(compiler_call_parse(&call, argv), 1);
	compiler_call_done(&call);
	free((char *)argv.bytes.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command_lines),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
