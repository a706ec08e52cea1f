/*
 * Names in memory that pages are made of: a page costs a search and what it
 * shows, however many names there are.
 */
#ifndef MAIL_NAMES_H
#define MAIL_NAMES_H

#include "modules/mail/mail.h"

/* In byte order, each once, when they are sorted. */
struct mail_names {
	char **list;
	size_t count, size;
};

/* Behind the others; 0, or -1 without memory. */
int mail_names_add(struct mail_names *names, const char *name);
void mail_names_sort(struct mail_names *names);
/* In its place among sorted ones, unless it is there; 0, or -1. */
int mail_names_put(struct mail_names *names, const char *name);
/* The first that is not before the text. */
size_t mail_names_place(const struct mail_names *names, const char *text);
int mail_names_has(const struct mail_names *names, const char *name);
void mail_names_clear(struct mail_names *names);

/* The first that a page may show. */
size_t mail_names_begin(
    const struct mail_names *names, const struct mail_request *r);
/* A page of what the maker makes of the names.  NULL from it without a refusal
 * is a name that is none of these: it is taken out. */
json_t *mail_names_page(struct mail *m, const struct mail_request *r,
    struct mail_names *names,
    json_t *(*make)(
	struct mail *m, const struct mail_request *r, const char *name));

/* ---- names of a folder (index.c) --------------------------------------- */

/*
 * Where they come from.  read gives all, in any order: 0, or -1 and refused.
 * name_of gives the one that a file of the folder is called by: 1, or 0 if it
 * has none; NULL if a change of the folder is not one of names, so that all are
 * read again.
 */
struct mail_source {
	int (*read)(struct mail *m, const struct mail_request *r,
	    const struct mail_source *source, const char *folder,
	    struct mail_names *ret);
	int (*name_of)(
	    const char *folder, const char *file, char name[VPOP_USER_SIZE]);
};

/*
 * The names of a folder as it is now; NULL and refused.  They stay valid while
 * the request is handled.  Between requests they are kept, and kept up to date
 * by what the kernel tells of the folder; on a file system that other machines
 * change, or where the folder is not there, they are read each time.
 */
struct mail_names *mail_index(struct mail *m, const struct mail_request *r,
    const struct mail_source *source, const char *folder);
void mail_indexes_free(struct mail_indexes *indexes);

/* ---- aliases' files (aliasfiles.c) ------------------------------------- */

/* The names of .qmail-NAME in the domain's folder.  Those of which it was told
 * since they were read may not be what the source is for. */
struct mail_names *mail_alias_files(struct mail *m,
    const struct mail_request *r, const struct mail_source *source);
int mail_alias_files_name(
    const char *folder, const char *file, char name[VPOP_USER_SIZE]);
/* Is this what the library says of a name that is none? */
static inline int
mail_is_no_alias(int code)
{
	return code == VA_USER_DOES_NOT_EXIST || code == VA_ILLEGAL_USERNAME ||
	       code == VA_USER_NAME_TOO_LONG;
}

#endif
