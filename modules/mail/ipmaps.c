/* Addresses of this server that stand for a domain in logins without one. */
#include "config.h"

#include "modules/mail/resources.h"

#include <string.h>

/* The domain's real name; -1 and refused. */
static int
find_domain(
    struct mail *m, const struct mail_request *r, struct vpop_domain *ret)
{
	int code = vpop_domain_get(m->vp, r->domain, ret);

	if (code != 0)
		mail_refuse_vpop(m, code);
	return code == 0 ? 0 : -1;
}

static json_t *
show(struct mail *m, const struct mail_request *r, const char *key)
{
	(void)m;
	(void)r;
	return json_pack("{s:s}", "address", key);
}

static json_t *
list(struct mail *m, const struct mail_request *r)
{
	AUTO_FREE struct vpop_ipmap *maps = NULL;
	struct vpop_domain domain;
	struct mail_page page;
	size_t count = 0;
	json_t *result = NULL;

	if (find_domain(m, r, &domain) != 0)
		return NULL;
	int code = vpop_ipmap_list(m->vp, &maps, &count);
	if (code != 0)
		return mail_refuse_vpop(m, code);
	if (mail_page_begin(m, r, &page) != 0)
		return NULL;
	for (size_t i = 0; i < count && !m->refused; i++) {
		if (strcmp(maps[i].domain, domain.real) == 0 ||
		    strcmp(maps[i].domain, domain.name) == 0)
			(void)mail_page_offer(m, &page, maps[i].ip);
	}
	if (!m->refused)
		result = mail_page_end(m, &page, show);
	mail_page_free(&page);
	return result;
}

/* 1 the address stands for the domain, 0 for none or another (*ret_other),
 * -1 refused. */
static int
is_mapped(struct mail *m, const struct mail_request *r, int *ret_other)
{
	char mapped[VPOP_DOMAIN_SIZE] = "";
	struct vpop_domain domain;

	*ret_other = 0;
	if (find_domain(m, r, &domain) != 0)
		return -1;
	int code = vpop_ipmap_get(m->vp, r->key, mapped);
	if (code != 0 && vpop_class(code) != VPOP_CLASS_ABSENT) {
		mail_refuse_vpop_at(m, code, "/address");
		return -1;
	}
	if (code != 0)
		return 0;
	int is_ours = strcmp(mapped, domain.real) == 0 ||
		      strcmp(mapped, domain.name) == 0;
	*ret_other = !is_ours;
	return is_ours;
}

static json_t *
not_found(struct mail *m, const struct mail_request *r)
{
	return mail_refuse(m, "not-found", NULL,
	    "the address '%s' does not stand for '%s'", r->key, r->domain);
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	int other, mapped = is_mapped(m, r, &other);

	if (mapped < 0)
		return NULL;
	return mapped ? json_pack("{s:{s:s}}", "object", "address", r->key)
		      : not_found(m, r);
}

static json_t *
setup(struct mail *m, const struct mail_request *r)
{
	int other, mapped = is_mapped(m, r, &other);

	if (mapped < 0)
		return NULL;
	if (mapped || other)
		return mail_refuse(m, "exists", "/address",
		    "the address '%s' stands for %s already", r->key,
		    other ? "another domain" : "this domain");
	return mail_done(m, vpop_ipmap_add(m->vp, r->key, r->domain));
}

static json_t *delete (struct mail *m, const struct mail_request *r)
{
	int other, mapped = is_mapped(m, r, &other);

	if (mapped < 0)
		return NULL;
	return mapped
		   ? mail_done(m, vpop_ipmap_delete(m->vp, r->key, r->domain))
		   : not_found(m, r);
}

const struct mail_resource mail_ipmaps = {
	.name = "ipmaps",
	.does = {
		[MAIL_LIST] = list,
		[MAIL_GET] = get,
		[MAIL_SETUP] = setup,
		[MAIL_DELETE] = delete,
	},
};
