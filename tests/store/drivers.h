/* Shared by the files of the driver tests. */
#ifndef TESTS_STORE_DRIVERS_H
#define TESTS_STORE_DRIVERS_H

#include "base/attr.h"
#include "store/sql/driver.h"

enum server { MYSQL, PGSQL, SQLITE };

extern struct vp_sql_login login;
extern const struct vp_sql_driver *driver;
extern const struct vp_sql_dialect *dialect;
extern struct vp_sql_conn *conn;
extern struct vp_sql_error error;
extern enum server server;
extern int is_odbc, is_streaming;
extern long server_pid;

struct driver_name {
	const char *name;
	const struct vp_sql_driver *driver;
	const struct vp_sql_dialect *dialect;
	int is_odbc;
};
struct check {
	const char *name;
	void (*function)(void);
};
extern const struct driver_name drivers[];
extern const struct check checks[];

void tap(int is_good, const char *format, ...) VP_PRINTF(2, 3);
/* Without it the other tests make no sense. */
void need(int is_good, const char *words);
void open_conn(void);
void close_conn(void);
int run(const char *text);
struct vp_sql_stmt *prepare(const char *text);
int bind(struct vp_sql_stmt *stmt, unsigned index, const char *text);
int bind_number(struct vp_sql_stmt *stmt, unsigned index, int64_t value);
int step(struct vp_sql_stmt *stmt);
const char *column(struct vp_sql_stmt *stmt, unsigned index);
int once(const char *text, unsigned count, ...);
const char *ask(const char *text);
void make_table(void);
int64_t now_ms(void);

void set_password(const char *text);
void check_values(void);
void check_errors(void);
void check_rows(void);
void check_million(void);
void check_login(void);
void check_tls(void);
void check_refused(void);
void check_unreachable(void);
void check_readonly(void);
void check_full(void);
void check_deadlock(void);
void check_killed(void);
void check_paused(void);

#endif
