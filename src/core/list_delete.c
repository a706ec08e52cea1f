/*
 * Deleting a mailing list: its links, then its folder, which is renamed
 * first so that nothing of it is found any more while it is being removed.
 *
 * The links are found by where they lead: a list "a" must not take the files
 * of a list or an alias "a-b" with it.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dirtree.h"
#include "base/text.h"
#include "core/list_int.h"

static int
cannot_remove(const struct vp_list *list, const char *file)
{
	return vp_fail_errno(list->vp, vp_code_of_errno(errno, VA_BAD_DIR),
	    "mailing list '%s': cannot remove '%s/%s'", list->object,
	    list->domain.dir, file);
}

/* A link of the list, or its posting address as a file of its own. */
static int
is_ours(const struct vp_list *list, const char *file)
{
	size_t length = strlen(list->file);

	if (strncmp(file, list->file, length) != 0)
		return 0;
	if (file[length] == '\0')
		return vp_list_owns(list, file) ||
		       (list->listfd >= 0 &&
			   vp_is_list(list->dirfd, &list->domain, file) > 0);
	return file[length] == '-' && vp_list_owns(list, file);
}

static int
remove_links(const struct vp_list *list)
{
	int fd = openat(list->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int code = 0;

	if (!dir) {
		code = cannot_remove(list, list->file);
		if (fd >= 0)
			close(fd);
		return code;
	}
	for (errno = 0; code == 0 && (entry = readdir(dir)); errno = 0)
		if (is_ours(list, entry->d_name) &&
		    unlinkat(list->dirfd, entry->d_name, 0) != 0)
			code = cannot_remove(list, entry->d_name);
	if (code == 0 && errno != 0)
		code = cannot_remove(list, list->file);
	closedir(dir);
	return code;
}

int
vp_list_remove(struct vp_list *list, int64_t id)
{
	char aside[VPOP_USER_SIZE];
	struct stat st;
	int code = remove_links(list);

	if (code < 0)
		return code;
	if (vp_format(aside, sizeof aside, ".list-%" PRId64, id) != 0)
		return cannot_remove(list, list->name);
	/* After an interruption it may be there already. */
	if (fstatat(list->dirfd, aside, &st, AT_SYMLINK_NOFOLLOW) != 0 &&
	    renameat(list->dirfd, list->name, list->dirfd, aside) != 0 &&
	    errno != ENOENT)
		return cannot_remove(list, list->name);
	if (vp_dir_sync(list->dirfd) != 0 ||
	    vp_dir_remove(list->dirfd, aside) != 0)
		return cannot_remove(list, aside);
	return 0;
}

/* Once the links are gone there is no way back: what cannot be removed then
 * stays pending, and is removed by the next change. */
static int delete (struct vp_list *list)
{
	struct vp_intent intent = { .event = "list.deleted",
		.object = list->object,
		.domain = list->domain.real,
		.old = json_pack("{s:s}", "name", list->name),
		.plan = json_pack("{s:s}", "name", list->name) };
	int code = vp_journal_intend(list->vp, &intent, 1);

	if (code == 0)
		code = vp_list_remove(list, intent.id);
	if (code == 0 && vp_journal_commit(list->vp, &intent, 1) < 0)
		vp_clear_error(list->vp);
	json_decref(intent.old);
	json_decref(intent.plan);
	return code;
}

int
vpop_list_delete(struct vpop *vp, const char *name, const char *domain)
{
	struct vp_list list;
	int code = vp_list_open(vp, name, domain, VP_LIST_CHANGE, &list);

	if (code < 0)
		return code;
	if (!vp_dry_run(vp))
		code = delete (&list);
	vp_list_close(&list);
	return code;
}

int
vp_recover_list_delete(struct vpop *vp, const struct vp_pending *pending)
{
	struct vp_list list;
	int code = vp_list_recover(vp, pending, &list);

	if (code != 1)
		return code == 2 ? 0 : code;
	code = vp_list_remove(&list, pending->id);
	vp_list_close(&list);
	return code < 0 ? code : 1;
}
