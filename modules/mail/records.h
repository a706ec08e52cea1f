/*
 * What the module keeps for itself, in mail.sqlite of its folder: jobs,
 * descriptions of domains, revisions of control files, what strangers asked
 * for.  Several processes of
 * the module share it.
 */
#ifndef MAIL_RECORDS_H
#define MAIL_RECORDS_H

#include <sqlite3.h>

#include "modules/mail/mail.h"

/* Run a statement with texts, which end with NULL: 1 and *ret is at its first
 * row, 0 when there is none, -1 and refused.  Finalize *ret in any case. */
int mail_record_run(struct mail *m, const char *sql, const char *const *texts,
    sqlite3_stmt **ret);
/* The same for one that gives no rows: 0, or -1 and refused. */
int mail_record_change(
    struct mail *m, const char *sql, const char *const *texts);
/* A column as text, "" for NULL. */
const char *mail_record_text(sqlite3_stmt *row, int column);

#endif
