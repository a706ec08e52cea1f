/* Domains and their names; what they hold is in box.c. */
#include "config.h"

#include "daemons/vusaged/site_int.h"

#include <stdlib.h>
#include <string.h>

static const char *
name_of(const void *thing)
{
	return ((const struct vp_name *)thing)->name;
}

void
vp_site_init(struct vp_site *site)
{
	*site = (struct vp_site){ .names.name = name_of, .pass = 1 };
}

/* ---- domains ------------------------------------------------------------- */

struct vp_domain *
vp_site_domain(const struct vp_site *site, const char *name)
{
	const struct vp_name *found = vp_table_find(&site->names, name);

	return found ? found->domain : NULL;
}

int
vp_domain_is_known(const struct vp_domain *domain)
{
	return domain->is_listed && domain->unverified == 0;
}

static struct vp_name *
learn_name(struct vp_site *site, const char *name, struct vp_domain *domain)
{
	struct vp_name *entry = vp_table_find(&site->names, name);
	size_t size = strlen(name) + 1;

	if (!entry) {
		entry = calloc(1, sizeof *entry + size);
		if (!entry)
			return NULL;
		memcpy(entry->name, name, size);
		if (vp_table_add(&site->names, entry) != 0) {
			free(entry);
			return NULL;
		}
	}
	entry->domain = domain;
	entry->seen = site->pass;
	return entry;
}

static struct vp_domain *
make_domain(struct vp_site *site, const char *name, const char *dir)
{
	size_t size = strlen(name) + 1;
	struct vp_domain *domain = calloc(1, sizeof *domain + size);

	if (!domain)
		return NULL;
	memcpy(domain->name, name, size);
	domain->dir = strdup(dir);
	domain->watch = -1;
	domain->boxes.name = vp_box_name;
	domain->odd.name = vp_box_dir;
	if (!domain->dir || !learn_name(site, name, domain)) {
		free(domain->dir);
		free(domain);
		return NULL;
	}
	domain->next = site->domains;
	site->domains = domain;
	return domain;
}

/* The domain that has the name as its real one. */
static struct vp_domain *
real_domain(const struct vp_site *site, const char *real)
{
	struct vp_domain *domain = vp_site_domain(site, real);

	return domain && strcmp(domain->name, real) == 0 ? domain : NULL;
}

struct vp_domain *
vp_site_learn(struct vp_site *site, const struct vpop_domain *entry)
{
	struct vp_domain *domain = real_domain(site, entry->real);

	if (!domain)
		domain = make_domain(site, entry->real, entry->dir);
	if (!domain || !learn_name(site, entry->real, domain) ||
	    !learn_name(site, entry->name, domain))
		return NULL;
	domain->seen = site->pass;
	/* It has moved: where its mailboxes are is said by the accounts. */
	if (strcmp(domain->dir, entry->dir) != 0) {
		char *dir = strdup(entry->dir);

		if (dir) {
			free(domain->dir);
			domain->dir = dir;
			domain->wants_walk = 1;
		}
	}
	return domain;
}

static void
free_domain(struct vp_site *site, struct vp_domain *domain)
{
	for (size_t i = 0; i < domain->boxes.size; i++)
		if (domain->boxes.slots[i]) {
			vp_box_free(domain->boxes.slots[i]);
			site->boxes--;
		}
	vp_table_free(&domain->boxes);
	vp_table_free(&domain->odd);
	free(domain->dir);
	free(domain);
}

/* Removing moves others into the slot: look at it again. */
static void
forget_names(struct vp_site *site)
{
	size_t i = 0;

	while (i < site->names.size) {
		struct vp_name *entry = site->names.slots[i];

		if (!entry || (entry->seen == site->pass &&
				  entry->domain->seen == site->pass)) {
			i++;
			continue;
		}
		vp_table_remove(&site->names, entry->name);
		free(entry);
	}
}

void
vp_site_forget(struct vp_site *site,
    void (*going)(void *arg, struct vp_domain *domain), void *arg)
{
	struct vp_domain **link = &site->domains;

	forget_names(site);
	while (*link) {
		struct vp_domain *domain = *link;

		if (domain->seen == site->pass) {
			link = &domain->next;
			continue;
		}
		*link = domain->next;
		going(arg, domain);
		free_domain(site, domain);
		site->is_dirty = 1;
	}
}

void
vp_site_free(struct vp_site *site)
{
	while (site->domains) {
		struct vp_domain *next = site->domains->next;

		free_domain(site, site->domains);
		site->domains = next;
	}
	for (size_t i = 0; i < site->names.size; i++)
		free(site->names.slots[i]);
	vp_table_free(&site->names);
}
