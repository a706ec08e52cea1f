/*
 * Lists of names that the caller frees: the mailing lists of a domain, and
 * the addresses of a list.
 */
#include "config.h"

#include <limits.h>
#include <string.h>

#include "api/mailinglist.h"
#include "base/text.h"
#include "vauth.h"

/* ---- pages of names --------------------------------------------------- */

struct page {
	char **names; /* ended by NULL; NULL after a failure */
	size_t count;
	long skip, left;
};

/* page counts from 1; 0 entries: all. */
static void
page_init(struct page *page, int number, int size)
{
	*page = (struct page){ .left = LONG_MAX };
	page->names = calloc(1, sizeof *page->names);
	if (size > 0) {
		page->skip = number > 1 ? (long)(number - 1) * size : 0;
		page->left = size;
	}
}

static void
page_free(struct page *page)
{
	for (size_t i = 0; page->names && i < page->count; i++)
		free(page->names[i]);
	free(page->names);
	page->names = NULL;
}

/* 1 if more are wanted, 0, or a code. */
static int
page_add(struct page *page, const char *name)
{
	char **more;

	if (page->skip > 0) {
		page->skip--;
		return 1;
	}
	more = reallocarray(page->names, page->count + 2, sizeof *page->names);
	if (!more)
		return VA_MEMORY_ALLOC_ERR;
	page->names = more;
	more[page->count] = strdup(name);
	if (!more[page->count])
		return VA_MEMORY_ALLOC_ERR;
	more[++page->count] = NULL;
	return --page->left > 0;
}

/* The names, or NULL and verrori. */
static char **
page_end(struct page *page, int code)
{
	vp_api_result(code < 0 ? code : 0);
	if (code < 0)
		page_free(page);
	return page->names;
}

VPOP_EXPORT int
listCount(listInfoType *info)
{
	struct vpop *vp = vp_api_list(info);
	struct vpop_lists *cursor = NULL;
	char name[VPOP_USER_SIZE];
	int count = 0, code;

	if (!vp)
		return verrori;
	if ((code = vpop_lists_open(vp, info->Domain, &cursor)) < 0)
		return vp_api_result(code);
	while (vpop_lists_next(cursor, name) == 1)
		count++;
	vpop_lists_close(cursor);
	return count;
}

VPOP_EXPORT char **
listList(listInfoType *info, int page, int perPage)
{
	struct vpop *vp = vp_api_list(info);
	struct vpop_lists *cursor = NULL;
	char name[VPOP_USER_SIZE];
	struct page found;
	int code;

	if (!vp)
		return NULL;
	page_init(&found, page, perPage);
	code = found.names ? vpop_lists_open(vp, info->Domain, &cursor)
			   : VA_MEMORY_ALLOC_ERR;
	if (code == 0)
		do
			code = vpop_lists_next(cursor, name);
		while (code == 1 && (code = page_add(&found, name)) == 1);
	vpop_lists_close(cursor);
	return page_end(&found, code);
}

/* ---- addresses -------------------------------------------------------- */

static const struct {
	enum vpop_list_role role;
	const char *text;
} modes[] = {
	{ VPOP_LIST_SUBSCRIBER, "Subscriber" },
	{ VPOP_LIST_MODERATOR, "Moderator" },
	{ VPOP_LIST_DIGEST, "Digest subscriber" },
	{ VPOP_LIST_DENY, "Kill list" },
};

/* The handle if info and mode can be used. */
static struct vpop *
open_mode(const listInfoType *info, int mode)
{
	if (mode >= 0 && (size_t)mode < sizeof modes / sizeof *modes)
		return vp_api_list(info);
	vp_api_result(VA_INVALID_ARGUMENT);
	return NULL;
}

VPOP_EXPORT int
listSubsDescription(listInfoType *info, int mode, int size, char *text)
{
	if (!open_mode(info, mode))
		return verrori;
	if (!text || size < 1)
		return vp_api_result(VA_NULL_POINTER);
	if (vp_copy(text, (size_t)size, modes[mode].text) != 0)
		return vp_api_result(VA_INTERNAL_BUFFER_EXCEEDED);
	return vp_api_result(0);
}

VPOP_EXPORT int
listSubsCount(listInfoType *info, int mode)
{
	struct vpop *vp = open_mode(info, mode);
	unsigned long count = 0;
	int code;

	if (!vp)
		return verrori;
	code = vpop_list_members_count(
	    vp, info->Name, info->Domain, modes[mode].role, &count);
	if (code < 0)
		return vp_api_result(code);
	return count > INT_MAX ? INT_MAX : (int)count;
}

VPOP_EXPORT char **
listSubsList(listInfoType *info, int mode, int page, int perPage)
{
	struct vpop *vp = open_mode(info, mode);
	struct vpop_list_members *cursor = NULL;
	const char *address;
	struct page found;
	int code;

	if (!vp)
		return NULL;
	page_init(&found, page, perPage);
	code = found.names ? vpop_list_members_open(vp, info->Name,
				 info->Domain, modes[mode].role, &cursor)
			   : VA_MEMORY_ALLOC_ERR;
	if (code == 0)
		do
			code = vpop_list_members_next(cursor, &address);
		while (code == 1 && (code = page_add(&found, address)) == 1);
	vpop_list_members_close(cursor);
	return page_end(&found, code);
}

VPOP_EXPORT int
listSubsAdd(listInfoType *info, int mode, char *email)
{
	struct vpop *vp = open_mode(info, mode);

	if (!vp)
		return verrori;
	return vp_api_result(vpop_list_member_add(
	    vp, info->Name, info->Domain, modes[mode].role, email));
}

VPOP_EXPORT int
listSubsDel(listInfoType *info, int mode, char *email)
{
	struct vpop *vp = open_mode(info, mode);

	if (!vp)
		return verrori;
	return vp_api_result(vpop_list_member_remove(
	    vp, info->Name, info->Domain, modes[mode].role, email));
}
