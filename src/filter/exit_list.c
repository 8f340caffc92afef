/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "filter/exit_list.h"

#include <errno.h>
#include <string.h>

#include "base/number.h"
#include "event/signal_names.h"

#define CODE_MAX 255

/* No name of a signal is longer. */
#define ITEM_SIZE 24U

static void set(uint64_t *bits, uint64_t number)
{
	bits[number / 64] |= UINT64_C(1) << number % 64;
}

static bool is_set(const uint64_t *bits, int32_t number, int32_t max)
{
	return number >= 0 && number <= max && (bits[number / 64] >> number % 64 & 1) != 0;
}

static int take_item(struct exit_list *list, const char *item, size_t length)
{
	char copy[ITEM_SIZE] = "";
	uint64_t code;
	int32_t signal;

	if (length >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, item, length);
	if (number_parse(copy, 0, CODE_MAX, &code) == 0) {
		set(list->codes, code);
		return 0;
	}
	if (signal_number(copy, &signal) < 0)
		return -EINVAL;
	set(list->signals, (uint64_t)signal);
	return 0;
}

static int refuse(const char *item, size_t length, struct error *err)
{
	return error_set(err, -EINVAL,
			 "--exit takes exit codes, 0 to %d, and signals such as SEGV, SIGKILL or "
			 "SIG9, not '%.*s'",
			 CODE_MAX, length < 40 ? (int)length : 40, item);
}

int exit_list_parse(struct exit_list *list, const char *text, struct error *err)
{
	struct exit_list parsed = {.is_set = true};

	for (const char *item = text;; item++) {
		size_t length = strcspn(item, ",");

		if (take_item(&parsed, item, length) < 0)
			return refuse(item, length, err);
		item += length;
		if (*item == '\0')
			break;
	}
	*list = parsed;
	return 0;
}

bool exit_list_has(const struct exit_list *list, const struct exit_status *status)
{
	if (!status->known)
		return false;
	return status->signal != 0 ? is_set(list->signals, status->signal, SIGNAL_MAX)
				   : is_set(list->codes, status->code, CODE_MAX);
}
