/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Offsets from BTF: of a real kernel's structures, of structures of this test's own, and of bytes
 * that are no BTF.
 */
#include <errno.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "probe/btf.h"
#include "support.h"

#define REAL "fixtures/btf/amd64-6.18.btf"

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
static bool no_memory;

void *__wrap_calloc(size_t count, size_t size)
{
	return no_memory ? NULL : __real_calloc(count, size);
}

/* ---- of a real kernel ---- */

static void test_real(void **state)
{
	size_t size;
	char *bytes = load_file(REAL, &size);
	struct btf btf;
	uint32_t offset;

	(void)state;
	assert_int_equal(btf_init(&btf, bytes, size), 0);
	assert_int_equal(btf_find_word(&btf, "task_struct", "mm", &offset), 0);
	assert_int_equal(offset, 1136);
	assert_int_equal(btf_find_word(&btf, "mm_struct", "arg_start", &offset), 0);
	assert_int_equal(offset, 480);
	assert_int_equal(btf_find_word(&btf, "mm_struct", "arg_end", &offset), 0);
	assert_int_equal(offset, 488);
	/* An int, a bit field, and nothing. */
	assert_int_equal(btf_find_word(&btf, "task_struct", "exit_code", &offset), -EBADMSG);
	assert_int_equal(btf_find_word(&btf, "task_struct", "in_execve", &offset), -EBADMSG);
	assert_int_equal(btf_find_word(&btf, "task_struct", "arg_start", &offset), -ENOENT);
	assert_int_equal(btf_find_word(&btf, "mm_structs", "arg_start", &offset), -ENOENT);
	btf_done(&btf);
	no_memory = true;
	assert_int_equal(btf_init(&btf, bytes, size), -ENOMEM);
	no_memory = false;
	free(bytes);
}

/* Cut anywhere, it is no BTF: one of its sections, or the last type, is not whole. */
static void test_cut(void **state)
{
	size_t size;
	char *bytes = load_file(REAL, &size);
	struct guarded guarded;
	struct btf btf;

	(void)state;
	guarded_new(&guarded, size);
	for (size_t cut = 0; cut < size; cut++) {
		unsigned char *at = guarded.end - cut;

		memcpy(at, bytes, cut);
		assert_int_equal(btf_init(&btf, at, cut), -EBADMSG);
	}
	guarded_free(&guarded);
	free(bytes);
}

/* ---- of this test ---- */

#define STRINGS "\0long\0outer\0inner\0word\0self\0int"
#define LONG 1U
#define OUTER 6U
#define INNER 12U
#define WORD 18U
#define SELF 23U
#define INT 28U

struct made {
	struct btf_header header;
	uint32_t words[200];
	uint32_t count;
};

static void add(struct made *made, uint32_t word)
{
	made->words[made->count++] = word;
}

static void add_type(struct made *made, uint32_t name, uint32_t kind, uint32_t parts, uint32_t size)
{
	add(made, name);
	add(made, kind << 24 | parts);
	add(made, size);
}

static void add_member(struct made *made, uint32_t name, uint32_t type, uint32_t bits)
{
	add(made, name);
	add(made, type);
	add(made, bits);
}

/* Type 1 is a long, type 2 an int. */
static void begin(struct made *made)
{
	*made = (struct made){.header = {.magic = BTF_MAGIC,
					 .version = BTF_VERSION,
					 .hdr_len = sizeof(made->header)}};
	add_type(made, LONG, BTF_KIND_INT, 0, 8);
	add(made, 64);
	add_type(made, INT, BTF_KIND_INT, 0, 4);
	add(made, 32);
}

static int init(struct made *made, struct btf *btf)
{
	made->header.type_len = made->count * (uint32_t)sizeof(uint32_t);
	made->header.str_off = made->header.type_len;
	made->header.str_len = sizeof(STRINGS);
	memcpy(made->words + made->count, STRINGS, sizeof(STRINGS));
	return btf_init(btf, made, sizeof(made->header) + made->header.type_len + sizeof(STRINGS));
}

/* outer { int; struct { int; union { word } at 8 } at 16 } */
static void make_nested(struct made *made)
{
	begin(made);
	add_type(made, OUTER, BTF_KIND_STRUCT, 2, 40);
	add_member(made, INT, 2, 0);
	add_member(made, 0, 4, 128);
	add_type(made, 0, BTF_KIND_STRUCT, 2, 16);
	add_member(made, INT, 2, 0);
	add_member(made, 0, 5, 64);
	add_type(made, 0, BTF_KIND_UNION, 1, 8);
	add_member(made, WORD, 6, 0);
	add_type(made, WORD, BTF_KIND_TYPEDEF, 0, 7);
	add_type(made, 0, BTF_KIND_CONST, 0, 1);
}

static void test_nested(void **state)
{
	struct made made;
	struct btf btf;
	uint32_t offset;

	(void)state;
	make_nested(&made);
	assert_int_equal(init(&made, &btf), 0);
	assert_int_equal(btf_find_word(&btf, "outer", "word", &offset), 0);
	assert_int_equal(offset, 24);
	btf_done(&btf);
}

/* One with a name is no part of the other, and one that is not there is passed over. */
static void test_named(void **state)
{
	struct made made;
	struct btf btf;
	uint32_t offset = 7;

	(void)state;
	begin(&made);
	add_type(&made, OUTER, BTF_KIND_STRUCT, 3, 24);
	add_member(&made, INNER, 4, 0);
	add_member(&made, 0, 99, 0);
	add_member(&made, 0, 0, 0);
	add_type(&made, INNER, BTF_KIND_STRUCT, 1, 8);
	add_member(&made, WORD, 1, 0);
	assert_int_equal(init(&made, &btf), 0);
	assert_int_equal(btf_find_word(&btf, "outer", "word", &offset), -ENOENT);
	assert_int_equal(offset, 7);
	assert_int_equal(btf_find_word(&btf, "inner", "word", &offset), 0);
	assert_int_equal(offset, 0);
	btf_done(&btf);
}

/* Where members have sizes, those of 0 are no bit fields. */
static void test_bit_fields(void **state)
{
	struct made made;
	struct btf btf;
	uint32_t offset;

	(void)state;
	begin(&made);
	add_type(&made, OUTER, 1U << 7 | BTF_KIND_STRUCT, 2, 24);
	add_member(&made, SELF, 1, 8U << 24 | 64);
	add_member(&made, WORD, 1, 128);
	assert_int_equal(init(&made, &btf), 0);
	assert_int_equal(btf_find_word(&btf, "outer", "self", &offset), -EBADMSG);
	assert_int_equal(btf_find_word(&btf, "outer", "word", &offset), 0);
	assert_int_equal(offset, 16);
	btf_done(&btf);
}

/* Structures in themselves, typedefs of themselves, and offsets of bits: an end, and no offset. */
static void test_senseless(void **state)
{
	struct made made;
	struct btf btf;
	uint32_t offset;

	(void)state;
	begin(&made);
	add_type(&made, OUTER, BTF_KIND_STRUCT, 4, 24);
	add_member(&made, 0, 3, 0xffffffff);
	add_member(&made, 0, 3, 64);
	add_member(&made, WORD, 1, 3);
	add_member(&made, SELF, 4, 8);
	add_type(&made, 0, BTF_KIND_TYPEDEF, 0, 4);
	assert_int_equal(init(&made, &btf), 0);
	assert_int_equal(btf_find_word(&btf, "outer", "missing", &offset), -ENOENT);
	/* Found 15 levels down, more than 2 GiB away. */
	assert_int_equal(btf_find_word(&btf, "outer", "word", &offset), -EBADMSG);
	assert_int_equal(btf_find_word(&btf, "outer", "self", &offset), -EBADMSG);
	btf_done(&btf);
}

static void test_malformed(void **state)
{
	struct made made;
	struct btf btf;

	(void)state;
	make_nested(&made);
	assert_int_equal(init(&made, &btf), 0);
	btf_done(&btf);
	made.header.magic = 0x9feb;
	assert_int_equal(init(&made, &btf), -EBADMSG);
	make_nested(&made);
	made.header.version = 2;
	assert_int_equal(init(&made, &btf), -EBADMSG);
	make_nested(&made);
	made.header.type_off = UINT32_MAX - 8;
	assert_int_equal(init(&made, &btf), -EBADMSG);
	make_nested(&made);
	made.header.hdr_len = 1 << 20;
	assert_int_equal(init(&made, &btf), -EBADMSG);
	make_nested(&made);
	made.header.hdr_len = 8;
	assert_int_equal(init(&made, &btf), -EBADMSG);
	/* The last one lacks its members. */
	make_nested(&made);
	add_type(&made, OUTER, BTF_KIND_STRUCT, 1, 8);
	assert_int_equal(init(&made, &btf), -EBADMSG);
	/* A kind of the future, and one that is none. */
	make_nested(&made);
	add_type(&made, 0, 20, 0, 0);
	assert_int_equal(init(&made, &btf), -EBADMSG);
	make_nested(&made);
	add_type(&made, 0, 0, 0, 0);
	assert_int_equal(init(&made, &btf), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real),      cmocka_unit_test(test_cut),
		cmocka_unit_test(test_nested),    cmocka_unit_test(test_named),
		cmocka_unit_test(test_senseless), cmocka_unit_test(test_bit_fields),
		cmocka_unit_test(test_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
