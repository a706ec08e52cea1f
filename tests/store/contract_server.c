/*
 * The contract over a database server: contract_server STORE LAYOUT, where
 * the settings of the store are in the environment, TEST_HOST and so on, and
 * its database is emptied before each test.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract.h"
#include "store/sql/schema.h"
#include "store/sql/stores.h"

#define SETTINGS 24

static const struct store {
	const char *name;
	const struct vpop_store_ops *ops;
	const struct vp_sql_driver *driver;
	const struct vp_sql_dialect *dialect;
} stores[] = {
#ifdef WITH_MARIADB
	{ "mysql", &vp_store_mysql, &vp_sql_mariadb, &vp_sql_dialect_mysql },
#endif
#ifdef WITH_PGSQL
	{ "pgsql", &vp_store_pgsql, &vp_sql_pgsql, &vp_sql_dialect_pgsql },
#endif
#ifdef WITH_ODBC
	{ "oracle", &vp_store_oracle, &vp_sql_odbc, &vp_sql_dialect_oracle },
	{ "sybase", &vp_store_sybase, &vp_sql_odbc, &vp_sql_dialect_sybase },
#endif
};
static const struct store *store;
static struct host_setting settings[SETTINGS];

static void
set(unsigned *count, const char *name, const char *value)
{
	char *full = NULL;

	if (!value || *count >= SETTINGS - 1)
		return;
	if (asprintf(&full, "%s_%s", store->name, name) < 0)
		abort();
	settings[(*count)++] = (struct host_setting){ full, value };
}

static void
fill(char *dst, size_t size, const char *variable)
{
	const char *value = getenv(variable);

	snprintf(dst, size, "%s", value ? value : "");
}

/* An empty database. */
static void
set_up(const struct contract_backend *backend, const char *scratch)
{
	static const char *const tables[] = { "example_com", "other_org" };
	struct vp_sql_login login = { .connect_ms = 5000, .query_ms = 20000 };
	struct vp_sql_link link;
	struct vp_sql_error error;

	(void)backend;
	(void)scratch;
	fill(login.host, sizeof login.host, "TEST_HOST");
	fill(login.socket, sizeof login.socket, "TEST_SOCKET");
	fill(login.user, sizeof login.user, "TEST_USER");
	fill(login.password, sizeof login.password, "TEST_PASSWORD");
	fill(login.source, sizeof login.source, "TEST_SOURCE");
	snprintf(login.database, sizeof login.database, "vpopmail");
	if (getenv("TEST_PORT"))
		login.port = (unsigned)strtoul(getenv("TEST_PORT"), NULL, 10);
	vp_sql_link_init(&link, store->driver, store->dialect);
	link.login = login;
	for (unsigned i = 0; i < VP_TABLES + 2; i++) {
		AUTO_QUERY struct vp_sql_query query = { 0 };

		vp_sql_query_init(&query, store->dialect);
		vp_sql_put_raw(&query, "DROP TABLE ");
		vp_sql_put_name(&query, i < VP_TABLES ? vp_sql_tables[i].name
						      : tables[i - VP_TABLES]);
		if (vp_sql_link_run(&link, query.text, &error) != 0 &&
		    error.class != VP_SQL_NO_TABLE) {
			printf("# %s\n", error.text);
			abort();
		}
	}
	vp_sql_link_clear(&link);
}

int
main(int argc, char **argv)
{
	struct contract_backend backend = { .is_lasting = 1,
		.keeps = CONTRACT_ALL_KINDS | VPOP_KEEP_BY_NAME,
		.settings = settings,
		.set_up = set_up };
	unsigned count = 0;

	for (size_t i = 0; argc == 3 && i < sizeof stores / sizeof *stores; i++)
		if (strcmp(stores[i].name, argv[1]) == 0)
			store = &stores[i];
	if (!store) {
		puts("1..0 # SKIP there is no such store in this build");
		return EXIT_SUCCESS;
	}
	settings[count++] = (struct host_setting){ "clear_passwd", "yes" };
	settings[count++] = (struct host_setting){ "many_domains", argv[2] };
	set(&count, "host", getenv("TEST_HOST"));
	set(&count, "socket", getenv("TEST_SOCKET"));
	set(&count, "port", getenv("TEST_PORT"));
	set(&count, "user", getenv("TEST_USER"));
	set(&count, "password", getenv("TEST_PASSWORD"));
	set(&count, "source", getenv("TEST_SOURCE"));
	backend.name = argv[1];
	backend.ops = store->ops;
	return contract_run(argv[1], &backend, 1);
}
