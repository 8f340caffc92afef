/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/text/cgroup_owner.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/compiler.h"

/* Bytes of an id: SHA-256 in hexadecimal digits. */
#define ID_LENGTH 64U

static const struct text none;

/* Take the last component off PATH, without its slash. Returns false where there is none. */
static bool take_last(struct text *path, struct text *component)
{
	const char *slash = path->length > 0 ? memrchr(path->bytes, '/', path->length) : NULL;

	if (!slash)
		return false;
	size_t start = (size_t)(slash + 1 - path->bytes);
	*component = (struct text){slash + 1, path->length - start};
	path->length = start - 1;
	return true;
}

/* Take MARK off the beginning of NAME, or off its end. Return whether it was there. */
static bool take_prefix(struct text *name, const char *mark)
{
	size_t length = strlen(mark);

	if (name->length < length || memcmp(name->bytes, mark, length) != 0)
		return false;
	*name = (struct text){name->bytes + length, name->length - length};
	return true;
}

static bool take_suffix(struct text *name, const char *mark)
{
	size_t length = strlen(mark);

	if (name->length < length || memcmp(name->bytes + name->length - length, mark, length) != 0)
		return false;
	name->length -= length;
	return true;
}

/* ---- units ---- */

static bool is_unit(struct text name)
{
	/* systemd.unit(5): those that have processes. */
	static const char *const types[] = {".service", ".scope", ".socket", ".mount", ".swap"};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (take_suffix(&name, types[i]))
			return name.length > 0;
	}
	return false;
}

struct text cgroup_unit(struct text path)
{
	struct text name;

	while (take_last(&path, &name)) {
		if (!is_unit(name))
			continue;
		/* Before names that the kernel would take for its own files. */
		take_prefix(&name, "_");
		return name;
	}
	return none;
}

/* ---- containers ---- */

static bool is_id(struct text name)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < name.length; i++) {
		if (!memchr(digits, name.bytes[i], sizeof(digits) - 1))
			return false;
	}
	return name.length == ID_LENGTH;
}

/* The id in NAME, of a component. Their monitors, as libpod-conmon-ID.scope, are outside. */
static struct text id_in(struct text name)
{
	static const char *const prefixes[] = {"docker-", "libpod-", "cri-containerd-", "crio-",
					       "nerdctl-"};

	take_suffix(&name, ".scope");
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (take_prefix(&name, prefixes[i]))
			break;
	}
	return is_id(name) ? name : none;
}

struct text cgroup_container(struct text path)
{
	struct text name, id = none;

	while (!id.bytes && take_last(&path, &name))
		id = id_in(name);
	return id;
}
