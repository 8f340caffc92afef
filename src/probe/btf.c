/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/btf.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"

/* linux/btf.h of Linux 5.16 to 6.0; the installed headers may be older. */
#define KIND_DECL_TAG 17U
#define KIND_TYPE_TAG 18U
#define KIND_ENUM64 19U
#define KINDS 20U

/* Unnamed structures in structures, and typedefs of typedefs. Real ones are 4 deep. */
#define DEPTH_MAX 16U
/* Members that are looked at for one that is wanted. task_struct has some 300. */
#define MEMBERS_MAX 100000U

#define WORD_SIZE 8U

/* ---- types ---- */

static struct btf_type load_type(const unsigned char *at)
{
	struct btf_type type;

	memcpy(&type, at, sizeof(type));
	return type;
}

/* Type ID, which is below `count`. */
static struct btf_type type_of(const struct btf *btf, uint32_t id)
{
	return load_type(btf->types + btf->offsets[id]);
}

/* Set *SIZE to the bytes behind the head of TYPE. Returns whether its kind is known. */
static bool find_tail(const struct btf_type *type, size_t *size)
{
	/* 1 + the bytes of a type, and those of each of its parts. */
	static const struct {
		uint8_t fixed, each;
	} tails[KINDS] = {
		[BTF_KIND_INT] = {1 + sizeof(uint32_t), 0},
		[BTF_KIND_PTR] = {1, 0},
		[BTF_KIND_ARRAY] = {1 + sizeof(struct btf_array), 0},
		[BTF_KIND_STRUCT] = {1, sizeof(struct btf_member)},
		[BTF_KIND_UNION] = {1, sizeof(struct btf_member)},
		[BTF_KIND_ENUM] = {1, sizeof(struct btf_enum)},
		[BTF_KIND_FWD] = {1, 0},
		[BTF_KIND_TYPEDEF] = {1, 0},
		[BTF_KIND_VOLATILE] = {1, 0},
		[BTF_KIND_CONST] = {1, 0},
		[BTF_KIND_RESTRICT] = {1, 0},
		[BTF_KIND_FUNC] = {1, 0},
		[BTF_KIND_FUNC_PROTO] = {1, sizeof(struct btf_param)},
		[BTF_KIND_VAR] = {1 + sizeof(struct btf_var), 0},
		[BTF_KIND_DATASEC] = {1, sizeof(struct btf_var_secinfo)},
		[BTF_KIND_FLOAT] = {1, 0},
		[KIND_DECL_TAG] = {1 + sizeof(uint32_t), 0},
		[KIND_TYPE_TAG] = {1, 0},
		[KIND_ENUM64] = {1, 3 * sizeof(uint32_t)},
	};
	const uint32_t kind = BTF_INFO_KIND(type->info);

	if (kind >= KINDS || tails[kind].fixed == 0)
		return false;
	*size = tails[kind].fixed - 1U + (size_t)tails[kind].each * BTF_INFO_VLEN(type->info);
	return true;
}

/* ---- the index ---- */

/* Put the offset of each type into OFFSETS, NULL: only count. Returns how many ids; 0: malformed.
 */
static uint32_t index_types(const unsigned char *types, uint32_t size, uint32_t *offsets)
{
	uint32_t at = 0, count = 1;

	while (at < size) {
		size_t tail;

		if (size - at < sizeof(struct btf_type))
			return 0;
		const struct btf_type type = load_type(types + at);
		if (!find_tail(&type, &tail) || tail > size - at - sizeof(type))
			return 0;
		if (offsets)
			offsets[count] = at;
		count++;
		at += (uint32_t)(sizeof(type) + tail);
	}
	return count;
}

/* A section of LENGTH bytes at OFFSET behind the header; NULL where it is not inside of SIZE bytes.
 */
static const unsigned char *section(const void *bytes, size_t size, const struct btf_header *header,
				    uint32_t offset, uint32_t length)
{
	const size_t rest = size - header->hdr_len;

	if (offset > rest || length > rest - offset)
		return NULL;
	return (const unsigned char *)bytes + header->hdr_len + offset;
}

int btf_init(struct btf *btf, const void *bytes, size_t size)
{
	struct btf_header header;

	if (size < sizeof(header))
		return -EBADMSG;
	memcpy(&header, bytes, sizeof(header));
	if (header.magic != BTF_MAGIC || header.version != BTF_VERSION ||
	    header.hdr_len < sizeof(header) || header.hdr_len > size)
		return -EBADMSG;
	const unsigned char *types =
		section(bytes, size, &header, header.type_off, header.type_len);
	const unsigned char *strings =
		section(bytes, size, &header, header.str_off, header.str_len);
	if (!types || !strings || header.str_len == 0 || strings[header.str_len - 1] != '\0')
		return -EBADMSG;
	uint32_t count = index_types(types, header.type_len, NULL);
	if (count == 0)
		return -EBADMSG;
	uint32_t *offsets = calloc(count, sizeof(*offsets));
	if (!offsets)
		return -ENOMEM;
	index_types(types, header.type_len, offsets);
	*btf = (struct btf){types, (const char *)strings, header.str_len, offsets, count};
	return 0;
}

void btf_done(struct btf *btf)
{
	free(btf->offsets);
	btf->offsets = NULL;
}

/* ---- members ---- */

/* The string at OFFSET, "" where that is outside. */
static const char *string_at(const struct btf *btf, uint32_t offset)
{
	return btf->strings + (offset < btf->strings_size ? offset : btf->strings_size - 1);
}

static bool is_composite(const struct btf *btf, uint32_t id)
{
	if (id == 0 || id >= btf->count)
		return false;
	const uint32_t kind = BTF_INFO_KIND(type_of(btf, id).info);
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

/* A structure that is being walked through. */
struct level {
	uint32_t id, next; /* the next member */
	uint64_t base;     /* where it starts, in bits */
};

struct found_member {
	const char *name;
	uint32_t type; /* 0: it is a bit field */
	uint64_t at;   /* bits */
};

/* Returns whether LEVEL has another member. */
static bool next_member(const struct btf *btf, struct level *level, struct found_member *found)
{
	const struct btf_type type = type_of(btf, level->id);
	struct btf_member member;

	if (level->next >= BTF_INFO_VLEN(type.info))
		return false;
	memcpy(&member,
	       btf->types + btf->offsets[level->id] + sizeof(type) +
		       (size_t)level->next * sizeof(member),
	       sizeof(member));
	level->next++;
	const bool has_sizes = BTF_INFO_KFLAG(type.info);
	const uint32_t bits = has_sizes ? BTF_MEMBER_BIT_OFFSET(member.offset) : member.offset;
	const bool is_bit_field = has_sizes && BTF_MEMBER_BITFIELD_SIZE(member.offset) > 0;
	*found = (struct found_member){
		.name = string_at(btf, member.name_off),
		.type = is_bit_field ? 0 : member.type,
		.at = level->base + bits,
	};
	return true;
}

/* Walk through structure ID, and those without a name in it, up to the member called NAME. */
static bool find_member(const struct btf *btf, uint32_t id, const char *name,
			struct found_member *found)
{
	struct level levels[DEPTH_MAX] = {{.id = id}};
	size_t depth = 1;

	for (uint32_t left = MEMBERS_MAX; depth > 0 && left > 0; left--) {
		if (!next_member(btf, &levels[depth - 1], found))
			depth--;
		else if (strcmp(found->name, name) == 0)
			return true;
		else if (found->name[0] == '\0' && is_composite(btf, found->type) &&
			 depth < DEPTH_MAX)
			levels[depth++] = (struct level){.id = found->type, .base = found->at};
	}
	return false;
}

/* Whether type ID, typedefs and qualifiers aside, is a pointer or integer of WORD_SIZE. */
static bool is_word(const struct btf *btf, uint32_t id)
{
	for (size_t left = DEPTH_MAX; left > 0 && id != 0 && id < btf->count; left--) {
		const struct btf_type type = type_of(btf, id);

		switch (BTF_INFO_KIND(type.info)) {
		case BTF_KIND_PTR:
			return true;
		case BTF_KIND_INT:
			return type.size == WORD_SIZE;
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case KIND_TYPE_TAG:
			id = type.type;
			break;
		default:
			return false;
		}
	}
	return false;
}

static uint32_t find_structure(const struct btf *btf, const char *name)
{
	for (uint32_t id = 1; id < btf->count; id++) {
		const struct btf_type type = type_of(btf, id);

		if (BTF_INFO_KIND(type.info) == BTF_KIND_STRUCT &&
		    strcmp(string_at(btf, type.name_off), name) == 0)
			return id;
	}
	return 0;
}

int btf_find_word(const struct btf *btf, const char *structure, const char *member,
		  uint32_t *offset)
{
	const uint32_t id = find_structure(btf, structure);
	struct found_member found;

	if (id == 0 || !find_member(btf, id, member, &found))
		return -ENOENT;
	if (!is_word(btf, found.type) || found.at % 8 != 0 || found.at / 8 > INT32_MAX)
		return -EBADMSG;
	*offset = (uint32_t)(found.at / 8);
	return 0;
}
