/*
 * Mailing lists of ezmlm-idx in the documented interface of vpopmail 5.4 to
 * 5.6; vpopmail.h includes this.
 *
 * In listInfoType a switch is 1 for yes: Archive, Prefix, Digest, SubConf
 * (subscriptions are confirmed), UnsubConf, Indexed, Kill, RemoteSub (remote
 * administrators may list subscribers), RemoteText (edit texts), Public,
 * Requests, Remote, SubMod (moderators approve subscriptions), Trailer, Warn
 * (bounces cause warnings), Extra; Edit says that the list is there.
 * Posting: 0 anyone, 1 subscribers, 2 subscribers and others after a
 * moderator agreed, 3 moderators, 4 all after a moderator agreed.  Access to
 * the archive: 0 anyone, 1 subscribers, 2 moderators.  ReplyTo: 1 the
 * sender, 2 the list, 3 ReplyTo_Addr.
 */
#ifndef VPOPMAIL_LIST_H
#define VPOPMAIL_LIST_H

#include "vpopmail.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Fill info for list@domain, or a domain if isDomainOnly; isCreating: the
 * address must be free, and the defaults of a new list are filled in.  0, a
 * code, or a status: 1 not a list address, 2 unparsable, 3 no such domain, 4
 * expected a domain, 5 exists, 6 does not exist, 11 a path too long for
 * info.  To be released with listClose.
 */
int listInit(
    listInfoType *info, char *address, int isDomainOnly, int isCreating);
int listClose(listInfoType *info);
/* The text of a status. */
void listGetError(char *text, const int size, const int status);

/* Number of lists of the domain, or a code. */
int listCount(listInfoType *info);
/* Their names, ended by NULL; array and names are the caller's to free.  page
 * counts from 1; perPage 0: all.  NULL on failure. */
char **listList(listInfoType *info, int page, int perPage);

/* "-" and letters as ezmlm-make takes them, small for on; max is the size of
 * options. */
int listGetOptions(listInfoType *info, char *options, int max);
/* Create the list, or change it if info->Edit. */
int listMake(listInfoType *info);
int listDelete(listInfoType *info);

/* mode: 0 subscribers, 1 moderators, 2 digest subscribers, 3 kill list. */
int listSubsDescription(listInfoType *info, int mode, int size, char *text);
int listSubsCount(listInfoType *info, int mode);
char **listSubsList(listInfoType *info, int mode, int page, int perPage);
int listSubsAdd(listInfoType *info, int mode, char *email);
int listSubsDel(listInfoType *info, int mode, char *email);

#ifdef __cplusplus
}
#endif
#endif
