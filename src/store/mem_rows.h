/* The records besides accounts of the mem store: mem_rows.c for mem.c. */
#ifndef STORE_MEM_ROWS_H
#define STORE_MEM_ROWS_H

#include "vpop_store.h"

enum mem_text {
	MEM_DOMAIN, /* what a walk of one domain asks for */
	MEM_NAME,
	MEM_VALUE,
	MEM_LOGON,
	MEM_IP,
	MEM_MESSAGE,
	MEM_TEXTS
};

struct mem_row {
	enum vpop_store_keep kind;
	char *text[MEM_TEXTS];
	int64_t time;
	int error;
	struct vpop_limits limits;
	struct vpop_store_dircontrol dircontrol;
};

/* In the order of kind, domain if the kind is of one, name, insertion; the log
 * in that of insertion. */
struct mem_rows {
	struct mem_row *list;
	size_t count;
};

void vp_mem_rows_free(struct mem_rows *rows);
/* 0, or -1 without memory. */
int vp_mem_rows_copy(const struct mem_rows *rows, struct mem_rows *ret);
/* Copy a row into its place behind its equals; 0 or -1. */
int vp_mem_rows_insert(struct mem_rows *rows, const struct mem_row *row);
/* The first row of these, NULL: any; value only if it is not NULL. */
struct mem_row *vp_mem_rows_find(const struct mem_rows *rows,
    enum vpop_store_keep kind, const char *domain, const char *name,
    const char *value);
/* Remove all such rows; how many there were. */
size_t vp_mem_rows_remove(struct mem_rows *rows, enum vpop_store_keep kind,
    const char *domain, const char *name, const char *value);
/* Remove the rows of a kind that are not newer; how many. */
size_t vp_mem_rows_expire(
    struct mem_rows *rows, enum vpop_store_keep kind, int64_t time);

#endif
