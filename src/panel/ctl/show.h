/* JSON for people and for programs. */
#ifndef PANEL_CTL_SHOW_H
#define PANEL_CTL_SHOW_H

#include <jansson.h>

struct ctl_table {
	int is_json; /* an object a line instead */
	json_t *names;
	size_t *widths;
	size_t count;
};

/* Columns are those of the schema (or NULL: of the first item) that have one
 * value; their widths follow from the first items.  0, or -1: no memory. */
int ctl_table_begin(
    struct ctl_table *table, json_t *schema, const json_t *items);
void ctl_table_rows(const struct ctl_table *table, const json_t *items);
void ctl_table_end(struct ctl_table *table);

/* An object: a line "name: value" for each, or as JSON. */
void ctl_show(json_t *object, int is_json);

#endif
