/*
 * Between the lines of a dot-qmail file and the destinations of an alias.
 *
 * A line is a destination or, if it is a comment, somebody's own: those stay
 * where they are, and the destinations take the place of the first one.
 */
#include "config.h"

#include "modules/mail/aliaslines.h"

#include <stdio.h>
#include <string.h>

#define BLANK " \t\r"

/* ---- from lines --------------------------------------------------------- */

static int
is_comment(const char *line)
{
	line += strspn(line, BLANK);
	return *line == '#' && strcmp(line, "#") != 0 &&
	       strcmp(line, "# delete") != 0;
}

int
mail_alias_is_plain(const struct vpop_texts *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		if (vpop_is_autoresponder(lines->text[i]) ||
		    (lines->text[i][0] == '|' &&
			strstr(lines->text[i], "/ezmlm-")))
			return 0;
	return lines->count > 0;
}

/* The address of a line that forwards. */
static json_t *
show_address(const struct mail_request *r, const char *line)
{
	line += strspn(line, "&" BLANK);
	const size_t length = strcspn(line, BLANK);
	AUTO_FREE char *address = strndup(line, length);
	char *at = address ? strrchr(address, '@') : NULL;
	const char *type = "address";

	if (!address)
		return NULL;
	if (at && strcasecmp(at + 1, r->domain) == 0) {
		*at = '\0';
		type = "local";
	}
	return json_pack(
	    "{s:s, s:o}", "type", type, "value", mail_json_text(address));
}

static json_t *
show_line(const struct mail_request *r, const char *line)
{
	const char *text = line + strspn(line, BLANK);

	switch (*text) {
	case '#':
		return json_pack("{s:s}", "type", "discard");
	case '|':
		return json_pack("{s:s, s:o}", "type", "program", "value",
		    mail_json_text(text + 1));
	case '.':
	case '/':
		return json_pack("{s:s, s:o}", "type", "file", "value",
		    mail_json_text(text));
	default:
		return show_address(r, text);
	}
}

json_t *
mail_alias_show(const struct mail_request *r, const char *name,
    const struct vpop_texts *lines)
{
	json_t *destinations = json_array(), *custom = json_array();

	for (size_t i = 0; i < lines->count; i++) {
		if (is_comment(lines->text[i]))
			json_array_append_new(
			    custom, mail_json_text(lines->text[i]));
		else
			json_array_append_new(
			    destinations, show_line(r, lines->text[i]));
	}
	return json_pack("{s:s, s:o, s:o}", "name", name, "destinations",
	    destinations, "custom", custom);
}

/* ---- to lines ------------------------------------------------------------ */

static int
has_line(const struct vpop_texts *lines, const char *line)
{
	for (size_t i = 0; lines && i < lines->count; i++)
		if (strcmp(lines->text[i], line) == 0)
			return 1;
	return 0;
}

static int
no_memory(struct mail *m)
{
	mail_refuse(m, "unavailable", NULL, "out of memory");
	return -1;
}

/* A name of the domain may also be another alias, or a list. */
static int
local_line(struct mail *m, const struct mail_request *r, const char *value,
    char **ret_line)
{
	struct vpop_texts found;
	struct vpop_domain domain;
	int code = vpop_destination_line(m->vp, r->domain, value, ret_line);

	if (code != VA_USER_DOES_NOT_EXIST || strcmp(value, r->key) == 0)
		return code;
	code = vpop_alias_get(m->vp, value, r->domain, &found);
	if (code < 0)
		return code;
	vpop_texts_clear(&found);
	code = vpop_domain_get(m->vp, r->domain, &domain);
	if (code == 0 && asprintf(ret_line, "&%s@%s", value, domain.real) < 0)
		code = VA_MEMORY_ALLOC_ERR;
	return code;
}

/* The line of a destination; now has those that may stay. */
static int
make_line(struct mail *m, const struct mail_request *r, json_t *destination,
    const struct vpop_texts *now, const char *pointer, char **ret_line)
{
	const char *type = mail_text(destination, "type");
	const char *value = mail_text(destination, "value");
	int is_program, code = 0, rc;

	*ret_line = NULL;
	type = type ? type : "discard";
	value = value ? value : "";
	is_program = strcmp(type, "program") == 0;
	if (strcmp(type, "discard") == 0)
		rc = asprintf(ret_line, "#");
	else if (is_program || strcmp(type, "file") == 0)
		rc = asprintf(ret_line, "%s%s", is_program ? "|" : "", value);
	else if (strcmp(type, "local") == 0)
		rc = asprintf(ret_line, "&%s@%s", value, r->domain);
	else
		rc = asprintf(ret_line, "&%s", value);
	if (rc < 0) {
		*ret_line = NULL;
		return no_memory(m);
	}
	if (has_line(now, *ret_line) || **ret_line == '#')
		return 0;
	if (**ret_line != '&') {
		if (mail_rank(r) == MAIL_RANK_SYSTEM)
			return 0;
		mail_refuse(m, "forbidden", pointer,
		    "only the system may let mail go to a %s", type);
		return -1;
	}
	free(*ret_line);
	*ret_line = NULL;
	if (strcmp(type, "local") != 0 && !strchr(value, '@')) {
		mail_refuse(
		    m, "invalid", pointer, "'%s' is not an address", value);
		return -1;
	}
	code = strcmp(type, "local") == 0
		   ? local_line(m, r, value, ret_line)
		   : vpop_destination_line(m->vp, r->domain, value, ret_line);
	if (code == VA_USER_DOES_NOT_EXIST)
		mail_refuse(m, "invalid", pointer, "there is no '%s' in '%s'",
		    value, r->domain);
	else if (code < 0)
		mail_refuse_vpop_at(m, code, pointer);
	return code < 0 ? -1 : 0;
}

static int
add_destinations(struct mail *m, const struct mail_request *r,
    const struct vpop_texts *now, struct vpop_texts *ret)
{
	json_t *destination;
	char pointer[48];
	size_t i;

	json_array_foreach(
	    json_object_get(r->new, "destinations"), i, destination)
	{
		AUTO_FREE char *line = NULL;

		snprintf(pointer, sizeof pointer, "/destinations/%zu", i);
		if (make_line(m, r, destination, now, pointer, &line) != 0)
			return -1;
		/* To the journal and rows a line is there once. */
		if (!has_line(ret, line) && vpop_texts_add(ret, line) != 0)
			return no_memory(m);
	}
	return 0;
}

int
mail_alias_lines(struct mail *m, const struct mail_request *r,
    const struct vpop_texts *now, struct vpop_texts *ret)
{
	int is_done = 0, rc = 0;

	*ret = (struct vpop_texts){ .count = 0 };
	for (size_t i = 0; rc == 0 && now && i < now->count; i++) {
		if (is_comment(now->text[i])) {
			if (vpop_texts_add(ret, now->text[i]) != 0)
				rc = no_memory(m);
		} else if (!is_done) {
			is_done = 1;
			rc = add_destinations(m, r, now, ret);
		}
	}
	if (rc == 0 && !is_done)
		rc = add_destinations(m, r, now, ret);
	if (rc != 0)
		vpop_texts_clear(ret);
	return rc;
}
