/*
 * The domains in the order of their names.  They are read from users/assign
 * once for each version of that file, so that a page costs a search: a version
 * is known by the file's identity, size and times, which are looked at before
 * it is read.
 */
#include "config.h"

#include "modules/mail/resources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct mail_names {
	struct stat version;
	char **list;
	size_t count, size;
};

void
mail_names_free(struct mail_names *names)
{
	if (!names)
		return;
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
	free(names);
}

static int
compare(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

static int
add(struct mail_names *names, const char *name)
{
	if (names->count == names->size) {
		size_t size = names->size ? 2 * names->size : 64;
		char **list = reallocarray(names->list, size, sizeof *list);

		if (!list)
			return -1;
		names->list = list;
		names->size = size;
	}
	names->list[names->count] = strdup(name);
	return names->list[names->count] ? names->count++, 0 : -1;
}

/* NULL and refused. */
static struct mail_names *
read_names(struct mail *m, const struct stat *version)
{
	struct mail_names *names = calloc(1, sizeof *names);
	struct vpop_domains *cursor = NULL;
	struct vpop_domain domain;
	int is_short = !names;
	int code = names ? vpop_domains_open(m->vp, NULL, &cursor) : 0;

	while (code == 0 && !is_short &&
	       (code = vpop_domains_next(cursor, &domain)) == 1) {
		code = 0;
		if (strcmp(domain.name, domain.real) == 0)
			is_short = add(names, domain.name) != 0;
	}
	vpop_domains_close(cursor);
	if (is_short)
		mail_refuse(m, "unavailable", NULL, "out of memory");
	else if (code < 0)
		mail_refuse_vpop(m, code);
	if (is_short || code < 0) {
		mail_names_free(names);
		return NULL;
	}
	if (names->count > 0)
		qsort(names->list, names->count, sizeof *names->list, compare);
	names->version = *version;
	return names;
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

/* m->names is as users/assign is now.  0, or -1 and refused. */
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
	if (m->names && is_same(&m->names->version, &version))
		return 0;
	mail_names_free(m->names);
	m->names = read_names(m, &version);
	return m->names ? 0 : -1;
}

/* The first name that is not before the text. */
static size_t
place_of(const struct mail_names *names, const char *text)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(names->list[middle], text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

json_t *
mail_domain_page(struct mail *m, const struct mail_request *r,
    json_t *(*make)(
	struct mail *m, const struct mail_request *r, const char *key))
{
	struct mail_page page;
	json_t *result = NULL;
	size_t at;

	if (refresh(m) != 0 || mail_page_begin(m, r, &page) != 0)
		return NULL;
	at = place_of(m->names, strcmp(r->after, r->q) < 0 ? r->q : r->after);
	for (; at < m->names->count && page.count <= r->limit; at++) {
		const char *name = m->names->list[at];

		if (strncmp(name, r->q, strlen(r->q)) != 0)
			break;
		if (strcmp(name, r->after) != 0 &&
		    mail_page_offer(m, &page, name) != 0)
			break;
	}
	if (!m->refused)
		result = mail_page_end(m, &page, make);
	mail_page_free(&page);
	if (result && !*r->q && mail_true(r->all, "count"))
		json_object_set_new(
		    result, "total", json_integer((json_int_t)m->names->count));
	return result;
}
