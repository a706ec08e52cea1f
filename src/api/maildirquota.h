/*
 * Functions whose declarations were never installed: programs that use them
 * declare them like this themselves.
 */
#ifndef API_MAILDIRQUOTA_H
#define API_MAILDIRQUOTA_H

#include "storage.h"

#define QUOTA_WARN_PERCENT 90

/* Percentage used, 0 to 100. */
int vmaildir_readquota(const char *dir, const char *quota);
/* What the mailboxes of a domain hold, added to both numbers; dir is a
 * Maildir in it.  0 or -1. */
int readdomainquota(const char *dir, storage_t *sizep, storage_t *cntp);
/* Would the message on descriptor 0 be too much?  1, 0, -1. */
int domain_over_maildirquota(const char *userdir);
int user_over_maildirquota(const char *dir, const char *quota);
/* Count a change.  0 or -1; fd is not used. */
int maildir_addquota(const char *dir, int fd, const char *quota,
    storage_t bytes, storage_t files);

#endif
