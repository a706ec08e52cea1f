/* Other names of a domain. */
#include "config.h"

#include "modules/mail/resources.h"

#include <string.h>

static json_t *
show(struct mail *m, const struct mail_request *r, const char *name)
{
	(void)m;
	(void)r;
	return json_pack("{s:s}", "name", name);
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
	int code = vpop_domains_open(m->vp, r->domain, &cursor);
	while (code == 0 && (code = vpop_domains_next(cursor, &domain)) == 1)
		code = strcmp(domain.name, domain.real) == 0
			   ? 0
			   : mail_page_offer(m, &page, domain.name);
	vpop_domains_close(cursor);
	if (code < 0 && !m->refused)
		mail_refuse_vpop(m, code);
	if (!m->refused)
		result = mail_page_end(m, &page, show);
	mail_page_free(&page);
	return result;
}

/* 0 if it is another name of the request's domain. */
static int
find(struct mail *m, const struct mail_request *r)
{
	struct vpop_domain domain, real;
	int code = vpop_domain_get(m->vp, r->domain, &real);

	if (code == 0)
		code = vpop_domain_get(m->vp, r->key, &domain);
	if (code != 0 && code != VA_DOMAIN_DOES_NOT_EXIST) {
		mail_refuse_vpop(m, code);
		return -1;
	}
	if (code == 0 && strcmp(domain.name, domain.real) != 0 &&
	    strcmp(domain.real, real.real) == 0)
		return 0;
	mail_refuse(m, "not-found", NULL, "'%s' is no other name of '%s'",
	    r->key, r->domain);
	return -1;
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	return find(m, r) == 0
		   ? json_pack("{s:{s:s}}", "object", "name", r->key)
		   : NULL;
}

static json_t *
setup(struct mail *m, const struct mail_request *r)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(m->vp, r->domain, &domain);

	if (code == 0)
		code = vpop_domain_add_alias(m->vp, r->key, domain.real);
	return mail_done(m, code);
}

static json_t *delete (struct mail *m, const struct mail_request *r)
{
	return find(m, r) == 0 ? mail_done(m, vpop_domain_delete(m->vp, r->key))
			       : NULL;
}

const struct mail_resource mail_aliasdomains = {
	.name = "aliasdomains",
	.does = {
		[MAIL_LIST] = list,
		[MAIL_GET] = get,
		[MAIL_SETUP] = setup,
		[MAIL_DELETE] = delete,
	},
	.root = 1U << MAIL_SETUP | 1U << MAIL_DELETE,
};
