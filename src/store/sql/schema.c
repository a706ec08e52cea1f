/*
 * The tables as they are made here: the names of all releases, wider types.
 * share/schema has the same as text.
 */
#include "config.h"

#include "store/sql/schema.h"

#include <string.h>

#define NOT_NULL "NOT NULL"
#define ZERO     "DEFAULT 0 NOT NULL"
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* clang-format off */
static const struct vp_sql_column users[] = {
	[VP_PW_NAME] = { "pw_name", VP_SQL_NAME, 64, NOT_NULL, { 0 } },
	[VP_PW_DOMAIN] = { "pw_domain", VP_SQL_NAME, 255, NOT_NULL, { 0 } },
	[VP_PW_PASSWD] = { "pw_passwd", VP_SQL_NAME, 255, "", { 0 } },
	[VP_PW_UID] = { "pw_uid", VP_SQL_INT, 0, "", { 0 } },
	[VP_PW_GID] = { "pw_gid", VP_SQL_INT, 0, "", { 0 } },
	[VP_PW_GECOS] = { "pw_gecos", VP_SQL_NAME, 255, "", { 0 } },
	[VP_PW_DIR] = { "pw_dir", VP_SQL_NAME, 1024, "", { 0 } },
	[VP_PW_SHELL] = { "pw_shell", VP_SQL_NAME, 64, "", { 0 } },
	[VP_PW_CLEAR] = { "pw_clear_passwd", VP_SQL_NAME, 255, "", { 0 } },
};

static const struct vp_sql_column dir_control[] = {
	[VP_DC_DOMAIN] = { "domain", VP_SQL_NAME, 255, NOT_NULL, { 0 } },
	[VP_DC_USERS] = { "cur_users", VP_SQL_BIG, 0, "", { 0 } },
	[VP_DC_LEVEL] = { "level_cur", VP_SQL_INT, 0, "", { 0 } },
	{ "level_max", VP_SQL_INT, 0, "", { 0 } },
	{ "level_start0", VP_SQL_INT, 0, "", { 0 } },
	{ "level_start1", VP_SQL_INT, 0, "", { 0 } },
	{ "level_start2", VP_SQL_INT, 0, "", { 0 } },
	{ "level_end0", VP_SQL_INT, 0, "", { 0 } },
	{ "level_end1", VP_SQL_INT, 0, "", { 0 } },
	{ "level_end2", VP_SQL_INT, 0, "", { 0 } },
	{ "level_mod0", VP_SQL_INT, 0, "", { 0 } },
	{ "level_mod1", VP_SQL_INT, 0, "", { 0 } },
	{ "level_mod2", VP_SQL_INT, 0, "", { 0 } },
	{ "level_index0", VP_SQL_INT, 0, "", { 0 } },
	{ "level_index1", VP_SQL_INT, 0, "", { 0 } },
	{ "level_index2", VP_SQL_INT, 0, "", { 0 } },
	[VP_DC_DIR] = { "the_dir", VP_SQL_NAME, 160, "", { 0 } },
};

static const struct vp_sql_column lastauth[] = {
	[VP_LA_USER] = { "user", VP_SQL_NAME, 64, NOT_NULL,
	    { "userid", "pw_user" } },
	[VP_LA_DOMAIN] = { "domain", VP_SQL_NAME, 255, NOT_NULL,
	    { "pw_domain" } },
	[VP_LA_IP] = { "remote_ip", VP_SQL_NAME, 63, NOT_NULL, { 0 } },
	[VP_LA_TIME] = { "timestamp", VP_SQL_BIG, 0, ZERO, { 0 } },
};

static const struct vp_sql_column relay[] = {
	[VP_RL_IP] = { "ip_addr", VP_SQL_NAME, 63, NOT_NULL, { 0 } },
	[VP_RL_TIME] = { "timestamp", VP_SQL_BIG, 0, ZERO, { 0 } },
};

static const struct vp_sql_column ip_alias_map[] = {
	[VP_IM_IP] = { "ip_addr", VP_SQL_NAME, 63, NOT_NULL, { 0 } },
	[VP_IM_DOMAIN] = { "domain", VP_SQL_NAME, 255, "", { 0 } },
};

static const struct vp_sql_column valias[] = {
	[VP_VA_ID] = { "id", VP_SQL_IDENTITY, 0, "", { 0 } },
	[VP_VA_ALIAS] = { "alias", VP_SQL_NAME, 64, NOT_NULL, { 0 } },
	[VP_VA_DOMAIN] = { "domain", VP_SQL_NAME, 255, NOT_NULL, { 0 } },
	[VP_VA_LINE] = { "valias_line", VP_SQL_LINE, 0, NOT_NULL, { 0 } },
	[VP_VA_TYPE] = { "valias_type", VP_SQL_SMALL, 0, "DEFAULT 1 NOT NULL",
	    { 0 } },
	[VP_VA_COPY] = { "copy", VP_SQL_SMALL, 0, ZERO, { 0 } },
};

static const struct vp_sql_column vlog[] = {
	[VP_VL_ID] = { "id", VP_SQL_IDENTITY, 0, "", { 0 } },
	[VP_VL_USER] = { "user", VP_SQL_NAME, 64, "", { "userid" } },
	[VP_VL_PASSWD] = { "passwd", VP_SQL_NAME, 128, "", { 0 } },
	[VP_VL_DOMAIN] = { "domain", VP_SQL_NAME, 255, "", { 0 } },
	[VP_VL_LOGON] = { "logon", VP_SQL_NAME, 200, "", { 0 } },
	[VP_VL_IP] = { "remoteip", VP_SQL_NAME, 63, "", { 0 } },
	[VP_VL_MESSAGE] = { "message", VP_SQL_NAME, 255, "", { 0 } },
	[VP_VL_TIME] = { "timestamp", VP_SQL_BIG, 0, ZERO, { 0 } },
	[VP_VL_ERROR] = { "error", VP_SQL_SMALL, 0, "", { 0 } },
};

static const struct vp_sql_column limits[] = {
	[VP_LI_DOMAIN] = { "domain", VP_SQL_NAME, 255, NOT_NULL, { 0 } },
	[VP_LI_FIRST] = { "maxpopaccounts", VP_SQL_INT, 0,
	    "DEFAULT -1 NOT NULL", { 0 } },
	{ "maxaliases", VP_SQL_INT, 0, "DEFAULT -1 NOT NULL", { 0 } },
	{ "maxforwards", VP_SQL_INT, 0, "DEFAULT -1 NOT NULL", { 0 } },
	{ "maxautoresponders", VP_SQL_INT, 0, "DEFAULT -1 NOT NULL", { 0 } },
	{ "maxmailinglists", VP_SQL_INT, 0, "DEFAULT -1 NOT NULL", { 0 } },
	{ "diskquota", VP_SQL_BIG, 0, ZERO, { 0 } },
	{ "maxmsgcount", VP_SQL_BIG, 0, ZERO, { 0 } },
	{ "defaultquota", VP_SQL_BIG, 0, ZERO, { 0 } },
	{ "defaultmaxmsgcount", VP_SQL_BIG, 0, ZERO, { 0 } },
	{ "disable_pop", VP_SQL_SMALL, 0, ZERO, { "disablepop" } },
	{ "disable_imap", VP_SQL_SMALL, 0, ZERO, { "disableimap" } },
	{ "disable_dialup", VP_SQL_SMALL, 0, ZERO, { "disabledialup" } },
	{ "disable_passwordchanging", VP_SQL_SMALL, 0, ZERO,
	    { "disablepasswordchanging" } },
	{ "disable_webmail", VP_SQL_SMALL, 0, ZERO, { "disablewebmail" } },
	{ "disable_relay", VP_SQL_SMALL, 0, ZERO, { "disablerelay" } },
	{ "disable_smtp", VP_SQL_SMALL, 0, ZERO, { "disablesmtp" } },
	{ "disable_spamassassin", VP_SQL_SMALL, 0, ZERO, { 0 } },
	{ "delete_spam", VP_SQL_SMALL, 0, ZERO, { 0 } },
	{ "disable_maildrop", VP_SQL_SMALL, 0, ZERO, { 0 } },
	{ "perm_account", VP_SQL_SMALL, 0, ZERO, { 0 } },
	{ "perm_alias", VP_SQL_SMALL, 0, ZERO, { 0 } },
	{ "perm_forward", VP_SQL_SMALL, 0, ZERO, { 0 } },
	{ "perm_autoresponder", VP_SQL_SMALL, 0, ZERO, { 0 } },
	{ "perm_maillist", VP_SQL_SMALL, 0, ZERO, { 0 } },
	{ "perm_quota", VP_SQL_SMALL, 0, ZERO, { 0 } },
	{ "perm_defaultquota", VP_SQL_SMALL, 0, ZERO, { 0 } },
};

static const struct vp_sql_column aliasdomains[] = {
	[VP_AD_ALIAS] = { "alias", VP_SQL_NAME, 255, NOT_NULL, { 0 } },
	[VP_AD_DOMAIN] = { "domain", VP_SQL_NAME, 255, NOT_NULL, { 0 } },
};

static const struct vp_sql_column version[] = {
	[VP_VE_VERSION] = { "version", VP_SQL_INT, 0, NOT_NULL, { 0 } },
};

const struct vp_sql_table vp_sql_tables[VP_TABLES] = {
	[VP_TABLE_USERS] = { "vpopmail", users, COUNT(users),
	    "pw_domain pw_name", { { 0 } } },
	[VP_TABLE_DIRCONTROL] = { "dir_control", dir_control,
	    COUNT(dir_control), "domain", { { 0 } } },
	[VP_TABLE_LASTAUTH] = { "lastauth", lastauth, COUNT(lastauth),
	    "domain user", { { 0 } } },
	[VP_TABLE_RELAY] = { "relay", relay, COUNT(relay), "ip_addr",
	    { { 0 } } },
	[VP_TABLE_IPMAP] = { "ip_alias_map", ip_alias_map,
	    COUNT(ip_alias_map), "ip_addr", { { 0 } } },
	[VP_TABLE_VALIAS] = { "valias", valias, COUNT(valias), NULL,
	    { { "valias_idx", "domain alias" } } },
	[VP_TABLE_VLOG] = { "vlog", vlog, COUNT(vlog), NULL,
	    { { "vlog_user_idx", "user" }, { "vlog_domain_idx", "domain" },
		{ "vlog_remoteip_idx", "remoteip" },
		{ "vlog_error_idx", "error" },
		{ "vlog_timestamp_idx", "timestamp" } } },
	[VP_TABLE_LIMITS] = { "limits", limits, COUNT(limits), "domain",
	    { { 0 } } },
	[VP_TABLE_ALIASDOMAINS] = { "aliasdomains", aliasdomains,
	    COUNT(aliasdomains), "alias", { { 0 } } },
	[VP_TABLE_VERSION] = { "vpopmail_version", version, COUNT(version),
	    "version", { { 0 } } },
};
/* clang-format on */

const char *
vp_sql_column_name(const struct vp_sql_dialect *dialect,
    enum vp_sql_table_id table, unsigned column)
{
	if (table == VP_TABLE_LASTAUTH && column == VP_LA_USER)
		return dialect->lastauth_user;
	if (table == VP_TABLE_LASTAUTH && column == VP_LA_DOMAIN)
		return dialect->lastauth_domain;
	if (table == VP_TABLE_VLOG && column == VP_VL_USER)
		return dialect->vlog_user;
	return vp_sql_tables[table].columns[column].name;
}

void
vp_sql_put_type(struct vp_sql_query *query, const struct vp_sql_column *column)
{
	const struct vp_sql_dialect *dialect = query->dialect;

	switch (column->type) {
	case VP_SQL_NAME:
		vp_sql_put_number(query, dialect->name_type, column->width);
		break;
	case VP_SQL_LINE:
		vp_sql_put_raw(query, dialect->text_type);
		break;
	case VP_SQL_SMALL:
		vp_sql_put_raw(query, dialect->small_type);
		break;
	case VP_SQL_INT:
		vp_sql_put_raw(query, dialect->int_type);
		break;
	case VP_SQL_BIG:
		vp_sql_put_raw(query, dialect->big_type);
		break;
	case VP_SQL_IDENTITY:
		vp_sql_put_raw(query,
		    *dialect->identity ? dialect->identity : dialect->big_type);
		break;
	}
}

void
vp_sql_put_rest(struct vp_sql_query *query, const struct vp_sql_column *column)
{
	if (*column->rest)
		vp_sql_put_raw(query, " ");
	vp_sql_put_raw(query, column->rest);
}

void
vp_sql_put_definition(
    struct vp_sql_query *query, enum vp_sql_table_id table, unsigned column)
{
	vp_sql_put_name(
	    query, vp_sql_column_name(query->dialect, table, column));
	vp_sql_put_raw(query, " ");
	vp_sql_put_type(query, &vp_sql_tables[table].columns[column]);
	vp_sql_put_rest(query, &vp_sql_tables[table].columns[column]);
}

/* A list of columns as the description has it: "a b", into quoted names.
 * skip: one that the table does not have. */
static void
put_list(struct vp_sql_query *query, enum vp_sql_table_id id, const char *list,
    int skip)
{
	const struct vp_sql_table *table = &vp_sql_tables[id];
	const char *separator = "";

	while (*list) {
		size_t size = strcspn(list, " ");

		for (unsigned i = 0; i < table->count; i++) {
			const char *name = table->columns[i].name;

			if (strlen(name) != size ||
			    memcmp(name, list, size) != 0 || (int)i == skip)
				continue;
			vp_sql_put_raw(query, separator);
			vp_sql_put_name(
			    query, vp_sql_column_name(query->dialect, id, i));
			separator = ", ";
		}
		list += size + (list[size] == ' ');
	}
}

void
vp_sql_put_create(
    struct vp_sql_query *query, enum vp_sql_table_id id, const char *name)
{
	const struct vp_sql_table *table = &vp_sql_tables[id];
	const char *separator = "";
	/* A domain's own table needs no column for it. */
	int skip = id == VP_TABLE_USERS && strcmp(name, table->name) != 0
		       ? VP_PW_DOMAIN
		       : -1;

	vp_sql_put_raw(query, "CREATE TABLE ");
	vp_sql_put_raw(query, query->dialect->if_not_exists);
	vp_sql_put_name(query, name);
	vp_sql_put_raw(query, " (");
	for (unsigned i = 0; i < table->count; i++) {
		/* The log is in the order of its times as well. */
		if ((int)i == skip || (id == VP_TABLE_VLOG && i == VP_VL_ID &&
					  !*query->dialect->identity))
			continue;
		vp_sql_put_raw(query, separator);
		vp_sql_put_definition(query, id, i);
		separator = ", ";
	}
	if (table->key) {
		vp_sql_put_raw(query, ", PRIMARY KEY (");
		put_list(query, id, table->key, skip);
		vp_sql_put_raw(query, ")");
	}
	vp_sql_put_raw(query, ")");
	vp_sql_put_raw(query, query->dialect->table_options);
}

int
vp_sql_put_index(
    struct vp_sql_query *query, enum vp_sql_table_id id, unsigned number)
{
	const struct vp_sql_table *table = &vp_sql_tables[id];

	if (number >= COUNT(table->indexes) || !table->indexes[number].name)
		return 0;
	vp_sql_put_raw(query, "CREATE INDEX ");
	vp_sql_put_name(query, table->indexes[number].name);
	vp_sql_put_raw(query, " ON ");
	vp_sql_put_name(query, table->name);
	vp_sql_put_raw(query, " (");
	put_list(query, id, table->indexes[number].columns, -1);
	vp_sql_put_raw(query, ")");
	return 1;
}
