/*
 * Reading the map: records of the site's account store where that keeps them,
 * else etc/ip_alias_map, "address domain" a line; the first line of an
 * address counts.  Addresses are compared in their canonical form, and a
 * text that is no address is kept as it is, so that it can be removed.
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "base/text.h"
#include "core/ipmap.h"
#include "core/name.h"
#include "core/store.h"

#define BLANKS " \t\r"

/* 1 an entry, 0 a line without one, -1 one that does not fit. */
static int
parse_line(char *line, struct vpop_ipmap *ret)
{
	char *ip = line + strspn(line, BLANKS);
	char *end = ip + strcspn(ip, BLANKS);
	char *domain = end + strspn(end, BLANKS);

	domain[strcspn(domain, BLANKS)] = '\0';
	if (*ip == '\0' || *domain == '\0')
		return 0;
	*end = '\0';
	if (vp_ip_canonical(ip, ret->ip) != 0 &&
	    vp_copy(ret->ip, sizeof ret->ip, ip) != 0)
		return -1;
	if (vp_copy(ret->domain, sizeof ret->domain, domain) != 0)
		return -1;
	vp_lower(ret->domain);
	return 1;
}

int
vp_ipmap_parse(struct vpop *vp, char *text, struct vpop_ipmap **ret_list,
    size_t *ret_count)
{
	struct vpop_ipmap *list = NULL;
	size_t count = 0, cap = 0;
	unsigned long number = 0;
	int code = 0;
	char *line;

	while (code == 0 && (line = strsep(&text, "\n")) != NULL) {
		number++;
		if (count == cap) {
			size_t larger = cap * 2 + 16;
			struct vpop_ipmap *grown =
			    reallocarray(list, larger, sizeof *list);

			if (!grown) {
				code = vp_fail(
				    vp, VA_MEMORY_ALLOC_ERR, "out of memory");
				break;
			}
			list = grown;
			cap = larger;
		}
		int rc = parse_line(line, &list[count]);
		if (rc < 0)
			code = vp_fail(vp, VA_PARSE_ERROR,
			    "'%s' line %lu is too long", VP_IPMAP_FILE, number);
		else
			count += (size_t)rc;
	}
	if (code != 0) {
		free(list);
		return code;
	}
	*ret_list = list;
	*ret_count = count;
	return 0;
}

/* The records as text that can be parsed, malloc'd; NULL with the failure in
 * *ret_code. */
static char *
rows_text(struct vpop *vp, const struct vpop_store_ops *ops,
    struct vpop_store *store, int *ret_code)
{
	struct vpop_store_rows *rows;
	struct vpop_store_row row;
	char *text = NULL;
	size_t size;
	int rc = ops->rows_open(store, VPOP_KEEP_IPMAP, NULL, NULL, &rows);

	*ret_code = rc;
	if (rc < 0)
		return NULL;
	FILE *fp = open_memstream(&text, &size);
	while (fp && (rc = ops->rows_next(rows, &row)) == 1)
		if (vp_is_clean(row.name) && vp_is_clean(row.value))
			fprintf(fp, "%s %s\n", row.name, row.value);
	ops->rows_close(rows);

	int bad = !fp || ferror(fp);
	if (fp && fclose(fp) != 0)
		bad = 1;
	if (bad && rc == 0)
		rc = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	*ret_code = rc;
	if (rc == 0)
		return text;
	free(text);
	return NULL;
}

int
vpop_ipmap_list(
    struct vpop *vp, struct vpop_ipmap **ret_list, size_t *ret_count)
{
	AUTO_FREE char *path = NULL, *text = NULL;
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int kept = vp_store_keeps(vp, VPOP_KEEP_IPMAP, NULL, &ops, &store);

	if (kept > 0) {
		text = rows_text(vp, ops, store, &kept);
		return text ? vp_ipmap_parse(vp, text, ret_list, ret_count)
			    : kept;
	}
	if (kept < 0)
		return kept;
	if (asprintf(&path, "%s/%s", vp->etc, VP_IPMAP_FILE) < 0) {
		path = NULL;
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	text = vp_file_read(-1, path, VP_IPMAP_BYTES, NULL);
	if (!text && errno == ENOENT)
		text = strdup("");
	if (!text)
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_PARSE_ERROR), "cannot read '%s'",
		    path);
	return vp_ipmap_parse(vp, text, ret_list, ret_count);
}

/* 1, 0 it is not mapped, or a code. */
static int
find(struct vpop *vp, const char *canonical, char ret_domain[VPOP_DOMAIN_SIZE])
{
	struct vpop_ipmap *list = NULL;
	size_t count = 0, i = 0;
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int code = vp_store_keeps(vp, VPOP_KEEP_IPMAP, NULL, &ops, &store);

	if (code > 0)
		return ops->ipmap_get(store, canonical, ret_domain);
	if (code == 0)
		code = vpop_ipmap_list(vp, &list, &count);
	if (code != 0)
		return code;
	while (i < count && strcmp(list[i].ip, canonical) != 0)
		i++;
	if (i < count)
		memcpy(ret_domain, list[i].domain, VPOP_DOMAIN_SIZE);
	free(list);
	return i < count;
}

int
vpop_ipmap_get(
    struct vpop *vp, const char *ip, char ret_domain[VPOP_DOMAIN_SIZE])
{
	char canonical[VPOP_IP_SIZE];
	int rc = vp_name_ip(vp, ip, canonical);

	if (rc == 0)
		rc = find(vp, canonical, ret_domain);
	else
		return rc;
	if (rc == 0)
		return vp_fail(vp, VA_DOMAIN_DOES_NOT_EXIST,
		    "no domain is mapped to '%s'", canonical);
	return rc < 0 ? rc : 0;
}
