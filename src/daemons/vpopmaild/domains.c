/* Verbs about domains: all of them for the administrator of the system. */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "daemons/vpopmaild/verbs.h"

/* The first domain, in the order of users/assign.  A file without one cannot
 * be a site's: -1 after the reply. */
static int
first(struct vpd_call *call, int place, struct vpop_domains **ret_cursor,
    struct vpop_domain *ret_domain)
{
	struct vpop_domains *cursor = NULL;
	int rc = vpop_domains_open(call->vp, NULL, &cursor);

	if (rc == 0)
		rc = vpop_domains_next(cursor, ret_domain);
	if (rc > 0) {
		*ret_cursor = cursor;
		return 0;
	}
	vpop_domains_close(cursor);
	vpd_error(call, VPD_E_ASSIGN, place);
	return -1;
}

enum vpd_next
vpd_list_domains(struct vpd_call *call)
{
	struct vpd_page page = vpd_take_page(call);
	struct vpop_domains *cursor;
	struct vpop_domain domain;
	int rc = 1;

	if (first(call, 2302, &cursor, &domain) != 0)
		return VPD_LINE;
	vpd_begin(call);
	for (uint64_t i = 0; rc > 0 && i < page.last && !call->out->failed;
	     i++) {
		if (i >= page.first)
			vpd_line(call->out, domain.real, domain.name);
		rc = vpop_domains_next(cursor, &domain);
	}
	vpop_domains_close(cursor);
	return rc < 0 ? vpd_error(call, VPD_E_ASSIGN, 2302) : vpd_end(call);
}

enum vpd_next
vpd_find_domain(struct vpd_call *call)
{
	const char *name = vpd_word(call);
	const char *size = vpd_word(call);
	struct vpop_domains *cursor;
	struct vpop_domain domain;
	uint64_t index = 0, per_page;
	int rc = 1;

	if (!name)
		return vpd_error(call, VPD_E_NO_DOMAIN, 2402);
	per_page = size && size[0] != '-' ? strtoull(size, NULL, 10) : 0;
	if (first(call, 2403, &cursor, &domain) != 0)
		return VPD_LINE;
	while (rc > 0 && strcmp(domain.name, name) != 0) {
		rc = vpop_domains_next(cursor, &domain);
		index++;
	}
	vpop_domains_close(cursor);
	if (rc < 0)
		return vpd_error(call, VPD_E_ASSIGN, 2403);
	vpd_begin(call);
	if (rc > 0)
		vpd_line_unsigned(
		    call->out, "page", index / (per_page ? per_page : 1) + 1);
	return vpd_end(call);
}

enum vpd_next
vpd_domain_count(struct vpd_call *call)
{
	struct vpop_domains *cursor;
	struct vpop_domain domain;
	uint64_t count = 0;
	int rc;

	if (first(call, 2502, &cursor, &domain) != 0)
		return VPD_LINE;
	do {
		count++;
		rc = vpop_domains_next(cursor, &domain);
	} while (rc > 0);
	vpop_domains_close(cursor);
	if (rc < 0)
		return vpd_error(call, VPD_E_ASSIGN, 2502);
	vpd_begin(call);
	vpd_line_unsigned(call->out, "count", count);
	return vpd_end(call);
}

/* The words that clients know for who may not change qmail's files. */
static int
site_code(int code)
{
	return code == VA_BAD_UID ? VA_COULD_NOT_UPDATE_FILE : code;
}

enum vpd_next
vpd_add_domain(struct vpd_call *call)
{
	const char *name = vpd_word(call);
	const char *secret = name ? vpd_secret(call) : NULL;
	struct vpop_domain_new domain = { .name = name,
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.postmaster = { VPOP_SECRET_CLEAR, secret },
		.gecos = "postmaster" };
	int code;

	if (!name)
		return vpd_error(call, VPD_E_NO_DOMAIN, 802);
	if (!secret)
		return vpd_error(call, VPD_E_NO_PASSWORD, 803);
	code = site_code(vpop_domain_add(call->vp, &domain));
	if (code == 0)
		return vpd_ok(call);
	/* What concerns the account of postmaster has its own number. */
	int of_password = vpd_is_password_code(code) ||
			  code == VA_PASSWD_TOO_LONG ||
			  code == VA_CLEAR_PASSWD_TOO_LONG ||
			  code == VA_CRYPT_FAILED || code == VA_BAD_CHAR;
	return vpd_failed(call, of_password ? 805 : 804, code);
}

/* The order of the names is fixed: the first is the real domain. */
static int
add_alias(struct vpd_call *call, const char *real, const char *alias)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(call->vp, real, &domain);

	if (code != 0)
		return code;
	code = vpop_domain_get(call->vp, alias, &domain);
	if (code == 0)
		return VA_DOMAIN_ALREADY_EXISTS;
	if (vpop_class(code) == VPOP_CLASS_TEMPORARY)
		return code;
	return vpop_domain_add_alias(call->vp, alias, real);
}

enum vpd_next
vpd_add_alias_domain(struct vpd_call *call)
{
	const char *real = vpd_word(call);
	const char *alias = vpd_word(call);
	int code;

	if (!real)
		return vpd_error(call, VPD_E_NO_DOMAIN, 1202);
	if (!alias)
		return vpd_error(call, VPD_E_NO_ALIAS, 1203);
	code = site_code(add_alias(call, real, alias));
	return code == 0 ? vpd_ok(call) : vpd_failed(call, 1204, code);
}

enum vpd_next
vpd_del_domain(struct vpd_call *call)
{
	const char *name = vpd_word(call);
	int code;

	if (!name)
		return vpd_error(call, VPD_E_NO_DOMAIN, 1302);
	code = site_code(vpop_domain_delete(call->vp, name));
	return code == 0 ? vpd_ok(call) : vpd_failed(call, 1303, code);
}

static void
put_aliases(struct vpd_call *call, struct vpop_domains *cursor)
{
	struct vpop_domain domain;

	while (!call->out->failed && vpop_domains_next(cursor, &domain) > 0)
		if (strcmp(domain.name, domain.real) != 0)
			vpd_line(call->out, "alias", domain.name);
}

enum vpd_next
vpd_dom_info(struct vpd_call *call)
{
	const char *name = vpd_word(call);
	struct vpop_domains *cursor = NULL;
	struct vpop_domain domain;
	int code;

	if (!name)
		return vpd_error(call, VPD_E_NO_DOMAIN, 1402);
	code = vpop_domain_get(call->vp, name, &domain);
	if (vpop_class(code) == VPOP_CLASS_REFUSED)
		code = VA_DOMAIN_DOES_NOT_EXIST;
	if (code == 0)
		code = vpop_domains_open(call->vp, domain.real, &cursor);
	if (code != 0)
		return vpd_failed(
		    call, code == VA_DOMAIN_DOES_NOT_EXIST ? 1404 : 1403, code);
	vpd_begin(call);
	vpd_line(call->out, "domain", domain.real);
	vpd_line(call->out, "path", domain.dir);
	vpd_line_number(call->out, "uid", domain.uid);
	vpd_line_number(call->out, "gid", domain.gid);
	put_aliases(call, cursor);
	vpop_domains_close(cursor);
	return vpd_end(call);
}
