/*
 * vutil.h - what an address of a domain is.
 *
 * path is the domain's directory.  1 or 0; arguments are not written to.
 */
#ifndef VPOPMAIL_VUTIL_H
#define VPOPMAIL_VUTIL_H

#include "vpopmail.h"

#ifdef __cplusplus
extern "C" {
#endif

int isExistingUser(char *name, char *domain);
int isExistingAlias(char *path, char *name, char *domain);
int isExistingRobot(char *path, char *name);
int isValidMailList(char *path, char *name);
/* Any of these. */
int isExistingAddress(char *domain, char *name, char *path);
/* Any of these, or an alias of qmail's own. */
int isExistingAnyAddress(char *domain, char *name, char *path);
int isQmailAlias(char *name);

void str_replace(char *text, char from, char to);
/* 1 if it can be opened for reading. */
int file_exists(char *path);

#ifdef __cplusplus
}
#endif
#endif
