/*
 * Finding and running hooks.  Everything is looked at on descriptors, and the
 * program is started relative to the folder that was looked at: whoever can
 * rename a folder above can put none of his own in its place.
 */
#include "config.h"

#include "base/hooks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/child.h"
#include "base/dirtree.h"
#include "base/text.h"

#define MOST 1024 /* hooks */

/* ---- whom they belong to ---------------------------------------------- */

static int
is_safe(const struct stat *st, int by_anybody)
{
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return 0;
	return st->st_uid == 0 || st->st_uid == geteuid() || by_anybody;
}

/* An open folder that only root or we can write to. */
static int
open_folder(int dirfd, const char *name)
{
	int fd = dirfd < 0 ? vp_dir_open(name) : vp_dir_open_at(dirfd, name);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0) {
		if (is_safe(&st, 0))
			return fd;
		errno = EPERM;
	}
	int cause = errno;
	close(fd);
	errno = cause;
	return -1;
}

static int
open_owner(const struct vp_hook_call *call, uid_t *ret_uid, gid_t *ret_gid)
{
	AUTO_CLOSE int top = open_folder(-1, call->top);
	struct stat st;

	if (top < 0)
		return -1;
	int folder = open_folder(top, call->hook->folder);
	if (folder < 0)
		return -1;
	int rc = fstatat(folder, call->hook->name, &st, AT_SYMLINK_NOFOLLOW);
	if (rc == 0 && !S_ISREG(st.st_mode)) {
		errno = EINVAL;
		rc = -1;
	}
	if (rc == 0 && !is_safe(&st, geteuid() == 0)) {
		errno = EPERM;
		rc = -1;
	}
	if (rc != 0) {
		int cause = errno;
		close(folder);
		errno = cause;
		return -1;
	}
	*ret_uid = st.st_uid ? st.st_uid : call->uid;
	*ret_gid = st.st_uid ? st.st_gid : call->gid;
	return folder;
}

int
vp_hook_owner(const struct vp_hook_call *call, uid_t *ret_uid, gid_t *ret_gid)
{
	AUTO_CLOSE int folder = open_owner(call, ret_uid, ret_gid);

	return folder < 0 ? -1 : 0;
}

/* ---- the list --------------------------------------------------------- */

static int
compare(const void *one, const void *two)
{
	const struct vp_hook *a = one, *b = two;
	int rc = strcmp(a->name, b->name);

	return rc ? rc : strcmp(a->folder, b->folder);
}

static int
is_hook(int dirfd, const char *name)
{
	size_t length = strlen(name);
	struct stat st;

	if (name[0] == '.' || name[length - 1] == '~' ||
	    fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return 0;
	return S_ISREG(st.st_mode) && (st.st_mode & S_IXUSR);
}

struct list {
	struct vp_hook *hooks;
	size_t count, room;
};

static int
add(struct list *list, const char *folder, const char *name)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 16;
		void *more = room > MOST ? NULL
					 : reallocarray(list->hooks, room,
					       sizeof *list->hooks);

		if (!more) {
			errno = room > MOST ? E2BIG : ENOMEM;
			return -1;
		}
		list->hooks = more;
		list->room = room;
	}
	struct vp_hook *hook = &list->hooks[list->count];
	if (vp_copy(hook->folder, sizeof hook->folder, folder) != 0 ||
	    vp_copy(hook->name, sizeof hook->name, name) != 0)
		return -1;
	list->count++;
	return 0;
}

static DIR *
read_folder(int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);

	if (!dir && copy >= 0)
		close(copy);
	return dir;
}

/* The hooks of one folder. */
static int
list_folder(int top, const char *folder, struct list *list)
{
	AUTO_CLOSE int fd = vp_dir_open_at(top, folder);
	const struct dirent *entry;
	int rc = 0;

	if (fd < 0)
		return errno == ENOTDIR || errno == ELOOP ? 0 : -1;
	DIR *dir = read_folder(fd);
	if (!dir)
		return -1;
	while (rc == 0 && (entry = readdir(dir)))
		if (is_hook(fd, entry->d_name))
			rc = add(list, folder, entry->d_name);
	closedir(dir);
	return rc;
}

int
vp_hooks_list(const char *top, struct vp_hook **ret_list, size_t *ret_count)
{
	AUTO_CLOSE int fd = vp_dir_open(top);
	struct list list = { 0 };
	const struct dirent *entry;
	int rc = 0;

	*ret_list = NULL;
	*ret_count = 0;
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	DIR *dir = read_folder(fd);
	if (!dir)
		return -1;
	while (rc == 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			rc = list_folder(fd, entry->d_name, &list);
	int cause = errno;
	closedir(dir);
	if (rc != 0) {
		free(list.hooks);
		errno = cause;
		return -1;
	}
	if (list.count > 1)
		qsort(list.hooks, list.count, sizeof *list.hooks, compare);
	*ret_list = list.hooks;
	*ret_count = list.count;
	return 0;
}

/* ---- running one ------------------------------------------------------ */

int
vp_hook_run(const struct vp_hook_call *call)
{
	struct vp_child_as as = { .mask = 022, .keep = -1 };
	AUTO_FREE char *program = NULL;
	AUTO_CLOSE int folder = open_owner(call, &as.uid, &as.gid);

	if (folder < 0)
		return -1;
	AUTO_CLOSE int input = vp_child_input(call->input);
	if (input < 0)
		return -1;
	if (asprintf(&program, "./%s", call->hook->name) < 0) {
		program = NULL;
		return -1;
	}
	const char *argv[] = { program, NULL };
	const struct vp_child child = {
		.argv = argv,
		.envp = call->envp,
		.fd0 = input,
		.fd2 = call->fd2,
		.dirfd = folder,
		.seconds = call->seconds,
		.as = &as,
	};
	return vp_child_read(&child, call->output, call->size);
}
