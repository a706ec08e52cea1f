/*
 * The dialects of the servers that have a process of their own.  Those of
 * Oracle and Sybase use what other servers understand as well, wherever the
 * language leaves the choice, because any server may be behind ODBC.  They
 * put no quotes around names: their tables were always made so, and quotes
 * would make Oracle look for small letters.
 */
#include "config.h"

#include "store/sql/driver.h"

/* Columns of the older tables may be latin1 and ignore the case of letters:
 * bytes are those of UTF-8, which is what we send. */
const struct vp_sql_dialect vp_sql_dialect_mysql = {
	.name = "mysql",
	.quote_open = '`',
	.quote_close = '`',
	.max_name = 64,
	.lastauth_user = "user",
	.lastauth_domain = "domain",
	.vlog_user = "user",
	.for_update = " FOR UPDATE",
	.limit = " LIMIT %u",
	.if_absent = "",
	.row_id = "",
	.bytes_open = "CAST(CONVERT(",
	.bytes_close = " USING utf8mb4) AS BINARY)",
	.exact = " COLLATE utf8mb4_bin",
	.aborts = 0,
	.ddl_commits = 1,
	.name_type = "varchar(%u) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
	.text_type = "mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
	.small_type = "smallint",
	.int_type = "int",
	.big_type = "bigint",
	.identity = "bigint AUTO_INCREMENT PRIMARY KEY",
	.if_not_exists = "IF NOT EXISTS ",
	.table_options = " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 "
			 "COLLATE utf8mb4_bin",
	.home_database = "",
	.database_options = " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
	.catalogue =
	    "SELECT table_name, column_name, "
	    "CONCAT(data_type, CASE WHEN column_type LIKE '%unsigned%' "
	    "THEN ' unsigned' ELSE '' END), character_maximum_length, "
	    "CASE WHEN RIGHT(collation_name, 4) = '_bin' THEN 1 ELSE 0 END "
	    "FROM information_schema.columns "
	    "WHERE table_schema = DATABASE() AND table_name IN (",
};

/* "user" is the name of the connected role there.  The catalogue gives types
 * the names that others give them. */
const struct vp_sql_dialect vp_sql_dialect_pgsql = {
	.name = "pgsql",
	.quote_open = '"',
	.quote_close = '"',
	.max_name = 63,
	.lastauth_user = "userid",
	.lastauth_domain = "domain",
	.vlog_user = "userid",
	.for_update = " FOR UPDATE",
	.limit = " LIMIT %u",
	.if_absent = " ON CONFLICT DO NOTHING",
	.row_id = "",
	.bytes_open = "",
	.bytes_close = " COLLATE \"C\"",
	.exact = "",
	.aborts = 1,
	.ddl_commits = 0,
	.name_type = "varchar(%u) COLLATE \"C\"",
	.text_type = "text COLLATE \"C\"",
	.small_type = "smallint",
	.int_type = "int",
	.big_type = "bigint",
	.identity = "bigserial PRIMARY KEY",
	.if_not_exists = "IF NOT EXISTS ",
	.table_options = "",
	.home_database = "postgres",
	.database_options = " ENCODING 'UTF8' TEMPLATE template0",
	.catalogue =
	    "SELECT c.relname, a.attname, CASE t.typname "
	    "WHEN 'bpchar' THEN 'char' WHEN 'int2' THEN 'smallint' "
	    "WHEN 'int4' THEN 'int' WHEN 'int8' THEN 'bigint' "
	    "ELSE t.typname END, "
	    "CASE WHEN t.typname IN ('bpchar', 'varchar') AND a.atttypmod > 4 "
	    "THEN a.atttypmod - 4 END, "
	    "CASE WHEN coalesce(nullif(l.collname, 'default'), d.datcollate) "
	    "IN ('C', 'POSIX', 'ucs_basic') THEN 1 ELSE 0 END "
	    "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
	    "JOIN pg_type t ON t.oid = a.atttypid "
	    "JOIN pg_database d ON d.datname = current_database() "
	    "LEFT JOIN pg_collation l ON l.oid = a.attcollation "
	    "WHERE a.attnum > 0 AND NOT a.attisdropped "
	    "AND c.relkind IN ('r', 'p', 'v', 'm', 'f') "
	    "AND pg_table_is_visible(c.oid) AND c.relname IN (",
};

/* A CLOB cannot be compared, and lines are deleted by their text; an identity
 * column is a word that only Oracle 12 and PostgreSQL have. */
const struct vp_sql_dialect vp_sql_dialect_oracle = {
	.name = "oracle",
	.max_name = 30,
	.lastauth_user = "pw_user",
	.lastauth_domain = "pw_domain",
	.vlog_user = "userid",
	.for_update = " FOR UPDATE",
	.limit = "",
	.if_absent = "",
	.row_id = "",
	.bytes_open = "",
	.bytes_close = "",
	.exact = "",
	.is_row_wise = 1,
	.aborts = 1,
	.ddl_commits = 1,
	.name_type = "varchar(%u)",
	.text_type = "varchar(4000)",
	.small_type = "smallint",
	.int_type = "int",
	.big_type = "numeric(19)",
	.identity = "",
	.if_not_exists = "",
	.table_options = "",
	.catalogue = "",
};

const struct vp_sql_dialect vp_sql_dialect_sybase = {
	.name = "sybase",
	.max_name = 30,
	.lastauth_user = "userid",
	.lastauth_domain = "domain",
	.vlog_user = "userid",
	.for_update = "",
	.limit = "",
	.if_absent = "",
	.row_id = "",
	.bytes_open = "",
	.bytes_close = "",
	.exact = "",
	.is_kind_plain = 1,
	.is_row_wise = 1,
	.aborts = 1,
	.ddl_commits = 1,
	.name_type = "varchar(%u)",
	.text_type = "varchar(4000)",
	.small_type = "smallint",
	.int_type = "int",
	.big_type = "numeric(19)",
	.identity = "",
	.if_not_exists = "",
	.table_options = "",
	.catalogue = "",
};
