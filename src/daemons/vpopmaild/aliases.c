/* Verbs about aliases, and the list of mailing lists. */
#include "config.h"

#include <string.h>

#include "daemons/vpopmaild/path.h"

/* Take ALIAS@DOMAIN; -1 after the reply.  The places follow each other. */
static int
take_alias(struct vpd_call *call, int place, char ret_name[VPOP_USER_SIZE],
    char ret_domain[VPOP_DOMAIN_SIZE])
{
	const struct vpd_address_errors errors = { VPD_E_NO_ALIAS, place,
		VPD_E_ALIAS, place + 1, VPD_E_FOREIGN, place + 2 };

	return vpd_take_address(call, &errors, ret_name, ret_domain);
}

enum vpd_next
vpd_add_alias(struct vpd_call *call)
{
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	char base[VPOP_DIR_SIZE];
	const char *line;
	int code;

	if (take_alias(call, 902, name, domain) != 0)
		return VPD_LINE;
	line = vpd_word(call);
	if (!line)
		return vpd_error(call, VPD_E_NO_LINE, 906);
	if (vpd_base(call, base) != 0)
		return VPD_LINE;
	if (!vpd_may_run(call, base, VPD_DOTQMAIL, line, strlen(line)))
		return vpd_error(call, VPD_E_ALIAS_ADD, 907);
	code = vpop_alias_insert(call->vp, name, domain, line);
	/* It is there: as wished. */
	if (code != 0 && code != VA_USERNAME_EXISTS)
		return vpd_error(call, VPD_E_ALIAS_ADD, 907);
	return vpd_ok(call);
}

/* 1 if the alias has a line, 0, or a code. */
static int
exists(struct vpd_call *call, const char *name, const char *domain)
{
	struct vpop_aliases *cursor = NULL;
	struct vpop_alias alias;
	int rc = vpop_aliases_open(call->vp, name, domain, &cursor);

	if (rc == 0)
		rc = vpop_aliases_next(cursor, &alias);
	vpop_aliases_close(cursor);
	return rc;
}

/* A forward may be written with and without its "&". */
static int
remove_line(struct vpd_call *call, const char *name, const char *domain,
    const char *line)
{
	AUTO_FREE char *marked = NULL;
	int code = vpop_alias_remove(call->vp, name, domain, line);

	if (code != VA_USER_DOES_NOT_EXIST)
		return code;
	if (line[0] == '&')
		return vpop_alias_remove(call->vp, name, domain, line + 1);
	if (asprintf(&marked, "&%s", line) < 0) {
		marked = NULL;
		return VA_MEMORY_ALLOC_ERR;
	}
	return vpop_alias_remove(call->vp, name, domain, marked);
}

enum vpd_next
vpd_remove_alias(struct vpd_call *call)
{
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	const char *line;
	int code;

	if (take_alias(call, 1002, name, domain) != 0)
		return VPD_LINE;
	line = vpd_word(call);
	if (!line)
		return vpd_error(call, VPD_E_NO_LINE, 1006);
	if (exists(call, name, domain) <= 0)
		return vpd_error(call, VPD_E_ALIAS_REMOVE, 1007);
	code = remove_line(call, name, domain, line);
	if (code != 0 && code != VA_USER_DOES_NOT_EXIST)
		return vpd_error(call, VPD_E_ALIAS_REMOVE, 1007);
	return vpd_ok(call);
}

enum vpd_next
vpd_delete_alias(struct vpd_call *call)
{
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];

	if (take_alias(call, 1102, name, domain) != 0)
		return VPD_LINE;
	if (vpop_alias_delete(call->vp, name, domain) != 0)
		return vpd_error(call, VPD_E_ALIAS_DELETE, 1106);
	return vpd_ok(call);
}

/* A file that cannot be read does not hide those behind it. */
static void
put_aliases(
    struct vpd_call *call, struct vpop_aliases *cursor, const char *domain)
{
	char label[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];
	struct vpop_alias alias;
	int rc;

	while (!call->out->failed &&
	       (rc = vpop_aliases_next(cursor, &alias)) != 0) {
		AUTO_FREE char *line = NULL;

		if (rc == VA_MEMORY_ALLOC_ERR)
			return;
		if (rc < 0)
			continue;
		line = strndup(alias.line, strcspn(alias.line, "\r"));
		if (!line)
			return;
		snprintf(label, sizeof label, "%s@%s", alias.name, domain);
		vpd_line(call->out, label, line);
	}
}

enum vpd_next
vpd_list_alias(struct vpd_call *call)
{
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	struct vpop_aliases *cursor = NULL;
	const char *argument = vpd_word(call);
	const char *asked = argument;
	struct vpop_domain found;
	int code;

	if (!argument)
		return vpd_error(call, VPD_E_NO_DOMAIN, 2802);
	if (strchr(argument, '@')) {
		if (vpd_parse(call, argument, name, domain) != 0)
			return vpd_error(call, VPD_E_ADDRESS, 2803);
		asked = domain;
	}
	code = vpd_may(call, asked);
	if (code < 0)
		return vpd_failed(call, 2804, code);
	if (code == 0)
		return vpd_error(call, VPD_E_FOREIGN, 2804);
	code = vpop_domain_get(call->vp, asked, &found);
	if (code == 0)
		code = vpop_aliases_open(call->vp,
		    asked == argument ? NULL : name, found.real, &cursor);
	if (vpop_class(code) == VPOP_CLASS_TEMPORARY)
		return vpd_failed(call, 2805, code);
	vpd_begin(call);
	if (code == 0)
		put_aliases(call, cursor, found.real);
	vpop_aliases_close(cursor);
	return vpd_end(call);
}

/* A list is told by the name of its file. */
static void
put_list(struct vpd_out *out, char name[VPOP_USER_SIZE])
{
	for (char *p = name; *p; p++)
		if (*p == '.')
			*p = ':';
	vpd_format(out, ".qmail-%s\r\n", name);
}

enum vpd_next
vpd_list_lists(struct vpd_call *call)
{
	const char *domain = vpd_word(call);
	struct vpd_page page = vpd_take_page(call);
	struct vpop_lists *cursor = NULL;
	char name[VPOP_USER_SIZE];
	int code;

	if (!domain)
		return vpd_error(call, VPD_E_NO_ADDRESS, 2902);
	code = vpd_may(call, domain);
	if (code == 0)
		return vpd_error(call, VPD_E_FOREIGN, 2903);
	if (code > 0)
		code = vpop_lists_open(call->vp, domain, &cursor);
	if (vpop_class(code) == VPOP_CLASS_ABSENT ||
	    vpop_class(code) == VPOP_CLASS_REFUSED)
		return vpd_error(call, VPD_E_FOREIGN, 2904);
	if (code != 0)
		return vpd_failed(call, 2905, code);
	vpd_begin(call);
	for (uint64_t i = 0; i < page.last && !call->out->failed &&
			     vpop_lists_next(cursor, name) > 0;
	     i++)
		if (i >= page.first)
			put_list(call->out, name);
	vpop_lists_close(cursor);
	return vpd_end(call);
}
