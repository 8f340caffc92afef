/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Terminals: their width, and who gets colour.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/terminal.h"
#include "support.h"

struct terminal {
	int master, fd;
};

static struct terminal open_terminal(void)
{
	struct terminal terminal = {.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};

	if (terminal.master < 0 || grantpt(terminal.master) < 0 || unlockpt(terminal.master) < 0)
		skip();
	terminal.fd = open(ptsname(terminal.master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(terminal.fd >= 0);
	return terminal;
}

static void close_terminal(struct terminal terminal)
{
	close(terminal.fd);
	close(terminal.master);
}

static void use_environment(const char *term, const char *no_color)
{
	unsetenv("TERM");
	unsetenv("NO_COLOR");
	if (term)
		setenv("TERM", term, 1);
	if (no_color)
		setenv("NO_COLOR", no_color, 1);
}

static void test_files_have_neither(void **state)
{
	FILE *file = tmpfile();

	(void)state;
	assert_non_null(file);
	use_environment("xterm", NULL);
	assert_false(terminal_wants_color(fileno(file), TERMINAL_COLOR_AUTO));
	assert_true(terminal_wants_color(fileno(file), TERMINAL_COLOR_ALWAYS));
	assert_false(terminal_wants_color(fileno(file), TERMINAL_COLOR_NEVER));
	assert_int_equal(terminal_width(fileno(file)), 0);
	assert_int_equal(terminal_width(-1), 0);
	fclose(file);
}

static void test_colour_of_terminals(void **state)
{
	static const struct {
		const char *term, *no_color;
		bool wanted;
	} cases[] = {
		{"xterm", NULL, true}, {"xterm", "", true}, {"xterm", "1", false},
		{"dumb", NULL, false}, {"", NULL, false},   {NULL, NULL, false},
	};
	struct terminal terminal = open_terminal();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		use_environment(cases[i].term, cases[i].no_color);
		assert_int_equal(terminal_wants_color(terminal.fd, TERMINAL_COLOR_AUTO),
				 cases[i].wanted);
	}
	close_terminal(terminal);
}

static void test_width_of_terminals(void **state)
{
	struct winsize size = {.ws_col = 0, .ws_row = 24};
	struct terminal terminal = open_terminal();

	(void)state;
	assert_int_equal(ioctl(terminal.fd, TIOCSWINSZ, &size), 0);
	assert_int_equal(terminal_width(terminal.fd), 80);
	size.ws_col = 133;
	assert_int_equal(ioctl(terminal.fd, TIOCSWINSZ, &size), 0);
	assert_int_equal(terminal_width(terminal.fd), 133);
	close_terminal(terminal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files_have_neither),
		cmocka_unit_test(test_colour_of_terminals),
		cmocka_unit_test(test_width_of_terminals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
