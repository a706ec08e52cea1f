/*
 * What the drivers share about errors: from the numbers and states of the
 * servers to a class, and a text without secrets.
 */
#ifndef STORE_SQL_ERRORS_H
#define STORE_SQL_ERRORS_H

#include "base/attr.h"
#include "store/sql/driver.h"

/* Fill *error with a printable text on one line; returns -1. */
int vp_sql_fail(struct vp_sql_error *error, enum vp_sql_class class,
    const char *format, ...) VP_PRINTF(3, 4);
/* Replace every occurrence of a secret in the text; "" is no secret. */
void vp_sql_hide(struct vp_sql_error *error, const char *secret);

/* Error number of MariaDB or MySQL, of the server or the client library. */
enum vp_sql_class vp_sql_class_mysql(unsigned number, const char *text);
/* SQLSTATE, of PostgreSQL or an ODBC driver: its five characters. */
enum vp_sql_class vp_sql_class_state(const char *state);
/* Native error numbers of the other servers that ODBC reaches. */
enum vp_sql_class vp_sql_class_oracle(long number);
enum vp_sql_class vp_sql_class_sybase(long number);
enum vp_sql_class vp_sql_class_sqlite(long number, const char *text);

#endif
