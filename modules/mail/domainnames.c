/*
 * The domains in the order of their names.  They are read from users/assign
 * once for each version of that file, so that a page costs a search: a version
 * is known by the file's identity, size and times, which are looked at before
 * it is read.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "modules/mail/names.h"
#include "modules/mail/resources.h"

struct mail_domain_names {
	struct stat version;
	struct mail_names names;
};

void
mail_domain_names_free(struct mail_domain_names *domains)
{
	if (domains)
		mail_names_clear(&domains->names);
	free(domains);
}

/* 0, or -1 and refused. */
static int
read_names(struct mail *m, struct mail_names *names)
{
	struct vpop_domains *cursor = NULL;
	struct vpop_domain domain;
	int is_short = 0, code = vpop_domains_open(m->vp, NULL, &cursor);

	while (code == 0 && !is_short &&
	       (code = vpop_domains_next(cursor, &domain)) == 1) {
		code = 0;
		if (strcmp(domain.name, domain.real) == 0)
			is_short = mail_names_add(names, domain.name) != 0;
	}
	vpop_domains_close(cursor);
	if (is_short)
		mail_refuse(m, "unavailable", NULL, "out of memory");
	else if (code < 0)
		mail_refuse_vpop(m, code);
	mail_names_sort(names);
	return is_short || code < 0 ? -1 : 0;
}

static int
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* m->domains is as users/assign is now.  0, or -1 and refused. */
static int
refresh(struct mail *m)
{
	AUTO_FREE char *path = NULL;
	struct stat version = { .st_size = 0 };

	if (asprintf(&path, "%s/users/assign",
		vpop_setting(m->vp, "qmaildir")) < 0) {
		path = NULL;
		mail_refuse(m, "unavailable", NULL, "out of memory");
		return -1;
	}
	if (stat(path, &version) != 0 && errno != ENOENT) {
		mail_refuse(m, "unavailable", NULL, "cannot look at '%s': %s",
		    path, strerror(errno));
		return -1;
	}
	if (m->domains && is_same(&m->domains->version, &version))
		return 0;
	mail_domain_names_free(m->domains);
	m->domains = calloc(1, sizeof *m->domains);
	if (!m->domains) {
		mail_refuse(m, "unavailable", NULL, "out of memory");
		return -1;
	}
	m->domains->version = version;
	if (read_names(m, &m->domains->names) == 0)
		return 0;
	mail_domain_names_free(m->domains);
	m->domains = NULL;
	return -1;
}

json_t *
mail_domain_page(struct mail *m, const struct mail_request *r,
    json_t *(*make)(
	struct mail *m, const struct mail_request *r, const char *key))
{
	json_t *result;

	if (refresh(m) != 0)
		return NULL;
	result = mail_names_page(m, r, &m->domains->names, make);
	if (result && !*r->q && mail_true(r->all, "count"))
		json_object_set_new(result, "total",
		    json_integer((json_int_t)m->domains->names.count));
	return result;
}
