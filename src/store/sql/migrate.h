/* Steps of a migration: migrate.c for migration.c. */
#ifndef STORE_SQL_MIGRATE_H
#define STORE_SQL_MIGRATE_H

#include "store/sql/store_int.h"

struct vp_sql_migration {
	struct vpop_store *store;
	struct vp_sql_link *link;
	int dry_run;
	void (*report)(void *arg, const char *sentence);
	void *arg;
	int64_t version; /* of the tables; 0: of an older release */
	int steps;
};

/* One table: make it, or what it lacks. */
int vp_sql_migrate_table(struct vp_sql_migration *m, enum vp_sql_table_id id,
    const char *name, const struct vp_sql_shape *shape);
/* 1 if there is such an index, 0, or a code. */
int vp_sql_has_index(struct vp_sql_migration *m, const char *index);

#endif
