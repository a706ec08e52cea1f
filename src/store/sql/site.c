/*
 * Small records: last logins, addresses of domains, addresses that may
 * relay, the log of logins, alias domains.
 */
#include "config.h"

#include <string.h>
#include <time.h>

#include "base/text.h"
#include "store/sql/kinds.h"

#define FIELD(...) (struct vp_sql_field) __VA_ARGS__

/* ---- last logins --------------------------------------------------------- */

int
vp_sql_lastauth_get(struct vpop_store *store, const struct vpop_domain *domain,
    const char *name, struct vpop_lastauth *ret_lastauth)
{
	const struct vp_sql_field keys[] = {
		VP_SQL_TEXT(VP_LA_DOMAIN, domain->real),
		VP_SQL_TEXT(VP_LA_USER, name),
	};
	AUTO_ROWS struct vp_sql_rows rows = { 0 };
	struct vpop_lastauth found = { .time = 0 };
	struct vp_sql_kind kind;
	int64_t value = 0;
	int rc = vp_sql_kind_read(store, VP_TABLE_LASTAUTH, name, &kind);

	if (rc > 0)
		rc = vp_sql_row_get(&kind, keys, 2, 0, &rows);
	if (rc <= 0)
		return rc;
	rc = vp_sql_row_text(
	    &kind, &rows, 0, VP_LA_IP, found.ip, sizeof found.ip);
	if (rc == 0)
		rc = vp_sql_row_number(
		    &kind, &rows, 0, VP_LA_TIME, 0, INT64_MAX, &value);
	if (rc != 0)
		return rc;
	found.time = (time_t)value;
	*ret_lastauth = found;
	return 1;
}

int
vp_sql_lastauth_put(struct vpop_store *store, const struct vpop_domain *domain,
    const char *name, const char *ip, int64_t time)
{
	const struct vp_sql_field fields[] = {
		VP_SQL_TEXT(VP_LA_DOMAIN, domain->real),
		VP_SQL_TEXT(VP_LA_USER, name),
		VP_SQL_TEXT(VP_LA_IP, ip),
		VP_SQL_NUMBER(VP_LA_TIME, time),
	};
	struct vp_sql_kind kind;
	int code = vp_sql_kind_change(store, VP_TABLE_LASTAUTH, name, &kind);

	if (code == 0)
		code = vp_sql_row_put(
		    &kind, fields, 4, 2, VA_USER_NAME_TOO_LONG, NULL);
	return code;
}

/* ---- addresses of domains ------------------------------------------------ */

int
vp_sql_ipmap_get(
    struct vpop_store *store, const char *ip, char ret_domain[VPOP_DOMAIN_SIZE])
{
	const struct vp_sql_field key = VP_SQL_TEXT(VP_IM_IP, ip);
	AUTO_ROWS struct vp_sql_rows rows = { 0 };
	char domain[VPOP_DOMAIN_SIZE];
	struct vp_sql_kind kind;
	int rc = vp_sql_kind_read(store, VP_TABLE_IPMAP, ip, &kind);

	if (rc > 0)
		rc = vp_sql_row_get(&kind, &key, 1, 0, &rows);
	if (rc <= 0)
		return rc;
	rc = vp_sql_row_text(
	    &kind, &rows, 0, VP_IM_DOMAIN, domain, sizeof domain);
	if (rc != 0)
		return rc;
	(void)vp_copy(ret_domain, VPOP_DOMAIN_SIZE, domain);
	return 1;
}

int
vp_sql_ipmap_put(struct vpop_store *store, const char *ip, const char *domain)
{
	const struct vp_sql_field fields[] = {
		VP_SQL_TEXT(VP_IM_IP, ip),
		VP_SQL_TEXT(VP_IM_DOMAIN, domain),
	};
	struct vp_sql_kind kind;
	int code = vp_sql_kind_change(store, VP_TABLE_IPMAP, ip, &kind);

	if (code != 0)
		return code;
	if (!domain)
		return vp_sql_row_delete(&kind, fields, 1, NULL);
	return vp_sql_row_put(
	    &kind, fields, 2, 1, VA_DOMAIN_NAME_TOO_LONG, NULL);
}

/* ---- addresses that may relay -------------------------------------------- */

int
vp_sql_relay_put(struct vpop_store *store, const char *ip, int64_t time)
{
	const struct vp_sql_field fields[] = {
		VP_SQL_TEXT(VP_RL_IP, ip),
		VP_SQL_NUMBER(VP_RL_TIME, time),
	};
	struct vp_sql_kind kind;
	int is_new = 0;
	int code = vp_sql_kind_change(store, VP_TABLE_RELAY, ip, &kind);

	if (code == 0)
		code = vp_sql_row_put(
		    &kind, fields, 2, 1, VA_INVALID_IP_ADDRESS, &is_new);
	return code != 0 ? code : is_new;
}

/* Delete what is not newer; how many, or a code. */
static int
expire(struct vpop_store *store, enum vp_sql_table_id id, unsigned column,
    int64_t time)
{
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_digits digits;
	struct vp_sql_error error;
	struct vp_sql_kind kind;
	int64_t changes = 0;
	const char *name = vp_sql_tables[id].name;
	int code = vp_sql_kind_change(store, id, name, &kind);

	if (code != 0)
		return code;
	vp_sql_query_init(&query, kind.link->dialect);
	vp_sql_put_raw(&query, "DELETE FROM ");
	vp_sql_put_name(&query, name);
	vp_sql_put_raw(&query, " WHERE ");
	vp_sql_put_column(&query, kind.shape, column);
	vp_sql_put_raw(&query, " <= ");
	vp_sql_put_value(&query, kind.shape, column, time, &digits);
	if (vp_sql_link_change(
		kind.link, &query, VP_SQL_AGAIN, &changes, &error) != 0)
		return vp_sql_report(
		    store, &error, "delete old rows of '%s'", name);
	return changes > INT32_MAX ? INT32_MAX : (int)changes;
}

int
vp_sql_relay_expire(struct vpop_store *store, int64_t time)
{
	return expire(store, VP_TABLE_RELAY, VP_RL_TIME, time);
}

/* ---- the log of logins --------------------------------------------------- */

/* Bytes of the UTF-8 character that a text begins with; 0: it is none. */
static size_t
character(const char *text)
{
	const unsigned char first = (unsigned char)*text;
	size_t size = first < 0x80                     ? 1
		      : first >= 0xc2 && first <= 0xdf ? 2
		      : (first & 0xf0) == 0xe0         ? 3
		      : first >= 0xf0 && first <= 0xf4 ? 4
						       : 0;

	for (size_t i = 1; i < size; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80)
			return 0;
	return size;
}

/* What was typed at a login may be anything.  Only here bytes that are no
 * text are replaced and a text is cut to the width of its column: a log that
 * refuses strange names would not show who tried them. */
static void
copy_text(const struct vp_sql_shape *shape, unsigned column, const char *text,
    char *dst, size_t size)
{
	unsigned width = shape->columns[column].width;
	size_t used = 0;

	for (size_t count = 0; *text && (width == 0 || count < width);
	     count++) {
		size_t bytes = character(text);

		if (used + (bytes ? bytes : 1) >= size)
			break;
		if (bytes == 0 ||
		    (bytes == 1 && (*text < ' ' || *text == 127))) {
			dst[used++] = '?';
			text++;
			continue;
		}
		memcpy(dst + used, text, bytes);
		used += bytes;
		text += bytes;
	}
	dst[used] = '\0';
}

int
vp_sql_authlog_add(
    struct vpop_store *store, const struct vpop_store_authlog *entry)
{
	const struct {
		unsigned column;
		const char *text;
	} texts[] = {
		{ VP_VL_USER, entry->user },
		{ VP_VL_PASSWD, entry->passwd },
		{ VP_VL_DOMAIN, entry->domain },
		{ VP_VL_LOGON, entry->logon },
		{ VP_VL_IP, entry->remoteip },
		{ VP_VL_MESSAGE, entry->message },
	};
	struct vp_sql_field fields[8];
	char copies[6][1024];
	struct vp_sql_kind kind;
	int64_t changes;
	int code = vp_sql_kind_change(store, VP_TABLE_VLOG, "vlog", &kind);

	if (code != 0)
		return code;
	for (unsigned i = 0; i < 6; i++) {
		copy_text(kind.shape, texts[i].column,
		    texts[i].text ? texts[i].text : "", copies[i],
		    sizeof copies[i]);
		fields[i] = FIELD(VP_SQL_TEXT(texts[i].column, copies[i]));
	}
	fields[6] = FIELD(VP_SQL_NUMBER(VP_VL_TIME, entry->time));
	fields[7] = FIELD(VP_SQL_NUMBER(VP_VL_ERROR, entry->error));
	code =
	    vp_sql_row_insert(&kind, fields, 8, VA_INVALID_ARGUMENT, &changes);
	explicit_bzero(copies, sizeof copies);
	return code;
}

int
vp_sql_authlog_expire(struct vpop_store *store, int64_t time)
{
	return expire(store, VP_TABLE_VLOG, VP_VL_TIME, time);
}

/* ---- alias domains ------------------------------------------------------- */

int
vp_sql_aliasdomain_put(
    struct vpop_store *store, const char *alias, const char *real)
{
	const struct vp_sql_field fields[] = {
		VP_SQL_TEXT(VP_AD_ALIAS, alias),
		VP_SQL_TEXT(VP_AD_DOMAIN, real),
	};
	struct vp_sql_kind kind;
	int code =
	    vp_sql_kind_change(store, VP_TABLE_ALIASDOMAINS, alias, &kind);

	if (code != 0)
		return code;
	if (!real)
		return vp_sql_row_delete(&kind, fields, 1, NULL);
	return vp_sql_row_put(
	    &kind, fields, 2, 1, VA_DOMAIN_NAME_TOO_LONG, NULL);
}
