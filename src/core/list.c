/*
 * Finding a mailing list: the link of its posting address, whose text calls
 * ezmlm-reject or ezmlm-send, and the folder of its name.
 *
 * The name becomes part of commands that ezmlm-idx writes into dot-qmail
 * files, and of paths: only letters, digits and . _ - + = are allowed, with a
 * letter or digit at both ends and no two dots in a row.
 */
#include "config.h"

#include "core/list.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/dirtree.h"
#include "base/text.h"
#include "core/alias.h"
#include "core/name.h"
#include "core/user.h"
#include "core/user_int.h"
#include "qmail/dotqmail.h"

#define FIRST_LINE 4096
#define LEVELS     3 /* of a link's target below the list's folder */

/* What is added to a list's name for its other addresses. */
static const char *const suffixes[] = { "", "-owner", "-default",
	"-digest-owner", "-return-default", "-digest-return-default",
	"-accept-default", "-reject-default", "-confirm-default",
	"-discard-default" };

/* ---- files ------------------------------------------------------------ */

/* The first bytes of a file of the domain's owner, which a link may lead to;
 * 0 bytes for anything else. */
static ssize_t
read_start(int dirfd, const struct vpop_domain *domain, const char *file,
    char *text, size_t size)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	AUTO_CLOSE int fd = openat(dirfd, file, flags);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP || errno == ENXIO ? 0
									   : -1;
	if (fstat(fd, &st) != 0)
		return -1;
	if (!S_ISREG(st.st_mode) || st.st_uid != domain->uid)
		return 0;
	return read(fd, text, size);
}

int
vp_is_list(int dirfd, const struct vpop_domain *domain, const char *file)
{
	char text[FIRST_LINE + 1];
	ssize_t got = read_start(dirfd, domain, file, text, FIRST_LINE);

	if (got < 0)
		return -1;
	text[got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return strstr(text, "ezmlm-reject") || strstr(text, "ezmlm-send");
}

int
vp_list_enter(struct vp_list *list)
{
	if (list->listfd < 0)
		list->listfd = vp_dir_open_at(list->dirfd, list->name);
	return list->listfd < 0 ? -1 : 0;
}

/* The text of a link says that it leads below the folder of this list. */
static int
says_below(const struct vp_list *list, const char *target)
{
	size_t dir = strlen(list->domain.dir), name = strlen(list->name);

	if (strncmp(target, list->domain.dir, dir) == 0 && target[dir] == '/')
		target += dir + 1;
	return strncmp(target, list->name, name) == 0 && target[name] == '/';
}

/* The folder that the target lies in, or one above it, is the list's. */
static int
lies_below(const struct vp_list *list, char *target)
{
	struct stat wanted, found;

	if (list->listfd < 0 || fstat(list->listfd, &wanted) != 0)
		return 0;
	for (int level = 0; level < LEVELS; level++) {
		char *slash = strrchr(target, '/');

		if (!slash || slash == target)
			return 0;
		*slash = '\0';
		if (fstatat(list->dirfd, target, &found, 0) == 0 &&
		    found.st_dev == wanted.st_dev &&
		    found.st_ino == wanted.st_ino)
			return 1;
	}
	return 0;
}

int
vp_list_owns(const struct vp_list *list, const char *file)
{
	char target[PATH_MAX + 1];
	ssize_t length = readlinkat(list->dirfd, file, target, PATH_MAX);

	if (length <= 0)
		return 0;
	target[length] = '\0';
	return says_below(list, target) || lies_below(list, target);
}

/* ---- names ------------------------------------------------------------ */

static int
is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

static int
check_name(struct vpop *vp, const char *name)
{
	size_t length = strlen(name);

	if (length > 0 && is_alnum(name[0]) && is_alnum(name[length - 1]) &&
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-+=")] ==
		'\0' &&
	    !strstr(name, "..") && strcmp(name, "default") != 0)
		return 0;
	return vp_fail(vp, VA_ILLEGAL_USERNAME,
	    "'%s' cannot be the name of a mailing list", name);
}

static int
does_not_exist(const struct vp_list *list)
{
	return vp_fail(list->vp, VA_USER_DOES_NOT_EXIST,
	    "mailing list '%s' does not exist", list->object);
}

static int
cannot_look(const struct vp_list *list, const char *file)
{
	return vp_fail_errno(list->vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_OPEN_DOT_QMAIL),
	    "cannot look at '%s/%s'", list->domain.dir, file);
}

static int
is_taken(const struct vp_list *list, const char *what)
{
	return vp_fail(list->vp, VA_USERNAME_EXISTS, "'%s' exists: %s",
	    list->object, what);
}

static int
check_files(const struct vp_list *list)
{
	char file[VP_LIST_FILE_SIZE];
	struct stat st;

	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		if (vp_format(file, sizeof file, "%s%s", list->file,
			suffixes[i]) != 0)
			return vp_fail_errno(list->vp, VA_USER_NAME_TOO_LONG,
			    "mailing list '%s'", list->object);
		if (fstatat(list->dirfd, file, &st, AT_SYMLINK_NOFOLLOW) == 0)
			return is_taken(list, file);
		if (errno != ENOENT)
			return cannot_look(list, file);
	}
	if (fstatat(list->dirfd, list->name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return is_taken(list, "there is a folder of that name");
	return errno == ENOENT ? 0 : cannot_look(list, list->name);
}

/* An alias that the store keeps takes the mail of its name, as a file does. */
static int
check_aliases(const struct vp_list *list)
{
	char name[VPOP_USER_SIZE];
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int code = vp_store_keeps(
	    list->vp, VPOP_KEEP_ALIASES, &list->domain, &ops, &store);

	if (code <= 0)
		return code;
	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
		if (vp_format(name, sizeof name, "%s%s", list->name,
			suffixes[i]) != 0)
			continue; /* too long for an alias */
		AUTO_FREE char *text = vp_alias_text(
		    list->vp, ops, store, &list->domain, name, &code);
		if (!text)
			return code;
		if (*text)
			return is_taken(list, "an alias");
	}
	return 0;
}

/* Nothing of this name may be there. */
static int
check_free(const struct vp_list *list)
{
	char name[VPOP_USER_SIZE];
	struct vpop_user user;
	int code = vp_name_new_user(list->vp, list->name, name);

	if (code < 0)
		return code;
	if (strchr(list->domain.dir, '\''))
		return vp_fail(list->vp, VA_BAD_D_DIR,
		    "the folder '%s' has a quote in its name, which ezmlm "
		    "cannot use",
		    list->domain.dir);
	code = vp_user_find(list->vp, &list->domain, list->name, &user);
	explicit_bzero(&user, sizeof user);
	if (code == 0)
		return is_taken(list, "a mailbox");
	if (vpop_class(code) != VPOP_CLASS_ABSENT)
		return code;
	code = check_aliases(list);
	return code < 0 ? code : check_files(list);
}

static int
check_exists(struct vp_list *list)
{
	int found = vp_is_list(list->dirfd, &list->domain, list->file);

	if (found < 0)
		return cannot_look(list, list->file);
	if (!found)
		return does_not_exist(list);
	if (vp_list_enter(list) == 0)
		return 0;
	if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
		return vp_fail_errno(list->vp, VA_BAD_DIR,
		    "mailing list '%s' has no folder '%s/%s'", list->object,
		    list->domain.dir, list->name);
	return cannot_look(list, list->name);
}

/* ---- opening ---------------------------------------------------------- */

static int
set_name(struct vp_list *list, const char *name)
{
	int code = vp_name_alias(list->vp, name, list->name);

	if (code == 0)
		code = check_name(list->vp, list->name);
	if (code == 0 &&
	    (vp_dotqmail_name(list->name, list->file, sizeof list->file) != 0 ||
		vp_format(list->object, sizeof list->object, "%s@%s",
		    list->name, list->domain.real) != 0))
		code = vp_fail_errno(list->vp, VA_USER_NAME_TOO_LONG,
		    "name of the mailing list");
	return code;
}

static int
open_domain(struct vp_list *list, const char *domain, int lock)
{
	int code = vpop_domain_get(list->vp, domain, &list->domain);

	if (code < 0)
		return code;
	memcpy(list->domain.name, list->domain.real, sizeof list->domain.name);
	list->dirfd = vp_domain_dir(list->vp, &list->domain);
	if (list->dirfd < 0)
		return list->dirfd;
	if (!lock || vp_dry_run(list->vp))
		return 0;
	list->lock = vp_change_lock(list->vp, &list->domain, list->dirfd);
	return list->lock < 0 ? list->lock : 0;
}

int
vp_list_open(struct vpop *vp, const char *name, const char *domain,
    enum vp_list_how how, struct vp_list *ret_list)
{
	struct vp_list list = {
		.vp = vp, .dirfd = -1, .lock = -1, .listfd = -1
	};
	int code = 0;

	if (!name || !domain)
		return vp_fail(vp, VA_NULL_POINTER, "no %s is given",
		    name ? "domain" : "name");
	if (how != VP_LIST_READ)
		code = vp_change_start(vp);
	if (code == 0)
		code = open_domain(&list, domain, how != VP_LIST_READ);
	if (code == 0)
		code = set_name(&list, name);
	if (code == 0)
		code = how == VP_LIST_NEW ? check_free(&list)
					  : check_exists(&list);
	if (code < 0) {
		vp_list_close(&list);
		return code;
	}
	*ret_list = list;
	return 0;
}

void
vp_list_close(struct vp_list *list)
{
	if (list->listfd >= 0)
		close(list->listfd);
	if (list->dirfd >= 0)
		close(list->dirfd);
	if (list->lock >= 0)
		close(list->lock);
	list->listfd = list->dirfd = list->lock = -1;
}

int
vp_list_recover(
    struct vpop *vp, const struct vp_pending *pending, struct vp_list *ret_list)
{
	struct vp_list list = {
		.vp = vp, .dirfd = -1, .lock = -1, .listfd = -1
	};
	const char *name = NULL;
	struct vp_place place;
	int code;

	json_unpack(pending->plan, "{s:s}", "name", &name);
	if (!name)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "journal: the plan of change %lld is unusable",
		    (long long)pending->id);
	code = vp_place_recover(vp, pending, &place);
	if (code != 1)
		return code;
	list.domain = place.domain;
	list.dirfd = place.dirfd;
	list.lock = place.lock;
	code = set_name(&list, name);
	if (code < 0) {
		vp_list_close(&list);
		return code;
	}
	(void)vp_list_enter(&list);
	*ret_list = list;
	return 1;
}
