/*
 * Bringing an account store that an older release left to today's form.  The
 * site lock is held, so that no domain comes or goes meanwhile; logins and
 * deliveries go on.
 */
#include "config.h"

#include <string.h>

#include "core/domain.h"
#include "core/store.h"

struct migration {
	struct vpop *vp;
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int dry_run;
	void (*each)(void *arg, const char *step);
	void *arg;
	int steps;
};

static int
migrate_one(struct migration *m, const struct vpop_domain *domain)
{
	int rc = m->ops->migrate(m->store, domain, m->dry_run, m->each, m->arg);

	if (rc < 0)
		return rc;
	m->steps += rc;
	return 0;
}

/* 1 if the domain's records are in this store. */
static int
is_kept_here(struct migration *m, const struct vpop_domain *domain)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int code = vp_store_of(m->vp, domain, &ops, &store);

	return code != 0 ? code : store == m->store;
}

static int
migrate_domains(struct migration *m)
{
	struct vpop_domains *cursor = NULL;
	struct vpop_domain domain;
	int rc = vpop_domains_open(m->vp, NULL, &cursor);

	while (rc == 0 && (rc = vpop_domains_next(cursor, &domain)) == 1) {
		rc = 0;
		if (strcmp(domain.name, domain.real) != 0)
			continue;
		rc = is_kept_here(m, &domain);
		if (rc > 0)
			rc = migrate_one(m, &domain);
	}
	vpop_domains_close(cursor);
	return rc;
}

int
vpop_store_migrate(struct vpop *vp, const char *store, int dry_run,
    void (*each)(void *arg, const char *step), void *arg)
{
	struct migration m = {
		.vp = vp,
		.dry_run = dry_run || vp_dry_run(vp),
		.each = each,
		.arg = arg,
	};
	AUTO_CLOSE int lock = -1;

	if (!each)
		return vp_fail(vp, VA_NULL_POINTER, "nobody is told");
	int code = store ? vp_store_named(vp, store, &m.ops, &m.store)
			 : vp_store(vp, &m.ops, &m.store);
	if (code != 0 || !m.ops->migrate)
		return code;
	if (!m.dry_run) {
		lock = vp_site_lock(vp, 1);
		if (lock < 0)
			return lock;
	}
	code = migrate_one(&m, NULL);
	if (code == 0 && !vp->set.many_domains)
		code = migrate_domains(&m);
	return code != 0 ? code : m.steps;
}
