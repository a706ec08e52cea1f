/*
 * Finding the alias of an address in the account store.
 *
 * A line comes from the database as it was put there, perhaps by another
 * program: line ends at its end are dropped, and one inside makes two lines,
 * as in a file.
 */
#include "config.h"

#include "core/alias.h"

#include <string.h>

#include "base/text.h"
#include "qmail/dotqmail.h"

static int
too_large(struct vpop *vp, const struct vpop_domain *domain, const char *name)
{
	return vp_fail(vp, VA_ALIAS_LINE_TOO_LONG,
	    "alias '%s@%s' is larger than %d bytes", name, domain->real,
	    VP_DOTQMAIL_FILE);
}

/* Append the rows of the cursor to fp. */
static int
copy_rows(struct vpop *vp, const struct vpop_store_ops *ops,
    struct vpop_store_rows *rows, const struct vpop_domain *domain,
    const char *name, FILE *fp)
{
	struct vpop_store_row row;
	size_t total = 0;
	int rc;

	while ((rc = ops->rows_next(rows, &row)) == 1) {
		size_t length = strlen(row.value);

		while (length > 0 && strchr("\r\n", row.value[length - 1]))
			length--;
		total += length + 1;
		if (total > VP_DOTQMAIL_FILE)
			return too_large(vp, domain, name);
		if (length > 0)
			fprintf(fp, "%.*s\n", (int)length, row.value);
	}
	return rc;
}

char *
vp_alias_text(struct vpop *vp, const struct vpop_store_ops *ops,
    struct vpop_store *store, const struct vpop_domain *domain,
    const char *name, int *ret_code)
{
	struct vpop_store_rows *rows;
	char *text = NULL;
	size_t size;
	FILE *fp;

	*ret_code =
	    ops->rows_open(store, VPOP_KEEP_ALIASES, domain, name, &rows);
	if (*ret_code < 0)
		return NULL;
	fp = open_memstream(&text, &size);
	if (fp)
		*ret_code = copy_rows(vp, ops, rows, domain, name, fp);
	ops->rows_close(rows);

	int bad = !fp || ferror(fp);
	if (fp && fclose(fp) != 0)
		bad = 1;
	if (bad && *ret_code == 0)
		*ret_code = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	if (*ret_code == 0)
		return text;
	free(text);
	return NULL;
}

/* A search under way. */
struct search {
	struct vpop *vp;
	const struct vpop_domain *domain;
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	const char *ext;
	char *text;
};

/* The first bytes of ext and a suffix: 1, 0, or a code. */
static int
try_name(struct search *search, size_t prefix, const char *suffix)
{
	char name[VPOP_USER_SIZE];
	int code;

	if (vp_format(name, sizeof name, "%.*s%s", (int)prefix, search->ext,
		suffix) != 0 ||
	    name[0] == '\0')
		return 0;
	search->text = vp_alias_text(search->vp, search->ops, search->store,
	    search->domain, name, &code);
	if (!search->text)
		return code;
	if (search->text[0] != '\0')
		return 1;
	free(search->text);
	search->text = NULL;
	return 0;
}

static int
search_all(struct search *search, const char **ret_rest)
{
	const char *ext = search->ext;
	const char *dash = strchr(ext, '-');
	int rc = try_name(search, strlen(ext), "");

	for (size_t i = strlen(ext); rc == 0 && i > 0; i--) {
		if (ext[i - 1] != '-')
			continue;
		rc = try_name(search, i, "default");
		if (rc > 0)
			*ret_rest = ext + i;
	}
	if (rc == 0 && dash && search->vp->set.qmail_ext)
		rc = try_name(search, (size_t)(dash - ext), "");
	return rc;
}

int
vp_alias_find(struct vpop *vp, const struct vpop_domain *domain,
    const char *ext, char **ret_text, const char **ret_rest)
{
	struct search search = { .vp = vp, .domain = domain, .ext = ext };
	int rc = vp_store_keeps(
	    vp, VPOP_KEEP_ALIASES, domain, &search.ops, &search.store);

	*ret_text = NULL;
	*ret_rest = NULL;
	if (rc > 0)
		rc = search_all(&search, ret_rest);
	*ret_text = search.text;
	return rc;
}
