/*
 * The tables as share/schema shows them are those that the stores make.
 * "test_sql_schema DIALECT" prints them.
 */
#include "config.h"

#include "unit.h"

#include <string.h>

#include "base/attr.h"
#include "base/line.h"
#include "store/sql/schema.h"

static const struct vp_sql_dialect *const dialects[] = {
	&vp_sql_dialect_mysql,
	&vp_sql_dialect_pgsql,
	&vp_sql_dialect_sqlite,
	&vp_sql_dialect_oracle,
	&vp_sql_dialect_sybase,
};
enum { DIALECTS = sizeof dialects / sizeof *dialects };

/* A statement with a line for each column. */
static void
print(FILE *fp, const struct vp_sql_query *query)
{
	int depth = 0;

	if (query->failed)
		abort();
	for (const char *at = query->text; *at; at++) {
		depth += (*at == '(') - (*at == ')');
		if (*at == '(' && depth == 1)
			fputs("(\n    ", fp);
		else if (*at == ')' && depth == 0)
			fputs("\n)", fp);
		else if (*at == ',' && depth == 1 && at[1] == ' ' && at++)
			fputs(",\n    ", fp);
		else
			fputc(*at, fp);
	}
	fputs(";\n", fp);
}

static char *
schema(const struct vp_sql_dialect *dialect)
{
	char *text = NULL;
	size_t size;
	FILE *fp = open_memstream(&text, &size);

	if (!fp)
		abort();
	fprintf(fp,
	    "-- The tables of the store %s as they are made today; see "
	    "vmigrate(1).\n",
	    dialect->name);
	for (int id = 0; id < VP_TABLES; id++) {
		const enum vp_sql_table_id table = (enum vp_sql_table_id)id;
		AUTO_QUERY struct vp_sql_query query = { 0 };

		vp_sql_query_init(&query, dialect);
		vp_sql_put_create(&query, table, vp_sql_tables[id].name);
		fputc('\n', fp);
		print(fp, &query);
		for (unsigned i = 0;; i++) {
			AUTO_QUERY struct vp_sql_query index = { 0 };

			vp_sql_query_init(&index, dialect);
			if (!vp_sql_put_index(&index, table, i))
				break;
			print(fp, &index);
		}
	}
	fprintf(fp, "\nINSERT INTO vpopmail_version VALUES (%d);\n",
	    VP_SQL_VERSION);
	fclose(fp);
	return text;
}

START_TEST(shown_as_made)
{
	const char *top = getenv("srcdir");

	for (size_t i = 0; i < DIALECTS; i++) {
		AUTO_FREE char *made = schema(dialects[i]);
		AUTO_FREE char *path = NULL;

		ck_assert_int_gt(asprintf(&path, "%s/share/schema/%s.sql",
				     top ? top : ".", dialects[i]->name),
		    0);
		AUTO_FREE char *shown = vp_file_read(-1, path, 65536, NULL);
		ck_assert_msg(shown != NULL, "cannot read %s", path);
		ck_assert_str_eq(shown, made);
	}
}
END_TEST

int
main(int argc, char **argv)
{
	const TTest *const tests[] = { shown_as_made, NULL };

	for (size_t i = 0; i < DIALECTS && argc > 1; i++) {
		if (strcmp(dialects[i]->name, argv[1]) != 0)
			continue;
		AUTO_FREE char *text = schema(dialects[i]);
		fputs(text, stdout);
	}
	return argc > 1 ? EXIT_SUCCESS : unit_main("sql_schema", tests);
}
