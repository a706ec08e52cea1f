/* Domains: alias domains are aliasdomains.c's. */
#include "config.h"

#include "modules/mail/resources.h"

#include <string.h>

static json_t *
show(struct mail *m, const struct mail_request *r, const char *name)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(m->vp, name, &domain);

	(void)r;
	if (code == 0 && strcmp(domain.name, domain.real) != 0)
		code = VA_DOMAIN_DOES_NOT_EXIST;
	if (code == VA_DOMAIN_DOES_NOT_EXIST)
		return NULL;
	if (code != 0)
		return mail_refuse_vpop(m, code);
	return json_pack("{s:s, s:s, s:I, s:I}", "name", domain.name, "dir",
	    domain.dir, "uid", (json_int_t)domain.uid, "gid",
	    (json_int_t)domain.gid);
}

static json_t *
list(struct mail *m, const struct mail_request *r)
{
	struct vpop_domains *cursor = NULL;
	struct vpop_domain domain;
	struct mail_page page;
	json_t *result = NULL;

	if (mail_page_begin(m, r, &page) != 0)
		return NULL;
	int code = vpop_domains_open(m->vp, NULL, &cursor);
	if (code == 0) {
		while ((code = vpop_domains_next(cursor, &domain)) == 1) {
			if (strcmp(domain.name, domain.real) == 0 &&
			    mail_page_offer(m, &page, domain.name) != 0)
				break;
		}
	}
	vpop_domains_close(cursor);
	if (code == 0)
		result = mail_page_end(m, &page, show);
	else if (code < 0)
		mail_refuse_vpop(m, code);
	mail_page_free(&page);
	return result;
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	json_t *object = show(m, r, r->key);

	if (object)
		return json_pack("{s:o}", "object", object);
	if (!m->refused)
		mail_refuse(
		    m, "not-found", NULL, "there is no domain '%s'", r->key);
	return NULL;
}

static json_t *
setup(struct mail *m, const struct mail_request *r)
{
	const char *password = mail_text(r->new, "password");
	const struct vpop_domain_new domain = {
		.name = r->key,
		.uid = (uid_t)mail_integer(r->new, "uid", -1),
		.gid = (gid_t)mail_integer(r->new, "gid", -1),
		.postmaster = { password ? VPOP_SECRET_CLEAR : VPOP_SECRET_NONE,
		    password },
	};

	return mail_done(m, vpop_domain_add(m->vp, &domain));
}

static json_t *delete (struct mail *m, const struct mail_request *r)
{
	return mail_done(m, vpop_domain_delete(m->vp, r->key));
}

const struct mail_resource mail_domains = {
	.name = "domains",
	.does = {
		[MAIL_LIST] = list,
		[MAIL_GET] = get,
		[MAIL_SETUP] = setup,
		[MAIL_DELETE] = delete,
	},
	.is_final = 1,
	.root = 1U << MAIL_SETUP | 1U << MAIL_DELETE,
};
