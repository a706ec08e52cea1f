/* The tables of the panel's state. */
#ifndef PANEL_STATE_MIGRATIONS_H
#define PANEL_STATE_MIGRATIONS_H

#include <stddef.h>

/* Statements in the order in which releases added them: a file that has
 * user_version n has had the first n.  What was released is not changed, only
 * appended to. */
extern const char *const vhd_migrations[];
extern const size_t vhd_migrations_count;

#endif
