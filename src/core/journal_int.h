/* The open journal, for the files of this subject. */
#ifndef CORE_JOURNAL_INT_H
#define CORE_JOURNAL_INT_H

#include <sqlite3.h>

#include "core/journal.h"

enum vp_statement {
	VP_INSERT,
	VP_END,
	VP_PRUNE,
	VP_PRUNED,
	VP_IS_PENDING,
	VP_ANY,
	VP_ANY_OF_DOMAIN,
	VP_PENDING,
	VP_LEFT,
	VP_TOLD,
	VP_HOLD,
	VP_STATEMENTS
};

struct vp_journal {
	sqlite3 *db;
	char *path;
	int told;       /* file of locks, see onchange.h; -1: not open */
	int64_t number; /* tells this journal from others */
	sqlite3_stmt *statements[VP_STATEMENTS];
};

/* Set vp->journal; it stays NULL for a process that may not write it. */
int vp_journal_open(struct vpop *vp);
/* Make a database file below dirfd, if it is missing, with the owner it is to
 * have, and see that nobody planted a link.  -1 and errno. */
int vp_journal_make_file(const struct vpop *vp, int dirfd, const char *name);
/* Give the database the function link_of; a code of SQLite. */
int vp_journal_chain(struct vp_journal *journal);
/* Record what SQLite says about its last failure. */
int vp_journal_fail(struct vpop *vp, const struct vp_journal *journal);

#endif
