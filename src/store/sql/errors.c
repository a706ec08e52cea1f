/*
 * Error classes as tables: one line per number or state that means more than
 * "it failed".  A connection that cannot be made, for whatever reason but a
 * refused login, counts as lost.
 */
#include "config.h"

#include "store/sql/errors.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

struct number_class {
	long number;
	enum vp_sql_class class;
};

int
vp_sql_fail(struct vp_sql_error *error, enum vp_sql_class class,
    const char *format, ...)
{
	va_list args;

	error->class = class;
	va_start(args, format);
	if (vsnprintf(error->text, sizeof error->text, format, args) < 0)
		error->text[0] = '\0';
	va_end(args);
	for (char *p = error->text; *p; p++)
		if (*p == '\n' || *p == '\t')
			*p = ' ';
	for (size_t n = strlen(error->text);
	     n > 0 && error->text[n - 1] == ' ';)
		error->text[--n] = '\0';
	vp_make_printable(error->text);
	return -1;
}

void
vp_sql_hide(struct vp_sql_error *error, const char *secret)
{
	size_t size = strlen(secret);
	char *found;

	if (size == 0)
		return;
	while ((found = strstr(error->text, secret))) {
		/* Its length is a secret as well; "*" never matches again
		 * because it is shorter or not the secret. */
		if (strcmp(secret, "*") == 0)
			return;
		*found = '*';
		memmove(found + 1, found + size, strlen(found + size) + 1);
	}
}

static enum vp_sql_class
look_up(const struct number_class *table, size_t count, long number)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].number == number)
			return table[i].class;
	return VP_SQL_OTHER;
}
#define LOOK_UP(table, number)                                                 \
	look_up((table), sizeof(table) / sizeof *(table), (number))

static const struct number_class mysql_classes[] = {
	{ 1021, VP_SQL_FULL },      /* disk full */
	{ 1114, VP_SQL_FULL },      /* table is full */
	{ 1022, VP_SQL_DUPLICATE }, /* duplicate key on write */
	{ 1062, VP_SQL_DUPLICATE },
	{ 1169, VP_SQL_DUPLICATE }, /* unique constraint */
	{ 1586, VP_SQL_DUPLICATE }, /* with the key's name */
	{ 1049, VP_SQL_NO_TABLE },  /* unknown database */
	{ 1051, VP_SQL_NO_TABLE },  /* unknown table in DROP */
	{ 1054, VP_SQL_NO_TABLE },  /* unknown column */
	{ 1146, VP_SQL_NO_TABLE },
	{ 1153, VP_SQL_TOO_LONG }, /* larger than max_allowed_packet */
	{ 1264, VP_SQL_TOO_LONG }, /* out of range */
	{ 1265, VP_SQL_TOO_LONG }, /* data truncated */
	{ 1406, VP_SQL_TOO_LONG },
	{ 1020, VP_SQL_RETRY }, /* record changed since it was read */
	{ 1205, VP_SQL_RETRY }, /* lock wait */
	{ 1213, VP_SQL_RETRY }, /* deadlock */
	{ 1317, VP_SQL_RETRY }, /* KILL QUERY */
	{ 1412, VP_SQL_RETRY }, /* table definition has changed */
	{ 1615, VP_SQL_RETRY }, /* statement must be prepared again */
	{ 1689, VP_SQL_RETRY }, /* lock aborted */
	{ 1044, VP_SQL_DENIED },
	{ 1045, VP_SQL_DENIED },
	{ 1130, VP_SQL_DENIED }, /* not from this host */
	{ 1142, VP_SQL_DENIED },
	{ 1143, VP_SQL_DENIED },
	{ 1227, VP_SQL_DENIED },
	{ 1251, VP_SQL_DENIED }, /* way to log in unknown to the client */
	{ 1370, VP_SQL_DENIED },
	{ 1698, VP_SQL_DENIED }, /* no password login for this account */
	{ 1820, VP_SQL_DENIED }, /* password has to be changed */
	{ 1862, VP_SQL_DENIED }, /* password expired */
	{ 3118, VP_SQL_DENIED }, /* account locked, MySQL */
	{ 4151, VP_SQL_DENIED }, /* account locked, MariaDB */
	{ 2059, VP_SQL_DENIED }, /* server wants a login plugin we lack */
	{ 2061, VP_SQL_DENIED }, /* login plugin failed */
	{ 1036, VP_SQL_READONLY },
	{ 1290, VP_SQL_READONLY }, /* server runs with --read-only */
	{ 1792, VP_SQL_READONLY },
	{ 1836, VP_SQL_READONLY },
	{ 1969, VP_SQL_TIMEOUT }, /* max_statement_time */
	{ 3024, VP_SQL_TIMEOUT }, /* max_execution_time */
	{ 1040, VP_SQL_LOST },    /* too many connections */
	{ 1053, VP_SQL_LOST },    /* server shuts down */
	{ 1077, VP_SQL_LOST },
	{ 1079, VP_SQL_LOST },
	{ 1080, VP_SQL_LOST },
	{ 1129, VP_SQL_LOST }, /* too many broken attempts from here */
	{ 1152, VP_SQL_LOST },
	{ 1158, VP_SQL_LOST }, /* 1158 to 1161: reading, writing packets */
	{ 1159, VP_SQL_LOST },
	{ 1160, VP_SQL_LOST },
	{ 1161, VP_SQL_LOST },
	{ 1184, VP_SQL_LOST },
	{ 1203, VP_SQL_LOST }, /* too many connections of this account */
	{ 1226, VP_SQL_LOST },
	{ 1927, VP_SQL_LOST }, /* KILL */
	{ 4031, VP_SQL_LOST }, /* idle for too long */
	{ 2002, VP_SQL_LOST }, /* socket */
	{ 2003, VP_SQL_LOST }, /* host and port */
	{ 2005, VP_SQL_LOST }, /* host name */
	{ 2006, VP_SQL_LOST }, /* gone away */
	{ 2012, VP_SQL_LOST },
	{ 2013, VP_SQL_LOST },
	{ 2026, VP_SQL_LOST }, /* TLS */
	{ 2055, VP_SQL_LOST },
};

enum vp_sql_class
vp_sql_class_mysql(unsigned number, const char *text)
{
	/* "Got error 28 from storage engine", an errno: ENOSPC, EDQUOT */
	if ((number == 1030 || number == 1026 || number == 3) &&
	    (strstr(text, "error 28 ") || strstr(text, "error 122 ") ||
		strstr(text, "rrcode: 28 ") || strstr(text, "rrcode: 122 ")))
		return VP_SQL_FULL;
	return LOOK_UP(mysql_classes, (long)number);
}

static const struct number_class oracle_classes[] = {
	{ 1, VP_SQL_DUPLICATE },
	{ 54, VP_SQL_RETRY }, /* resource busy */
	{ 60, VP_SQL_RETRY }, /* deadlock */
	{ 8177, VP_SQL_RETRY },
	{ 904, VP_SQL_NO_TABLE },
	{ 942, VP_SQL_NO_TABLE },
	{ 1747, VP_SQL_NO_TABLE }, /* a column named like a reserved word */
	{ 1401, VP_SQL_TOO_LONG },
	{ 1438, VP_SQL_TOO_LONG },
	{ 1461, VP_SQL_TOO_LONG },
	{ 12899, VP_SQL_TOO_LONG },
	{ 1017, VP_SQL_DENIED },
	{ 1031, VP_SQL_DENIED },
	{ 1045, VP_SQL_DENIED },
	{ 28000, VP_SQL_DENIED }, /* account locked */
	{ 28001, VP_SQL_DENIED }, /* password expired */
	{ 1456, VP_SQL_READONLY },
	{ 16000, VP_SQL_READONLY },
	{ 1536, VP_SQL_FULL },
	{ 1652, VP_SQL_FULL },
	{ 1653, VP_SQL_FULL },
	{ 1654, VP_SQL_FULL },
	{ 1013, VP_SQL_TIMEOUT }, /* cancelled, as a time limit does */
	{ 28, VP_SQL_LOST },      /* session killed */
	{ 1012, VP_SQL_LOST },
	{ 1033, VP_SQL_LOST },
	{ 1034, VP_SQL_LOST },
	{ 1089, VP_SQL_LOST },
	{ 3113, VP_SQL_LOST },
	{ 3114, VP_SQL_LOST },
	{ 3135, VP_SQL_LOST },
	{ 12154, VP_SQL_LOST },
	{ 12514, VP_SQL_LOST },
	{ 12541, VP_SQL_LOST },
	{ 12170, VP_SQL_TIMEOUT },
};

enum vp_sql_class
vp_sql_class_oracle(long number)
{
	return LOOK_UP(oracle_classes, number);
}

static const struct number_class sybase_classes[] = {
	{ 2601, VP_SQL_DUPLICATE },
	{ 2615, VP_SQL_DUPLICATE },
	{ 2627, VP_SQL_DUPLICATE },
	{ 1204, VP_SQL_RETRY }, /* out of locks */
	{ 1205, VP_SQL_RETRY },
	{ 12205, VP_SQL_RETRY },
	{ 207, VP_SQL_NO_TABLE },
	{ 208, VP_SQL_NO_TABLE },
	{ 911, VP_SQL_NO_TABLE }, /* database */
	{ 220, VP_SQL_TOO_LONG },
	{ 247, VP_SQL_TOO_LONG },
	{ 2628, VP_SQL_TOO_LONG },
	{ 8152, VP_SQL_TOO_LONG },
	{ 9502, VP_SQL_TOO_LONG },
	{ 229, VP_SQL_DENIED },
	{ 230, VP_SQL_DENIED },
	{ 10330, VP_SQL_DENIED },
	{ 4001, VP_SQL_DENIED },
	{ 4002, VP_SQL_DENIED },
	{ 18456, VP_SQL_DENIED },
	{ 3906, VP_SQL_READONLY },
	{ 1101, VP_SQL_FULL },
	{ 1105, VP_SQL_FULL },
	{ 9002, VP_SQL_FULL },
	{ 20003, VP_SQL_TIMEOUT }, /* FreeTDS */
	{ 20006, VP_SQL_LOST },
	{ 20009, VP_SQL_LOST },
	{ 20017, VP_SQL_LOST },
	{ 20047, VP_SQL_LOST },
};

enum vp_sql_class
vp_sql_class_sybase(long number)
{
	return LOOK_UP(sybase_classes, number);
}

enum vp_sql_class
vp_sql_class_sqlite(long number, const char *text)
{
	static const struct number_class classes[] = {
		{ 5, VP_SQL_RETRY }, /* busy */
		{ 6, VP_SQL_RETRY }, /* locked */
		{ 8, VP_SQL_READONLY },
		{ 13, VP_SQL_FULL },
		{ 14, VP_SQL_LOST }, /* cannot open */
		{ 18, VP_SQL_TOO_LONG },
		{ 23, VP_SQL_DENIED },
	};

	if ((number & 0xff) == 19)
		return strstr(text, "UNIQUE constraint") ? VP_SQL_DUPLICATE
							 : VP_SQL_OTHER;
	if (strstr(text, "no such table") || strstr(text, "no such column") ||
	    strstr(text, "has no column named"))
		return VP_SQL_NO_TABLE;
	return LOOK_UP(classes, number & 0xff);
}

enum vp_sql_class
vp_sql_class_state(const char *state)
{
	/* A name of two characters is a whole class; first match wins. */
	static const struct {
		const char *state;
		enum vp_sql_class class;
	} classes[] = {
		{ "08", VP_SQL_LOST },
		{ "57P01", VP_SQL_LOST }, /* 57P01 ...: server shuts down */
		{ "57P02", VP_SQL_LOST }, { "57P03", VP_SQL_LOST },
		{ "57P04", VP_SQL_LOST }, { "57P05", VP_SQL_LOST },
		{ "25P03", VP_SQL_LOST },
		{ "53300", VP_SQL_LOST }, /* too many connections */
		{ "57014", VP_SQL_TIMEOUT }, { "HYT0", VP_SQL_TIMEOUT },
		{ "S1T00", VP_SQL_TIMEOUT }, { "40", VP_SQL_RETRY },
		{ "55P03", VP_SQL_RETRY }, /* lock not available */
		{ "23505", VP_SQL_DUPLICATE }, { "42P01", VP_SQL_NO_TABLE },
		{ "42703", VP_SQL_NO_TABLE }, { "42S02", VP_SQL_NO_TABLE },
		{ "42S22", VP_SQL_NO_TABLE }, { "S0002", VP_SQL_NO_TABLE },
		{ "S0022", VP_SQL_NO_TABLE },
		{ "3D000", VP_SQL_NO_TABLE }, /* database */
		{ "3F000", VP_SQL_NO_TABLE }, /* schema */
		{ "22001", VP_SQL_TOO_LONG },
		{ "22003", VP_SQL_TOO_LONG }, /* out of range */
		{ "54000", VP_SQL_TOO_LONG }, /* too long for an index */
		{ "28", VP_SQL_DENIED }, { "42501", VP_SQL_DENIED },
		{ "25006", VP_SQL_READONLY }, { "53100", VP_SQL_FULL },
		{ "53400", VP_SQL_FULL }, /* quota of temporary files */
	};

	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (strncmp(
			state, classes[i].state, strlen(classes[i].state)) == 0)
			return classes[i].class;
	return VP_SQL_OTHER;
}
