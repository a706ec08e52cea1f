/*
 * client.h - questions to the usage daemon.  etc/vusagec.conf says where it
 * is; without it, or with "Disable = True", nobody answers.
 */
#ifndef VPOPMAIL_CLIENT_H
#define VPOPMAIL_CLIENT_H

#include "storage.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A connection, or NULL. */
void *client_connect(void);
/* Ask for "user@domain" or "@domain" of length len: 1, or 0.  Numbers that
 * are not known are all ones.  size and count may be NULL. */
int client_query(void *handle, const char *entry, uint16_t len, storage_t *size,
    storage_t *count);
void client_close(void *handle);
/* All three. */
int client_query_quick(const char *entry, storage_t *size, storage_t *count);

#ifdef __cplusplus
}
#endif
#endif
