/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sink/secrets.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#define BLANKS " \t\r\n"
#define QUOTES "\"'`"
#define DIGITS "0123456789"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LETTERS "abcdefghijklmnopqrstuvwxyz" UPPER
#define WORD LETTERS DIGITS "_-"

static bool is_one_of(char byte, const char *bytes)
{
	return byte != '\0' && strchr(bytes, byte);
}

static char lower(char byte)
{
	return (char)(byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte);
}

/* TEXT from BEFORE on. */
static struct text rest_of(struct text text, size_t before)
{
	return (struct text){text.bytes + before, text.length - before};
}

/* Returns how many bytes at the beginning of TEXT are some of BYTES. */
static size_t span_of(struct text text, const char *bytes)
{
	size_t length = 0;

	while (length < text.length && is_one_of(text.bytes[length], bytes))
		length++;
	return length;
}

/* Returns how many bytes at the beginning of TEXT are none of BYTES. */
static size_t span_without(struct text text, const char *bytes)
{
	size_t length = 0;

	while (length < text.length && !is_one_of(text.bytes[length], bytes))
		length++;
	return length;
}

/* SECRET is a part of the arguments that START begins. */
static void mark(struct secrets *secrets, const char *start, struct text secret)
{
	if (secret.length > 0)
		memset(secrets->marks.bytes + (secret.bytes - start), 1, secret.length);
}

/* ---- names ---- */

/* What names of secrets end with, without case, dashes and the like: "DB_Password", "--api-key". */
static const char *const secret_names[] = {
	"password",      "passwd",     "passphrase", "secret",     "token",    "apikey",
	"accesskey",     "secretkey",  "privatekey", "accountkey", "authkey",  "sharedkey",
	"encryptionkey", "signingkey", "masterkey",  "credential", "secretid", "credentials",
	"authorization", "cookie",     "bearer",     "jwt",
};

/* These are such only as a word: neither "bypass" nor "monkeypw". */
static const char *const secret_words[] = {"pass", "pw", "passin", "passout", "pwd"};

/* What does not count in a name. */
#define NAME_MARKS "-_."
#define NAME_BYTES LETTERS DIGITS NAME_MARKS
#define GAP_BYTES 16 /* between a name and what separates it from the value */

/* Whether NAME, without marks and case, ends with END; *LEFT is what is before that. */
static bool name_ends(struct text name, const char *end, struct text *left)
{
	size_t at = name.length;

	for (size_t i = strlen(end); i > 0; i--) {
		while (at > 0 && is_one_of(name.bytes[at - 1], NAME_MARKS))
			at--;
		if (at == 0 || lower(name.bytes[at - 1]) != end[i - 1])
			return false;
		at--;
	}
	*left = (struct text){name.bytes, at};
	return true;
}

static bool ends_word(struct text name)
{
	return name.length == 0 || is_one_of(name.bytes[name.length - 1], NAME_MARKS);
}

static bool is_secret_name(struct text name)
{
	struct text left;

	for (size_t i = 0; i < ARRAY_SIZE(secret_names); i++) {
		if (name_ends(name, secret_names[i], &left))
			return true;
	}
	/* PWD is where a shell is. */
	for (size_t i = 0; i < ARRAY_SIZE(secret_words); i++) {
		if (name_ends(name, secret_words[i], &left) && ends_word(left) &&
		    (left.length > 0 || memcmp(name.bytes, "PWD", 3) != 0))
			return true;
	}
	return false;
}

/* ---- NAME=VALUE, NAME: VALUE and --NAME VALUE in one argument ---- */

/*
 * Returns the name that ends TEXT, without the quotes and blanks behind it. Few of
 * those, so that hostile arguments take linear time.
 */
static struct text name_before(struct text text)
{
	size_t end = text.length;
	const size_t limit = end > GAP_BYTES ? end - GAP_BYTES : 0;

	while (end > limit && is_one_of(text.bytes[end - 1], BLANKS QUOTES "\\"))
		end--;
	size_t start = end;
	while (start > 0 && is_one_of(text.bytes[start - 1], NAME_BYTES))
		start--;
	return (struct text){text.bytes + start, end - start};
}

/* A quoted value, up to that QUOTE; behind a backslash only where its first one is, too. */
static size_t quoted_length(struct text value, char quote, bool escaped)
{
	for (size_t i = 0; i < value.length; i++) {
		bool has_backslash = i > 0 && value.bytes[i - 1] == '\\';

		if (value.bytes[i] == quote && has_backslash == escaped)
			return escaped ? i - 1 : i;
	}
	return value.length;
}

/* A value up to one of BYTES that no backslash is before. */
static size_t plain_length(struct text value, const char *bytes)
{
	size_t length = 0;

	while (length < value.length && !is_one_of(value.bytes[length], bytes))
		length += value.bytes[length] == '\\' && length + 1 < value.length ? 2 : 1;
	return length;
}

/* Returns the value that begins REST, which is what is behind the name and SEPARATOR. */
static struct text value_after(struct text rest, char separator)
{
	rest = rest_of(rest, span_of(rest, BLANKS));
	size_t opening = span_of(rest, QUOTES "\\");
	const char *ends = separator == ':' ? QUOTES "\r\n" : BLANKS QUOTES "&;";

	if (opening == 0 || rest.bytes[opening - 1] == '\\')
		return (struct text){rest.bytes, plain_length(rest, ends)};
	const struct text inside = rest_of(rest, opening);
	const bool escaped = opening > 1 && rest.bytes[opening - 2] == '\\';
	return (struct text){inside.bytes, quoted_length(inside, rest.bytes[opening - 1], escaped)};
}

/* Whether what is at AT of ARGUMENT can be between the name before it and a value. */
static bool separates(struct text argument, size_t at, struct text name)
{
	const char byte = argument.bytes[at];
	const bool is_first = name.bytes == argument.bytes;
	const struct text rest = rest_of(argument, at + 1);

	if (byte == '=')
		return true;
	if (byte == ':')
		return is_first ? !text_begins(rest, ":")
				: span_of(rest, BLANKS QUOTES "\\") > 0 ||
					  (at > 0 && is_one_of(argument.bytes[at - 1], QUOTES));
	return is_one_of(byte, BLANKS) && text_begins(name, "-");
}

/* Returns the secret behind the separator at AT of ARGUMENT; NULL: there is none. */
static struct text named_secret(struct text argument, size_t at)
{
	const struct text name = name_before((struct text){argument.bytes, at});
	const struct text rest = rest_of(argument, at + 1);

	if (!is_secret_name(name) || !separates(argument, at, name))
		return (struct text){0};
	/* Nothing but the value is behind a name that begins the argument. */
	if (name.bytes == argument.bytes && !is_one_of(argument.bytes[at], BLANKS))
		return rest_of(rest, span_of(rest, BLANKS));
	return value_after(rest, argument.bytes[at]);
}

static void find_named(struct secrets *secrets, const char *start, struct text argument)
{
	size_t at = 0;

	while ((at += span_without(rest_of(argument, at), "=:" BLANKS)) < argument.length) {
		const struct text secret = named_secret(argument, at);

		mark(secrets, start, secret);
		at = secret.bytes ? (size_t)(secret.bytes - argument.bytes) + secret.length
				  : at + 1;
	}
}

/* ---- URLs ---- */

/* The password in scheme://user:password@host; AFTER is what is behind "://". */
static void find_password(struct secrets *secrets, const char *start, struct text after)
{
	/* Where a password is not encoded as it should be, it may have an @ of its own. */
	struct text authority = {after.bytes, span_without(after, "/?#" BLANKS QUOTES)};
	const char *at =
		authority.length > 0 ? memrchr(authority.bytes, '@', authority.length) : NULL;
	const char *colon =
		at ? memchr(authority.bytes, ':', (size_t)(at - authority.bytes)) : NULL;

	if (colon)
		mark(secrets, start, (struct text){colon + 1, (size_t)(at - colon - 1)});
}

static void find_urls(struct secrets *secrets, const char *start, struct text argument)
{
	const char *found;

	while ((found = memmem(argument.bytes, argument.length, "://", 3))) {
		argument = rest_of(argument, (size_t)(found + 3 - argument.bytes));
		find_password(secrets, start, argument);
	}
}

/* ---- tokens ---- */

static const struct token {
	const char *prefix;
	const char *bytes; /* that follow */
	size_t least;      /* so many of them */
} tokens[] = {
	{"AKIA", UPPER DIGITS, 16}, /* AWS, access keys */
	{"ASIA", UPPER DIGITS, 16}, /* of sessions */
	{"ghp_", WORD, 20},         /* GitHub */
	{"gho_", WORD, 20},
	{"ghu_", WORD, 20},
	{"ghs_", WORD, 20},
	{"ghr_", WORD, 20},
	{"github_pat_", WORD, 20},
	{"glpat-", WORD ".", 20}, /* GitLab */
	{"xoxa-", WORD, 10},      /* Slack */
	{"xoxb-", WORD, 10},
	{"xoxp-", WORD, 10},
	{"xoxr-", WORD, 10},
	{"xoxs-", WORD, 10},
	{"sk_live_", WORD, 16}, /* Stripe */
	{"rk_live_", WORD, 16},
	{"npm_", WORD, 36},                                  /* npm */
	{"hf_", WORD, 30},                                   /* Hugging Face */
	{"AIza", WORD, 35},                                  /* Google */
	{"eyJ", WORD ".=", 40},                              /* JSON Web Tokens */
	{"-----BEGIN ", LETTERS DIGITS "+/=- \t\r\n\\", 20}, /* private keys, and certificates */
};

static void find_token(struct secrets *secrets, const char *start, struct text argument,
		       const struct token *token)
{
	const size_t length = strlen(token->prefix);
	const char *found;

	while ((found = memmem(argument.bytes, argument.length, token->prefix, length))) {
		argument = rest_of(argument, (size_t)(found - argument.bytes));
		size_t span = span_of(rest_of(argument, length), token->bytes);

		if (span >= token->least)
			mark(secrets, start, (struct text){found, length + span});
		argument = rest_of(argument, length + span);
	}
}

/* ---- options of known clients ---- */

enum form {
	ATTACHED = 1, /* -pVALUE */
	NEXT = 2,     /* -p VALUE */
	BOTH = ATTACHED | NEXT,
};

static const struct client_option {
	const char *clients; /* names between blanks */
	const char *option;
	enum form form;
	char behind; /* the secret is behind this byte of the value; 0: it is all of it */
} client_options[] = {
	{" mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlcheck mariadb mariadb-dump "
	 "mariadb-admin mariadb-import mariadb-show mariadb-check ",
	 "-p", ATTACHED, 0},
	{" sshpass ", "-p", BOTH, 0},
	{" curl ", "-u", BOTH, ':'},
	{" curl ", "--user", NEXT, ':'},
	{" curl ", "-U", BOTH, ':'},
	{" curl ", "--proxy-user", NEXT, ':'},
	{" curl ", "-b", BOTH, 0},
	{" redis-cli valkey-cli ", "-a", NEXT, 0},
	{" mongo mongosh mongodump mongorestore mongoexport mongoimport ", "-p", BOTH, 0},
	{" ldapsearch ldapadd ldapmodify ldapdelete ldappasswd ldapwhoami ", "-w", BOTH, 0},
	{" ldappasswd ", "-s", BOTH, 0},
	{" ldappasswd ", "-a", BOTH, 0},
	{" smbclient rpcclient ", "-U", BOTH, '%'},
	{" smbclient rpcclient ", "--user", NEXT, '%'},
	{" lftp ", "-u", BOTH, ','},
	{" openssl ", "-k", NEXT, 0},
	{" openssl ", "-K", NEXT, 0},
	{" openssl ", "-hmac", NEXT, 0},
	{" openssl ", "-psk", NEXT, 0},
	{" 7z 7za 7zr 7zz rar unrar ", "-p", ATTACHED, 0},
	{" login ", "-p", BOTH, 0}, /* docker login and the like */
	{" zip unzip ", "-P", BOTH, 0},
	{" sqlcmd bcp ", "-P", BOTH, 0},
	{" ipmitool ", "-P", BOTH, 0},
	{" xfreerdp xfreerdp3 ", "/p:", ATTACHED, 0},
};

/* Words as they come: those of argv, or those between blanks in one argument. */
struct words {
	struct text client;                  /* the last one that was named; NULL: none */
	bool after_secret_name;              /* the next one is a secret */
	const struct client_option *pending; /* the next one is its value; NULL */
};

static bool has_client(const struct client_option *option, struct text client)
{
	const char *found = option->clients;

	while (client.length > 0 &&
	       (found = memmem(found, strlen(found), client.bytes, client.length))) {
		if (found > option->clients && found[-1] == ' ' && found[client.length] == ' ')
			return true;
		found++;
	}
	return false;
}

/* The longest has 14 letters. */
static bool is_client(struct text name)
{
	if (name.length > 16 || text_begins(name, "-"))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(client_options); i++) {
		if (has_client(&client_options[i], name))
			return true;
	}
	return false;
}

static void mark_value(struct secrets *secrets, const char *start,
		       const struct client_option *option, struct text value)
{
	const char *found = option->behind && value.length > 0
				    ? memchr(value.bytes, option->behind, value.length)
				    : NULL;

	if (found)
		mark(secrets, start, rest_of(value, (size_t)(found + 1 - value.bytes)));
	else if (!option->behind)
		mark(secrets, start, value);
}

/* "-sSu" ends with -u. */
static bool is_cluster_with(struct text word, const char *option)
{
	return strlen(option) == 2 && text_begins(word, "-") && word.length > 2 &&
	       span_of(rest_of(word, 1), LETTERS) == word.length - 1 &&
	       word.bytes[word.length - 1] == option[1];
}

static void find_client_option(struct secrets *secrets, const char *start, struct words *words,
			       struct text word)
{
	for (size_t i = 0; i < ARRAY_SIZE(client_options); i++) {
		const struct client_option *option = &client_options[i];
		const size_t length = strlen(option->option);
		const bool is_it = text_begins(word, option->option);

		if (!has_client(option, words->client))
			continue;
		if (is_it && word.length > length && option->form & ATTACHED)
			mark_value(secrets, start, option, rest_of(word, length));
		else if (option->form & NEXT && ((is_it && word.length == length) ||
						 is_cluster_with(word, option->option)))
			words->pending = option;
	}
}

static void find_in_word(struct secrets *secrets, const char *start, struct words *words,
			 struct text word)
{
	if (words->pending || words->after_secret_name) {
		mark_value(secrets, start,
			   words->pending ? words->pending : &(struct client_option){0}, word);
		words->pending = NULL;
		words->after_secret_name = false;
		return;
	}
	words->after_secret_name = text_begins(word, "-") && is_secret_name(word) &&
				   span_without(word, BLANKS "=:/") == word.length;
	find_client_option(secrets, start, words, word);
	if (is_client(text_behind_last(word, '/')))
		words->client = text_behind_last(word, '/');
	/* openssl's source of a password */
	if (text_begins(word, "pass:"))
		mark(secrets, start, rest_of(word, strlen("pass:")));
}

/* What ends a word of a shell outside of quotes. */
#define WORD_ENDS BLANKS ";|&()"

/* A word in TEXT, which may be inside of the quote OPEN (0: it is not). */
static size_t word_length(struct text text, char open)
{
	size_t length = 0;

	while (length < text.length && !is_one_of(text.bytes[length], WORD_ENDS)) {
		const char byte = text.bytes[length];

		if (byte == open)
			break;
		length++;
		const char *closing =
			is_one_of(byte, QUOTES) && length < text.length
				? memchr(text.bytes + length, byte, text.length - length)
				: NULL;
		if (closing)
			length = (size_t)(closing + 1 - text.bytes);
	}
	return length;
}

/*
 * Returns what of TEXT is before a word. Quotes that begin words hold more of them, and *OPEN keeps
 * the outermost of those; but where a VALUE is due, they hold that.
 */
static size_t before_word(struct text text, bool value, char *open)
{
	size_t length = 0;

	for (; length < text.length; length++) {
		const char byte = text.bytes[length];

		if (byte == *open && byte != '\0')
			*open = '\0';
		else if (!value && *open == '\0' && is_one_of(byte, QUOTES))
			*open = byte;
		else if (!is_one_of(byte, value ? BLANKS : WORD_ENDS QUOTES))
			break;
	}
	return length;
}

/* The words of a shell's script, say. */
static void find_in_words(struct secrets *secrets, const char *start, struct text argument)
{
	struct words words = {0};
	char open = '\0';

	while (argument.length > 0) {
		bool is_value = words.pending || words.after_secret_name;

		argument = rest_of(argument, before_word(argument, is_value, &open));
		const struct text word = {argument.bytes, word_length(argument, open)};
		if (word.length > 0)
			find_in_word(secrets, start, &words, word);
		else if (argument.length > 0)
			words = (struct words){0};
		argument = rest_of(argument, word.length);
	}
}

/* ---- --redact-regex ---- */

/* Each match takes the time of the whole argument: what is behind so many is taken for secret. */
#define MATCHES_MOST 64

/* Mark what MATCH says of TEXT; returns where to look for the next one. */
static size_t mark_match(struct secrets *secrets, const char *start, struct text text,
			 const regmatch_t match[2])
{
	const regmatch_t *secret = match[1].rm_so >= 0 ? &match[1] : &match[0];
	const size_t end = (size_t)match[0].rm_eo;

	mark(secrets, start,
	     (struct text){text.bytes + secret->rm_so, (size_t)(secret->rm_eo - secret->rm_so)});
	return match[0].rm_eo > match[0].rm_so ? end : end + 1;
}

static int copy_argument(struct secrets *secrets, struct text argument)
{
	secrets->copy.size = 0;
	int code = buffer_append(&secrets->copy, argument.bytes, argument.length);

	return code == 0 ? buffer_append(&secrets->copy, "", 1) : code;
}

static int find_matches(struct secrets *secrets, const char *start, struct text argument)
{
	regmatch_t match[2];
	size_t at = 0;
	int matches = 0;
	int code = copy_argument(secrets, argument);

	if (code < 0)
		return code;
	while (at <= argument.length && code == 0) {
		const struct text left = rest_of(argument, at);

		match[1].rm_so = -1;
		code = regexec(secrets->more, secrets->copy.bytes + at, 2, match,
			       at > 0 ? REG_NOTBOL : 0);
		if (code == 0 && matches++ < MATCHES_MOST) {
			at += mark_match(secrets, start, left, match);
		} else if (code != REG_NOMATCH) {
			mark(secrets, start, left);
			break;
		}
	}
	return 0;
}

/* ---- arguments ---- */

static int find_in_argument(struct secrets *secrets, const char *start, struct text argument)
{
	find_named(secrets, start, argument);
	find_urls(secrets, start, argument);
	for (size_t i = 0; i < ARRAY_SIZE(tokens); i++)
		find_token(secrets, start, argument, &tokens[i]);
	if (span_without(argument, BLANKS) < argument.length)
		find_in_words(secrets, start, argument);
	return secrets->more ? find_matches(secrets, start, argument) : 0;
}

int secrets_find(struct secrets *secrets, struct string_list argv)
{
	const char *start = argv.bytes.bytes;
	const size_t size = argv.bytes.length;
	struct words words = {0};
	struct text argument;
	int code = 0;

	secrets->marks.size = 0;
	if (buffer_reserve(&secrets->marks, size) < 0)
		return -ENOMEM;
	if (size == 0)
		return 0;
	memset(secrets->marks.bytes, 0, size);
	secrets->marks.size = size;
	argv.count = UINT32_MAX;
	while (code == 0 && string_list_next(&argv, &argument)) {
		find_in_word(secrets, start, &words, argument);
		code = find_in_argument(secrets, start, argument);
	}
	return code < 0 ? code : memchr(secrets->marks.bytes, 1, size) != NULL;
}

void secrets_done(struct secrets *secrets)
{
	buffer_done(&secrets->marks);
	buffer_done(&secrets->copy);
}
